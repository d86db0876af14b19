// Headquarters' API as its dashboard uses it. The shapes are those of the server's own document.
import type { components, paths } from '../generated/hq'
import { clientOf, said, unwrap } from './client'

type Schemas = components['schemas']
export type BoxCertificate = Schemas['BoxCertificate']
export type BoxSnapshot = Schemas['SnapshotRow']
export type Branch = Schemas['Branch']
export type BranchCommand = Schemas['CommandRow']
export type BranchSync = Schemas['BranchSync']
export type Call = Schemas['Call']
export type Customer = Schemas['Customer']
export type DeadLetter = Schemas['DeadLetterRow']
export type Enrolment = Schemas['Enrolment']
export type EnrolmentMade = Schemas['EnrolmentMade']
export type Directive = Schemas['DirectiveRow']
export type FieldPolicy = Schemas['Policy']
export type Hour = Schemas['Hour']
export type LineBreak = Schemas['BreakRow']
export type LiveMessage = Schemas['LiveMessage']
export type LockedSource = Schemas['LockedSource']
export type MetricsPoint = Schemas['MetricsPoint']
export type OldFact = Schemas['OldFact']
export type Overview = Schemas['Overview']
export type Refusal = Schemas['DncEntry']
export type SyncHealth = Schemas['SyncHealth']
export type PersonalText = Schemas['PersonalText']

export const LIVE_PATH = '/api/v1/live' satisfies keyof paths

const client = clientOf<paths>()

type Asked = { cursor?: string | undefined; box?: string; limit?: number }
const pageOf = ({ cursor, box, limit }: Asked) => ({ cursor, limit, box: said(box) })

export const hqApi = {
  session: () => unwrap(client.GET('/api/v1/session')),
  signIn: (user: string, password: string) =>
    unwrap(client.POST('/api/v1/session', { body: { user, password } })),
  signOut: () => unwrap(client.DELETE('/api/v1/session')),
  overview: () => unwrap(client.GET('/api/v1/overview')),
  branches: () => unwrap(client.GET('/api/v1/branches')),
  metrics: (box_id: string, hours: number) =>
    unwrap(
      client.GET('/api/v1/branches/{box_id}/metrics', {
        params: { path: { box_id }, query: { hours } },
      }),
    ),
  calls: (asked: Asked & { result?: string }) =>
    unwrap(
      client.GET('/api/v1/calls', {
        params: { query: { ...pageOf(asked), result: said(asked.result) } },
      }),
    ),
  customers: (asked: Asked & { stage?: string }) =>
    unwrap(
      client.GET('/api/v1/customers', {
        params: { query: { ...pageOf(asked), stage: said(asked.stage) } },
      }),
    ),
  sync: () => unwrap(client.GET('/api/v1/sync')),
  breaks: () => unwrap(client.GET('/api/v1/breaks')),
  oldFacts: (box_id: string, id: number, after: number) =>
    unwrap(
      client.GET('/api/v1/branches/{box_id}/breaks/{id}/facts', {
        params: { path: { box_id, id }, query: { after } },
      }),
    ),
  /** Of a copied box with the run that goes on. */
  closeBreak: (box_id: string, id: number, reason: string, run?: string) =>
    unwrap(
      client.POST('/api/v1/branches/{box_id}/breaks/{id}/close', {
        params: { path: { box_id, id } },
        body: run === undefined ? { reason } : { reason, run },
      }),
    ),
  fieldPolicy: () => unwrap(client.GET('/api/v1/field-policy')),
  setFieldPolicy: (body: { name: string; number: string }) =>
    unwrap(client.PUT('/api/v1/field-policy', { body })),
  refusals: () => unwrap(client.GET('/api/v1/refusals-of-contact')),
  refuseContact: (body: { number: string; refused: boolean; reason: string }) =>
    unwrap(client.POST('/api/v1/refusals-of-contact', { body })),
  directives: (box_id: string) =>
    unwrap(client.GET('/api/v1/branches/{box_id}/directives', { params: { path: { box_id } } })),
  setLogLevel: (box_id: string, body: { filter: string; minutes: number }) =>
    unwrap(
      client.POST('/api/v1/branches/{box_id}/log-level', { params: { path: { box_id } }, body }),
    ),
  commands: (box_id: string) =>
    unwrap(client.GET('/api/v1/branches/{box_id}/commands', { params: { path: { box_id } } })),
  command: (box_id: string, kind: string) =>
    unwrap(
      client.POST('/api/v1/branches/{box_id}/commands', {
        params: { path: { box_id } },
        body: { kind },
      }),
    ),
  deadLetters: (asked: Asked) =>
    unwrap(client.GET('/api/v1/dead-letters', { params: { query: pageOf(asked) } })),
  deadLetter: (box_id: string, epoch: number, seq: number) =>
    unwrap(
      client.GET('/api/v1/branches/{box_id}/dead-letters/{epoch}/{seq}', {
        params: { path: { box_id, epoch, seq } },
      }),
    ),
  /** One letter, or all of the branch. */
  retryDeadLetters: (box_id: string, letter?: { epoch: number; seq: number }) =>
    unwrap(
      client.POST('/api/v1/branches/{box_id}/dead-letters/retry', {
        params: { path: { box_id } },
        body: letter ? { epoch: letter.epoch, seq: letter.seq } : {},
      }),
    ),
  enrolments: () => unwrap(client.GET('/api/v1/enrolments')),
  makeEnrolment: (box_id: string, purpose: Enrolment['purpose']) =>
    unwrap(client.POST('/api/v1/enrolments', { body: { box_id, purpose } })),
  cancelEnrolment: (id: string) =>
    unwrap(client.DELETE('/api/v1/enrolments/{id}', { params: { path: { id } } })),
  snapshots: () => unwrap(client.GET('/api/v1/snapshots')),
  certificates: () => unwrap(client.GET('/api/v1/certificates')),
  revokeBox: (box_id: string, reason: string) =>
    unwrap(
      client.POST('/api/v1/boxes/{box_id}/revocations', {
        params: { path: { box_id } },
        body: { reason },
      }),
    ),
  hours: (asked: { from: number; to: number; box?: string }) =>
    unwrap(
      client.GET('/api/v1/rollups/hours', {
        params: { query: { ...asked, box: said(asked.box) } },
      }),
    ),
}
