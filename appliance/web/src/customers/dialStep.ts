// How far a call that was asked for has come: read off the live calls, one step after the other.
import type { LiveCall } from '@zhunkehu/api/branch'

export const STEPS = ['own_phone', 'ringing', 'talking'] as const
export type Step = (typeof STEPS)[number]

const STEP_OF_PHASE: Record<LiveCall['phase'], Step> = {
  dialling: 'own_phone',
  ringing: 'ringing',
  talking: 'talking',
  held: 'talking',
}

export type Dial =
  | { at: 'idle' }
  | { at: 'asking' }
  | { at: 'refused'; error: unknown }
  | { at: 'running'; call: string; step: Step; since: number; seen: boolean }
  | { at: 'over'; call: string }

/** What the live calls say about a dial that runs. A call that was seen and is gone is over. */
export function followed(dial: Dial, calls: readonly LiveCall[]): Dial {
  if (dial.at !== 'running') return dial
  const live = calls.find((one) => one.id === dial.call)
  if (!live) return dial.seen ? { at: 'over', call: dial.call } : dial
  const step = STEP_OF_PHASE[live.phase] ?? dial.step
  const since = live.phase_since
  if (dial.seen && dial.step === step && dial.since === since) return dial
  return { at: 'running', call: dial.call, step, since, seen: true }
}
