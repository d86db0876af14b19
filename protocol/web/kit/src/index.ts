// The house's kit: theme, frame and the parts that every screen is made of.
export { AppShell } from './AppShell'
export { Card, Facts, Figure, Figures, Meter } from './Card'
export { type Column, DataTable } from './DataTable'
export { EmptyState } from './EmptyState'
export { ErrorState, FailedBanner } from './ErrorState'
export { Frame, leaveWhenSignedOut, makeQueryClient } from './Frame'
export * as format from './format'
export {
  currentLanguage,
  LANGUAGES,
  type Language,
  label,
  startLanguages,
  switchLanguage,
} from './i18n'
export { LiveLoaded } from './LiveLoaded'
export { Loaded } from './Loaded'
export { liveLine, readFrame } from './liveLine'
export { MaskedNumber, PersonName, SealedValue } from './MaskedNumber'
export { usePages } from './pages'
export { textOfCode, textOfProblem } from './problemText'
export { SignInPage } from './SignInPage'
export { StatusTag, type Tone } from './StatusTag'
export {
  type SessionState,
  type SignedIn,
  sessionStore,
  setSession,
  useMay,
  useSession,
} from './session'
export { AgeCell, DurationCell, RunningCell, SpanText, TimeCell, useSecond } from './time'
export { STAGES, type StageCode, toneOfResult, toneOfStage } from './tones'
export { Waiting } from './Waiting'
