// The branch's API as the desk uses it: shapes and calls.
import { get, idempotencyKey, post, remove } from './request'

export type Page<Row> = { items: Row[]; next?: string }

export type Session = {
  user: string
  role: string
  extension?: string
  since: number
  /** What the pages may offer: `dial`, `view_number` … */
  may: string[]
  profile: string
  box_id: string
  version: string
  server_time: number
}

export type Phone = {
  extension: string
  label: string
  registered: boolean
  in_call: boolean
  source?: string
  user_agent?: string
  since?: number
}

export type Trunk = {
  name: string
  reachable?: boolean
  last_code?: number
  in_use: number
  concurrent_max: number
  cps_max: number
  codes: Record<string, number>
}

export type LiveCall = {
  id: string
  direction: string
  extension?: string
  other_extension?: string
  trunk?: string
  /** As this user may see it; empty where not at all. */
  number?: string
  customer?: string
  phase: 'dialling' | 'ringing' | 'talking' | 'held'
  phase_since: number
  since: number
  recorded: boolean
}

export type Link = {
  connected: boolean
  since?: number
  head: number
  applied: number
  safe: number
  last_error?: string
  last_error_at?: number
}

export type Machine = {
  at: number
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

export type Board = {
  profile: string
  phones: Phone[]
  trunks: Trunk[]
  calls: LiveCall[]
  link: Link
  machine?: Machine
}

export type BoardChange =
  | { what: 'phone'; phone: Phone }
  | { what: 'trunk'; trunk: Trunk }
  | { what: 'call'; call: LiveCall }
  | { what: 'call_gone'; id: string }
  | { what: 'link'; link: Link }
  | { what: 'machine'; machine: Machine }

export type LiveMessage =
  | { type: 'snapshot'; seq: number; server_time: number; board: Board }
  | { type: 'delta'; seq: number; server_time: number; changes: BoardChange[] }
  | { type: 'heartbeat'; seq: number; server_time: number }

export type Overview = {
  profile: string
  phones: number
  phones_registered: number
  trunks: number
  trunks_reachable: number
  calls_live: number
  since: number
  calls: number
  answered: number
  recordings: number
  customers: number
  link: Link
  server_time: number
}

export type CallEnd = {
  at: number
  result: string
  sip?: number
  q850?: number
  released_by: string
  ring_ms: number
  talk_ms: number
}

export type Call = {
  id: string
  direction: string
  purpose: string
  extension?: string
  other_extension?: string
  trunk?: string
  number?: string
  customer?: string
  started: number
  answered?: number
  end?: CallEnd
  recording?: string
}

export type Customer = {
  id: string
  name: string
  number: string
  stage: string
  stage_since?: number
  attempts: number
  last_contact?: number
  do_not_call: boolean
}

export type Recording = {
  id: string
  call: string
  started: number
  state: string
  duration_ms: number
  bytes: number
  gaps: number
  extension?: string
  direction?: string
  number?: string
  customer?: string
}

export type CustomerDetail = { customer: Customer; calls: Call[] }

export type Journal = {
  head: number
  applied: number
  safe: number
  epoch: number
  behind: number
  oldest_unsent_ms?: number
}

export type System = {
  box_id: string
  version: string
  profile: string
  started: number
  uptime_s: number
  clock_trusted: boolean
  server_time: number
  journal: Journal
  link: Link
  machine?: Machine
}

export type AuditRow = {
  seq: string
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
  call: (call: string) => get<Call>(`${at}/calls/${id(call)}`),
  calls: (query: { cursor?: string; customer?: string; limit?: number }) =>
    get<Page<Call>>(`${at}/calls`, query),
  dial: (customer: string, extension: string | undefined) =>
    post<{ call: string }>(`${at}/calls`, extension ? { customer, extension } : { customer }, {
      'idempotency-key': idempotencyKey(),
    }),
  hangUp: (call: string) => remove(`${at}/calls/${id(call)}`),
  customers: (query: { cursor?: string; stage?: string; q?: string; limit?: number }) =>
    get<Page<Customer>>(`${at}/customers`, query),
  customer: (customer: string) => get<CustomerDetail>(`${at}/customers/${id(customer)}`),
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
