// The branch's API as the desk uses it: shapes and calls.
import { get, idempotencyKey, post, remove } from './request'

export type Page<Row> = { items: Row[]; next?: string }

export type Session = {
  user: string
  role: string
  extension?: string
  since: number
}

export type Phone = {
  extension: string
  label: string
  registered: boolean
  in_call: boolean
  since?: number
  user_agent?: string
}

export type Trunk = {
  name: string
  reachable?: boolean
  in_use: number
  concurrent_max: number
}

export type LiveCall = {
  call: string
  direction: string
  state: string
  extension?: string
  other_extension?: string
  trunk?: string
  /** As this user may see it; empty where not at all. */
  outside?: string
  customer?: string
  customer_name?: string
  started: number
  answered?: number
}

export type Today = { calls: number; answered: number }

export type Overview = {
  box_id: string
  profile: string
  utc: number
  phones: Phone[]
  trunks: Trunk[]
  calls: LiveCall[]
  today: Today
}

export type Call = {
  call: string
  direction: string
  purpose: string
  extension?: string
  other_extension?: string
  trunk?: string
  outside?: string
  customer?: string
  customer_name?: string
  started: number
  answered?: number
  ended?: number
  result?: string
  released_by?: string
  sip?: number
  q850?: number
  ring_ms?: number
  talk_ms?: number
  recording?: string
}

export type Customer = {
  customer: string
  name: string
  number: string
  stage: string
  attempts: number
  last_contact?: number
  imported: number
  batch?: string
}

export type Recording = {
  recording: string
  call: string
  started: number
  state: string
  duration_ms: number
  size_bytes: number
  gaps?: number
  extension?: string
  outside?: string
  customer?: string
  customer_name?: string
}

export type HwSample = {
  utc: number
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

export type Sync = {
  enrolled: boolean
  connected: boolean
  epoch: number
  head: number
  applied: number
  safe: number
  oldest_unacknowledged?: number
  last_error?: string
  last_error_at?: number
}

export type System = {
  box_id: string
  version: string
  profile: string
  uptime_s: number
  utc: number
  clock_trusted: boolean
  sync: Sync
  sample?: HwSample
}

export type AuditRow = {
  seq: number
  utc: number
  kind: string
  actor: string
  subject?: string
  from_ip?: string
}

export const LIVE_PATH = '/api/v1/live'

const at = '/api/v1'
const id = encodeURIComponent

export const branchApi = {
  session: () => get<Session>(`${at}/session`),
  signIn: (user: string, password: string) => post<Session>(`${at}/session`, { user, password }),
  signOut: () => remove(`${at}/session`),
  overview: () => get<Overview>(`${at}/overview`),
  calls: (query: { cursor?: string; customer?: string; limit?: number }) =>
    get<Page<Call>>(`${at}/calls`, query),
  dial: (customer: string, extension: string | undefined) =>
    post<{ call: string }>(`${at}/calls`, extension ? { customer, extension } : { customer }, {
      'idempotency-key': idempotencyKey(),
    }),
  hangUp: (call: string) => remove(`${at}/calls/${id(call)}`),
  customers: (query: { cursor?: string; stage?: string; q?: string; limit?: number }) =>
    get<Page<Customer>>(`${at}/customers`, query),
  customer: (customer: string) => get<Customer>(`${at}/customers/${id(customer)}`),
  moveStage: (customer: string, stage: string) =>
    post<unknown>(`${at}/customers/${id(customer)}/stage`, { stage }),
  viewNumber: (customer: string, reason: string) =>
    post<{ number: string }>(`${at}/customers/${id(customer)}/number-view`, { reason }),
  recordings: (query: { cursor?: string; limit?: number }) =>
    get<Page<Recording>>(`${at}/recordings`, query),
  /** WAV over ranges, for the browser's own player. */
  audioPath: (recording: string) => `${at}/recordings/${id(recording)}/audio`,
  system: () => get<System>(`${at}/system`),
  audit: (query: { cursor?: string; kind?: string; limit?: number }) =>
    get<Page<AuditRow>>(`${at}/audit`, query),
}
