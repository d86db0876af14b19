// The live line to a server and the little store that says how it is doing.

export { clockSkewMs, lineStore, noteLine, noteSkew, serverNow, useLine } from './line'
export {
  browserWorld,
  type Frame,
  type GapAnswer,
  type LinkEvents,
  type LinkState,
  type LinkWorld,
  LiveLink,
  retryDelayMs,
} from './link'
