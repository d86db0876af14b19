// Headquarters with three made-up branches, as its API would answer.
import { ID } from './branch.mjs'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const HIDDEN = { state: 'hidden', text: null }

export function point(at) {
  return {
    received: Date.now() - at * 30_000,
    utc: Date.now() - at * 30_000,
    uptime_s: 3600 * 50,
    phones_registered: 42 - (at % 3),
    calls_live: 17 + (at % 5),
    calls_today: 2210 - at,
    answered_today: 811 - at,
    sample: {
      cpu_percent: 31.2 + at,
      memory_used_bytes: 1.5e9,
      memory_total_bytes: 4.1e9,
      disk_used_bytes: 6.1e10,
      disk_total_bytes: 1.2e11,
      temperature_celsius: 51 + at / 10,
      throttled: false,
      network_received_bytes: 1,
      network_sent_bytes: 1,
    },
  }
}

export function branches() {
  const branch = (box_id, name, over = {}) => ({
    box_id,
    name,
    connected: true,
    link_changed: Date.now() - 3 * HOUR,
    as_of: Date.now() - 2000,
    last_seen: Date.now() - 1000,
    lag_s: 2,
    lag_facts: 0,
    epoch: 1,
    head: 188_442,
    applied: 188_442,
    safe: 180_000,
    dead_letters: 0,
    version: '0.1.0',
    clock_offset_ms: 120,
    metrics: point(0),
    ...over,
  })
  return [
    branch('bj-01.zk', '北京朝阳', {
      dead_letters: 2,
      lag_facts: 1840,
      as_of: Date.now() - 7 * MINUTE,
    }),
    branch('gz-02', '广州天河', {
      connected: false,
      as_of: Date.now() - 26 * HOUR,
      lag_facts: 12,
      last_error: 'tls_failed',
      last_error_at: Date.now() - 26 * HOUR,
      metrics: undefined,
    }),
    branch('sz-01', '深圳南山'),
  ]
}

export function overview() {
  return {
    utc: Date.now(),
    today: Date.now() - 9 * HOUR,
    branches: 3,
    connected: 2,
    phones_registered: 84,
    calls_live: 34,
    attempts_today: 4420,
    answered_today: 1622,
    talk_ms_today: 1,
    inbound_today: 4,
    inbound_answered_today: 3,
    blocked_today: 9,
    lag_facts: 1852,
    dead_letters: 0,
    as_of: Date.now() - 26 * HOUR,
  }
}

const RESULTS = ['answered', 'no_answer', 'busy', 'vacant', 'answered', 'rejected', 'trunk_failed']

export function calls(n) {
  return Array.from({ length: n }, (_, at) => ({
    box_id: ['sz-01', 'bj-01.zk', 'gz-02'][at % 3],
    call: ID(1000 + at),
    direction: 'outbound',
    purpose: 'sales',
    extension: String(1000 + (at % 7)),
    trunk: 'carrier',
    party: ID(at),
    customer: ID(at),
    started: Date.now() - at * 40_000,
    end: {
      at: Date.now(),
      result: RESULTS[at % 7],
      released_by: 'callee',
      ring_ms: 8000,
      talk_ms: at % 7 === 0 || at % 7 === 4 ? 71_000 : 0,
    },
  }))
}

export function customers(n) {
  const STAGES = ['lead', 'contacted', 'interested', 'negotiating', 'won', 'lost']
  return Array.from({ length: n }, (_, at) => ({
    box_id: ['sz-01', 'bj-01.zk', 'gz-02'][at % 3],
    customer: ID(at),
    party: ID(at),
    name: at % 3 === 0 ? { state: 'masked', text: '王**' } : HIDDEN,
    number:
      at % 3 === 0
        ? { state: 'masked', text: '138****8000' }
        : at === 4
          ? { state: 'erased', text: null }
          : { state: 'sealed', text: null },
    stage: STAGES[at % 6],
    attempts: at,
    last_contact: Date.now() - at * HOUR,
    imported: Date.now() - at * 9 * HOUR,
  }))
}

/** Customers of branches that show them to headquarters. */
export function known(n) {
  const NAMES = ['王小芳', '李建国', '张伟', '刘洋', '陈静', '欧阳修文']
  return customers(n).map((one, at) => ({
    ...one,
    name: { state: 'clear', text: NAMES[at % NAMES.length] },
    number: { state: 'clear', text: `138001${String(38000 + at * 37).padStart(5, '0')}` },
  }))
}

export function hours(url) {
  const from = Number(url.searchParams.get('from'))
  return {
    items: Array.from({ length: 10 }, (_, at) => ({
      bucket: from + (at + 8) * HOUR,
      attempts: [12, 320, 610, 580, 210, 90, 440, 520, 610, 300][at],
      answered: [3, 121, 240, 201, 60, 25, 170, 190, 222, 96][at],
      talk_ms: 4_000_000 + at * 300_000,
      inbound: at,
      inbound_answered: at,
      blocked: at % 3,
    })),
    as_of: Date.now() - 26 * HOUR,
  }
}

export function deadLetters() {
  const letter = (box_id, seq, over = {}) => ({
    box_id,
    epoch: 1,
    seq,
    received: Date.now() - 5 * HOUR,
    why: 'fact_undecodable',
    size_bytes: 312,
    ...over,
  })
  return [
    letter('bj-01.zk', 188_001, {
      why: 'body_undecodable',
      kind: 'recording_closed',
      utc: Date.now() - 6 * HOUR,
      tried: Date.now() - HOUR,
    }),
    letter('bj-01.zk', 188_017, { why: 'call_exists', kind: 'call_started', utc: Date.now() }),
    letter('sz-01', 42, { why: 'fact_other_seq', size_bytes: 18_400 }),
  ]
}

export function deadLetter() {
  return {
    ...deadLetters()[0],
    actor: 'system',
    subject: `recording:${ID(7)}`,
    envelope: [
      'map (13)',
      '  v: 1',
      '  box: text (8)',
      '  seq: number (6 digits)',
      '  body: bytes (88)',
    ],
    body: ['map (5)', '  recording: bytes (16)', '  segments: 3', '  last_tag: text (32)'],
  }
}

export function sync() {
  const row = (box_id, name, over = {}) => ({
    box_id,
    name,
    phase: 'in_sync',
    troubles: [],
    epoch: 1,
    head: 188_442,
    applied: 188_442,
    safe: 180_000,
    lag_facts: 0,
    clock_offset_ms: 120,
    dead_letters: 0,
    directives: 7,
    directives_received: 7,
    directives_refused: 0,
    last_seen: Date.now() - 1000,
    ...over,
  })
  return {
    utc: Date.now(),
    backup: { taken: Date.now() - 40 * MINUTE, name: 'hq-20261123T040506Z.zkbak', bytes: 812e6 },
    items: [
      row('cd-07', '成都高新', {
        phase: 'halted',
        troubles: ['cloned'],
        last_error: 'cloned',
        last_error_at: Date.now() - 12 * MINUTE,
      }),
      row('gz-02', '广州天河', {
        phase: 'offline',
        troubles: ['offline', 'clock', 'behind', 'directives_waiting'],
        lag_facts: 12,
        oldest_s: 26 * 3600,
        clock_offset_ms: -412_000,
        directives_received: 5,
      }),
      row('bj-01.zk', '北京朝阳', {
        phase: 'catching_up',
        troubles: ['behind'],
        lag_facts: 1840,
        oldest_s: 420,
        drain_s: 14,
      }),
      row('sz-01', '深圳南山'),
    ],
  }
}

export function breaks() {
  const one = (id, kind, over = {}) => ({
    box_id: 'bj-01.zk',
    id,
    kind,
    noted: Date.now() - 3 * HOUR,
    epoch: 2,
    first: 0,
    last: 0,
    ...over,
  })
  const runs = [ID(7001), ID(7002)]
  return {
    items: [
      one(3, 'copied', { box_id: 'gz-02', runs }),
      one(2, 'old_tail', { first: 182_001, last: 182_340 }),
      one(1, 'gap', {
        first: 4_001,
        last: 4_900,
        closed: Date.now() - HOUR,
        closed_by: 'admin',
        reason: '磁盘更换，旧备份已失效',
      }),
    ],
  }
}

export function oldFacts() {
  const kinds = ['call_started', 'call_answered', 'call_ended', undefined]
  const items = Array.from({ length: 12 }, (_, at) => ({
    seq: 182_001 + at,
    epoch: 1,
    kind: kinds[at % 4],
    utc: at % 4 === 3 ? undefined : Date.now() - 5 * HOUR,
    size_bytes: 214 + at,
  }))
  return { items, more: true }
}

export function snapshots() {
  const one = (box_id, hours, bytes) => ({
    box_id,
    made: Date.now() - hours * HOUR,
    expires: Date.now() + (7 * 24 - hours) * HOUR,
    bytes,
    head: 188_442,
  })
  return { items: [one('bj-01.zk', 5, 212e6), one('sz-01', 19, 88e6)] }
}

export function policy() {
  return { version: 3, name: 'masked', number: 'never', changed: Date.now() - 9 * HOUR, by: 'wang' }
}

export function refusals() {
  const one = (version, over = {}) => ({
    version,
    mark: `5f01${version}bd2`,
    refused: true,
    reason: '客户要求不再来电',
    utc: Date.now() - version * HOUR,
    ...over,
  })
  return { items: [one(4), one(3, { box_id: 'sz-01' }), one(2, { refused: false })] }
}

export function directives() {
  const one = (seq, kind, state, over = {}) => ({
    seq,
    kind,
    state,
    issued: Date.now() - (9 - seq) * HOUR,
    ...over,
  })
  return {
    items: [
      one(4, 'log_level_set', 'waiting', { by: 'wang' }),
      one(3, 'dnc_set', 'received'),
      one(2, 'dnc_set', 'refused', { code: 'older', answered: Date.now() }),
      one(1, 'field_policy_set', 'applied', { code: 'done', answered: Date.now() }),
    ],
  }
}

export function commands() {
  return {
    items: [
      {
        id: ID(71),
        kind: 'verify_journal',
        issued: Date.now() - MINUTE,
        by: 'wang',
        not_after: Date.now() + 9 * MINUTE,
      },
      {
        id: ID(70),
        kind: 'report',
        issued: Date.now() - HOUR,
        by: 'wang',
        not_after: Date.now() - 50 * MINUTE,
        code: 'command_done',
        detail: '0.1.0',
        answered: Date.now() - HOUR,
      },
    ],
  }
}

export const ADMIN = { user: 'wang', role: 'hq_admin', since: Date.now() }

const DAY = 24 * HOUR
const certificate = (box_id, state, over = {}) => ({
  box_id,
  serial: `5f0a90c1${'7b'.repeat(16)}`,
  state,
  origin: 'enrolment',
  not_before: Date.now() - 100 * DAY,
  not_after: Date.now() + 265 * DAY,
  renew_at: Date.now() + 143 * DAY,
  first_seen: Date.now() - 100 * DAY,
  connected: Date.now() - 40_000,
  ...over,
})

export function certificates() {
  return {
    items: [
      certificate('bj-01.zk', 'good', { origin: 'renewal' }),
      certificate('bj-01.zk', 'revoked', {
        serial: '01',
        revoked: Date.now() - DAY,
        why: 'superseded',
      }),
      certificate('gz-02', 'revoked', {
        revoked: Date.now() - 2 * HOUR,
        revoked_by: 'admin',
        why: '设备在搬运途中丢失，已报案',
      }),
      certificate('sz-01', 'waiting', { connected: undefined }),
      certificate('wh-03', 'expired', { not_after: Date.now() - DAY }),
    ],
  }
}

const enrolment = (id, state, over = {}) => ({
  id: String(id),
  box_id: 'sz-01',
  purpose: 'join',
  state,
  made: Date.now() - 120_000,
  made_by: 'admin',
  expires: Date.now() + 480_000,
  tries: 0,
  tries_max: 5,
  ...over,
})

export function enrolments() {
  return {
    items: [
      enrolment(9, 'open', { tries: 2, from_ip: '203.0.113.7' }),
      enrolment(8, 'used', { box_id: 'bj-01.zk', tries: 1, from_ip: '198.51.100.4' }),
      enrolment(7, 'locked', { box_id: 'gz-02', purpose: 'replace', tries: 5 }),
      enrolment(6, 'expired', { box_id: 'wh-03' }),
    ],
    locked_sources: [{ address: '203.0.113.7', retry_after_s: 412 }],
  }
}

export function enrolmentMade(_url, body) {
  return {
    status: 201,
    body: {
      enrolment: enrolment(10, 'open', { box_id: body.box_id }),
      url: 'https://hq.example.com:8443',
      code: 'K7QM-3XWP',
      fingerprint:
        '64A1 90FE 1C22 7D05 B3E8 4F6A 99D1 0C3B 5E77 A2F4 18C9 6D30 E5B1 7A48 2F9C D006',
    },
  }
}

export function answers(over = {}) {
  const who = { user: 'analyst', role: 'hq_analyst', since: Date.now() }
  return {
    'GET /api/v1/session': who,
    'POST /api/v1/session': who,
    'DELETE /api/v1/session': { status: 204 },
    'GET /api/v1/overview': overview,
    'GET /api/v1/branches': () => ({ items: branches() }),
    'GET /api/v1/branches/*/metrics': () => ({
      items: Array.from({ length: 30 }, (_, at) => point(29 - at)),
    }),
    'GET /api/v1/calls': () => ({ items: calls(30), next: 'c2' }),
    'GET /api/v1/customers': () => ({ items: customers(24), next: 'c2' }),
    'GET /api/v1/rollups/hours': hours,
    'GET /api/v1/certificates': certificates,
    'GET /api/v1/snapshots': snapshots,
    'GET /api/v1/enrolments': enrolments,
    'POST /api/v1/enrolments': enrolmentMade,
    'POST /api/v1/boxes/*/revocations': { status: 200, body: { revoked: 1 } },
    'GET /api/v1/sync': sync,
    'GET /api/v1/breaks': breaks,
    'GET /api/v1/branches/*/breaks/*/facts': oldFacts,
    'GET /api/v1/field-policy': policy,
    'PUT /api/v1/field-policy': (_url, body) => ({ ...policy(), ...body, version: 4 }),
    'GET /api/v1/refusals-of-contact': refusals,
    'POST /api/v1/refusals-of-contact': { status: 204 },
    'GET /api/v1/branches/*/directives': directives,
    'POST /api/v1/branches/*/log-level': { status: 204 },
    'GET /api/v1/branches/*/commands': commands,
    'POST /api/v1/branches/*/commands': () => ({ status: 201, body: commands().items[0] }),
    'GET /api/v1/dead-letters': () => ({ items: deadLetters(), next: 'c2' }),
    'GET /api/v1/branches/*/dead-letters/*/*': deadLetter,
    'POST /api/v1/branches/*/dead-letters/retry': { applied: 1, left: 1, waiting: 0 },
    ...over,
  }
}

export function liveOf(list = branches, figures = overview) {
  return (page) => {
    page.send(
      JSON.stringify({
        type: 'snapshot',
        seq: 1,
        utc: Date.now(),
        overview: figures(),
        branches: list(),
      }),
    )
  }
}
