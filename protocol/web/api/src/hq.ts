// Headquarters' API as its dashboard uses it: shapes and calls.
import { get, post, remove } from './request'

export type Page<Row> = { items: Row[]; next?: string }

export type Session = { user: string; role: string; since: number }

export type HwPoint = {
  cpu_percent: number
  memory_used_bytes: number
  memory_total_bytes: number
  disk_used_bytes: number
  disk_total_bytes: number
  temperature_celsius?: number
  throttled?: boolean
  network_received_bytes: number
  network_sent_bytes: number
}

export type MetricsPoint = {
  received: number
  utc: number
  uptime_s: number
  phones_registered: number
  calls_live: number
  calls_today: number
  answered_today: number
  sample: HwPoint
}

export type Branch = {
  box_id: string
  name: string
  connected: boolean
  link_changed: number
  as_of?: number
  last_seen: number
  lag_s: number
  lag_facts: number
  epoch: number
  head: number
  applied: number
  safe: number
  dead_letters: number
  version: string
  clock_offset_ms: number
  last_error?: string
  last_error_at?: number
  metrics?: MetricsPoint
}

export type Overview = {
  utc: number
  today: number
  branches: number
  connected: number
  phones_registered: number
  calls_live: number
  attempts_today: number
  answered_today: number
  talk_ms_today: number
  inbound_today: number
  inbound_answered_today: number
  blocked_today: number
  lag_facts: number
  dead_letters: number
  as_of?: number
}

export type CallEnd = {
  at: number
  result: string
  released_by: string
  sip?: number
  q850?: number
  ring_ms: number
  talk_ms: number
}

export type Call = {
  box_id: string
  call: string
  direction: string
  purpose: string
  extension?: string
  other_extension?: string
  trunk?: string
  party?: string
  customer?: string
  started: number
  answered?: number
  end?: CallEnd
}

export type PersonalText = {
  state: 'clear' | 'masked' | 'sealed' | 'hidden' | 'erased'
  text: string | null
}

export type Customer = {
  box_id: string
  customer: string
  party: string
  name: PersonalText
  number: PersonalText
  stage: string
  attempts: number
  last_contact?: number
  imported: number
}

export type Hour = {
  bucket: number
  attempts: number
  answered: number
  talk_ms: number
  inbound: number
  inbound_answered: number
  blocked: number
}

export type Hours = { items: Hour[]; as_of?: number }

export type LiveMessage =
  | { type: 'snapshot' | 'delta'; seq: number; utc: number; overview: Overview; branches: Branch[] }
  | { type: 'heartbeat'; seq: number; utc: number }

export const LIVE_PATH = '/api/v1/live'

const at = '/api/v1'
const id = encodeURIComponent

export const hqApi = {
  session: () => get<Session>(`${at}/session`),
  signIn: (user: string, password: string) => post<Session>(`${at}/session`, { user, password }),
  signOut: () => remove(`${at}/session`),
  overview: () => get<Overview>(`${at}/overview`),
  branches: () => get<Page<Branch>>(`${at}/branches`),
  metrics: (box: string, hours: number) =>
    get<Page<MetricsPoint>>(`${at}/branches/${id(box)}/metrics`, { hours }),
  calls: (query: { cursor?: string; box?: string; result?: string; limit?: number }) =>
    get<Page<Call>>(`${at}/calls`, query),
  customers: (query: { cursor?: string; box?: string; stage?: string; limit?: number }) =>
    get<Page<Customer>>(`${at}/customers`, query),
  hours: (query: { from: number; to: number; box?: string }) =>
    get<Hours>(`${at}/rollups/hours`, query),
}
