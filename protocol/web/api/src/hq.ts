// Headquarters' API as its dashboard uses it: shapes and calls.
import type { HwSample, Page, Session } from './branch'
import { get, post, remove } from './request'

export type { HwSample, Page, Session }

export type Metrics = {
  utc: number
  version: string
  uptime_s: number
  head: number
  applied: number
  phones_registered: number
  calls_live: number
  calls_today: number
  answered_today: number
  sample: HwSample
}

export type Branch = {
  box_id: string
  connected: boolean
  /** When the last fact that is applied here happened. */
  as_of?: number
  last_seen?: number
  epoch: number
  head: number
  applied: number
  safe: number
  lag_facts: number
  dead_letters: number
  version?: string
  metrics?: Metrics
}

export type HqCall = {
  box_id: string
  call: string
  direction: string
  purpose: string
  extension?: string
  other_extension?: string
  trunk?: string
  outside?: string
  customer?: string
  started: number
  answered?: number
  ended?: number
  result?: string
  released_by?: string
  ring_ms?: number
  talk_ms?: number
}

export type HqCustomer = {
  box_id: string
  customer: string
  /** Empty where the branch's field policy does not open it. */
  name: string
  number: string
  stage: string
  attempts: number
  last_contact?: number
  imported: number
}

export type HourRow = { bucket: number; attempts: number; answered: number }

export type HqOverview = {
  utc: number
  profile?: string
  branches: number
  connected: number
  calls_live: number
  calls_today: number
  answered_today: number
  as_of?: number
}

const at = '/api/v1'
const id = encodeURIComponent

export const hqApi = {
  session: () => get<Session>(`${at}/session`),
  signIn: (user: string, password: string) => post<Session>(`${at}/session`, { user, password }),
  signOut: () => remove(`${at}/session`),
  overview: () => get<HqOverview>(`${at}/overview`),
  branches: () => get<Page<Branch>>(`${at}/branches`),
  metrics: (box: string, limit: number) =>
    get<Page<Metrics>>(`${at}/branches/${id(box)}/metrics`, { limit }),
  calls: (query: { cursor?: string; box?: string; limit?: number }) =>
    get<Page<HqCall>>(`${at}/calls`, query),
  customers: (query: { cursor?: string; box?: string; stage?: string; limit?: number }) =>
    get<Page<HqCustomer>>(`${at}/customers`, query),
  hours: (query: { from: number; to: number; box?: string }) =>
    get<{ items: HourRow[]; as_of?: number }>(`${at}/rollups/hours`, query),
}
