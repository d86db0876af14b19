// The branch's API as the desk uses it. The shapes are those of the server's own document.
import type { components, paths } from '../generated/branch'
import { clientOf, idempotencyKey, said, unwrap } from './client'

type Schemas = components['schemas']
export type Alarm = Schemas['Alarm']
export type AuditRow = Schemas['AuditEntry']
export type Ban = Schemas['Ban']
export type Board = Schemas['Board']
export type BoardChange = Schemas['BoardChange']
export type Call = Schemas['Call']
export type Customer = Schemas['Customer']
export type Device = Schemas['Device']
export type DeviceAssignment = Schemas['DeviceAssignment']
export type Erasure = Schemas['Erasure']
export type Headquarters = Schemas['Headquarters']
export type Journal = Schemas['Journal']
export type Link = Schemas['LinkHealth']
export type LiveCall = Schemas['LiveCall']
export type LiveMessage = Schemas['LiveMessage']
export type Machine = Schemas['Machine']
export type DiskRoom = Schemas['DiskRoom']
export type Phone = Schemas['Phone']
export type PhoneChange = Schemas['PhoneChange']
export type ProvisioningRequest = Schemas['ProvisioningRequest']
export type SeenDevice = Schemas['SeenDevice']
export type Recording = Schemas['Recording']
export type SelfTest = Schemas['SelfTest']
export type SelfTestItem = Schemas['SelfTestItem']
export type Session = Schemas['Me']
export type SipLadder = Schemas['SipLadder']
export type SipMessage = Schemas['SipMessage']
export type Stage = Customer['stage']
export type System = Schemas['System']
export type Trunk = Schemas['Trunk']

export const LIVE_PATH = '/api/v1/live' satisfies keyof paths

const client = clientOf<paths>()

type Asked = { cursor?: string | undefined; limit?: number }
const ofCustomer = (id: string) => ({ params: { path: { id } } })

export const branchApi = {
  session: () => unwrap(client.GET('/api/v1/session')),
  signIn: (user: string, password: string) =>
    unwrap(client.POST('/api/v1/session', { body: { user, password } })),
  signOut: () => unwrap(client.DELETE('/api/v1/session')),
  overview: () => unwrap(client.GET('/api/v1/overview')),
  call: (id: string) => unwrap(client.GET('/api/v1/calls/{id}', { params: { path: { id } } })),
  calls: (asked: Asked & { customer?: string }) =>
    unwrap(client.GET('/api/v1/calls', { params: { query: asked } })),
  /** The phone rings first: the user's own, or the one that is named. */
  dial: (customer: string, extension: string | undefined) =>
    unwrap(
      client.POST('/api/v1/calls', {
        params: { header: { 'Idempotency-Key': idempotencyKey() } },
        body: extension ? { customer, extension } : { customer },
      }),
    ),
  transfer: (id: string, to: string, extension?: string) =>
    unwrap(
      client.POST('/api/v1/calls/{id}/transfer', {
        params: { path: { id } },
        body: extension === undefined ? { to } : { to, extension },
      }),
    ),
  selfTest: () => unwrap(client.GET('/api/v1/self-test')),
  beginSelfTest: () => unwrap(client.POST('/api/v1/self-test')),
  ladder: (id: string) =>
    unwrap(client.GET('/api/v1/calls/{id}/sip', { params: { path: { id } } })),
  trunks: () => unwrap(client.GET('/api/v1/trunks')),
  testTrunk: (name: string, number: string, extension: string) =>
    unwrap(
      client.POST('/api/v1/trunks/{name}/test-call', {
        params: { path: { name } },
        body: { number, extension },
      }),
    ),
  alarms: () => unwrap(client.GET('/api/v1/alarms')),
  devices: () => unwrap(client.GET('/api/v1/devices')),
  assignDevice: (mac: string, body: Schemas['DeviceAssignment']) =>
    unwrap(client.PUT('/api/v1/devices/{mac}', { params: { path: { mac } }, body })),
  releaseDevice: (mac: string) =>
    unwrap(client.DELETE('/api/v1/devices/{mac}', { params: { path: { mac } } })),
  resync: (mac: string) =>
    unwrap(client.POST('/api/v1/devices/{mac}/resync', { params: { path: { mac } } })),
  phoneHistory: (extension: string) =>
    unwrap(client.GET('/api/v1/phones/{extension}/history', { params: { path: { extension } } })),
  bans: () => unwrap(client.GET('/api/v1/bans')),
  unban: (source: string) =>
    unwrap(client.DELETE('/api/v1/bans/{source}', { params: { path: { source } } })),
  confer: (id: string, call: string, extension?: string) =>
    unwrap(
      client.POST('/api/v1/calls/{id}/conference', {
        params: { path: { id } },
        body: extension === undefined ? { call } : { call, extension },
      }),
    ),
  hangUp: (id: string) => unwrap(client.DELETE('/api/v1/calls/{id}', { params: { path: { id } } })),
  customers: ({ stage, q, ...page }: Asked & { stage?: string; q?: string }) =>
    unwrap(
      client.GET('/api/v1/customers', {
        params: { query: { ...page, stage: said(stage), q: said(q) } },
      }),
    ),
  customer: (id: string) => unwrap(client.GET('/api/v1/customers/{id}', ofCustomer(id))),
  moveStage: (id: string, stage: Stage) =>
    unwrap(client.POST('/api/v1/customers/{id}/stage', { ...ofCustomer(id), body: { stage } })),
  viewNumber: (id: string, reason: string) =>
    unwrap(
      client.POST('/api/v1/customers/{id}/number-view', { ...ofCustomer(id), body: { reason } }),
    ),
  refuseContact: (id: string, reason: string) =>
    unwrap(
      client.POST('/api/v1/customers/{id}/refuse-contact', { ...ofCustomer(id), body: { reason } }),
    ),
  allowContact: (id: string, reason: string) =>
    unwrap(
      client.POST('/api/v1/customers/{id}/allow-contact', { ...ofCustomer(id), body: { reason } }),
    ),
  /** For good. */
  erase: (id: string, reason: string, neverCall: boolean) =>
    unwrap(
      client.POST('/api/v1/customers/{id}/erasure', {
        ...ofCustomer(id),
        body: { reason, never_call: neverCall },
      }),
    ),
  recordings: (asked: Asked) =>
    unwrap(client.GET('/api/v1/recordings', { params: { query: asked } })),
  /** WAV over ranges, for the browser's own player. */
  audioPath: (id: string) =>
    ('/api/v1/recordings/{id}/audio' satisfies keyof paths).replace('{id}', encodeURIComponent(id)),
  system: () => unwrap(client.GET('/api/v1/system')),
  headquarters: () => unwrap(client.GET('/api/v1/headquarters')),
  /** The running link takes the new identity up by itself. */
  enrol: (body: { url: string; code: string; fingerprint: string }) =>
    unwrap(client.POST('/api/v1/headquarters', { body })),
  audit: ({ kind, ...page }: Asked & { kind?: string }) =>
    unwrap(client.GET('/api/v1/audit', { params: { query: { ...page, kind: said(kind) } } })),
}
