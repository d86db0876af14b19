// A branch with made-up people, as its API would answer.

const MINUTE = 60_000
export const ID = (n) => `01977000-0000-7000-8000-${String(n).padStart(12, '0')}`
const NAMES = [
  '王小芳',
  '李建国',
  '张伟',
  '刘洋',
  '陈静',
  '欧阳修文',
  '赵敏',
  '孙立平',
  '周慧',
  '吴磊',
]
const STAGES = ['lead', 'contacted', 'interested', 'negotiating', 'won', 'lost']
const RESULTS = ['answered', 'no_answer', 'busy', 'vacant', 'answered', 'rejected', 'congestion']

export function session(over = {}) {
  return {
    user: 'agent1',
    role: 'agent',
    extension: '1000',
    since: Date.now() - 30 * MINUTE,
    may: ['move_stage', 'dial', 'play_recording', 'refuse_contact'],
    profile: 'demo',
    box_id: 'sz-01',
    version: '0.1.0',
    server_time: Date.now(),
    ...over,
  }
}

export const ADMIN = {
  user: 'admin',
  role: 'admin',
  extension: undefined,
  may: [
    'configure',
    'move_stage',
    'dial',
    'play_recording',
    'view_number',
    'hang_up',
    'let_in',
    'manage_phones',
    'search_audit',
    'erase_customer',
  ],
}

export function customers(n) {
  return Array.from({ length: n }, (_, at) => ({
    id: ID(at + 1),
    name: NAMES[at % NAMES.length],
    number: `138****${String(8000 + at * 37).slice(-4)}`,
    stage: STAGES[at % STAGES.length],
    imported: Date.now() - at * 700 * MINUTE,
    attempts: (at * 3) % 11,
    ...(at % 4 === 3 ? {} : { last_contact: Date.now() - at * 41 * MINUTE }),
    do_not_call: at === 6,
  }))
}

/** Every fifth one was erased: of some a copy has not confirmed yet. */
export function erasedSome(customer, at) {
  if (at % 5 !== 2) return customer
  return { ...customer, name: '', number: '', erased: at % 2 === 0 ? 'pending' : 'complete' }
}

export function erasure() {
  const asked = Date.now() - 90 * MINUTE
  const gone = asked + 12_000
  return {
    asked,
    due: asked + 7 * 24 * 60 * MINUTE,
    copies: [
      { copy: 'branch_vault', gone },
      { copy: 'branch_backups' },
      { copy: 'hq_tables', gone: gone + 3_000 },
      { copy: 'hq_keys', gone: gone + 3_000 },
      { copy: 'hq_backups' },
    ],
  }
}

/** The test before the shift: two phones and a trunk need somebody. */
export function selfTest() {
  const begun = Date.now() - 40 * MINUTE
  const item = (extension, trunk, verdict, over = {}) => ({
    extension,
    trunk,
    verdict,
    well: ['good', 'no_number', 'phone_busy'].includes(verdict),
    ...over,
  })
  return {
    begun,
    ended: begun + 21_000,
    items: [
      item('1000', 'carrier', 'good', { call: ID(1) }),
      item('1001', 'unicom', 'trunk_failed', { call: ID(2), code: '503' }),
      item('1002', 'carrier', 'phone_away', { code: 'phone_not_registered' }),
      item('1003', 'carrier', 'good', { call: ID(3) }),
    ],
  }
}

/** A call that the carrier refused: the phone on the left, the carrier on the right. */
export function ladder() {
  const began = Date.now() - 3 * MINUTE
  const message = (ms, incoming, peer, method, over = {}) => ({
    at: began + ms,
    incoming,
    peer,
    transport: 'UDP',
    method,
    cseq: 1,
    sdp: false,
    ...over,
  })
  const phone = '192.168.1.31:5060'
  const carrier = '10.20.0.9:5060'
  return {
    legs: [
      {
        messages: [
          message(0, true, phone, 'INVITE', { sdp: true }),
          message(1, false, phone, 'INVITE', { code: 100 }),
          message(812, false, phone, 'INVITE', { code: 183, sdp: true }),
          message(4210, false, phone, 'INVITE', { code: 486, q850: 17 }),
          message(4216, true, phone, 'ACK'),
        ],
        left_out: 0,
      },
      {
        messages: [
          message(3, false, carrier, 'INVITE', { sdp: true }),
          message(31, true, carrier, 'INVITE', { code: 100 }),
          message(810, true, carrier, 'INVITE', { code: 183, sdp: true }),
          message(4205, true, carrier, 'INVITE', { code: 486, q850: 17 }),
          message(4206, false, carrier, 'ACK'),
        ],
        left_out: 2,
      },
    ],
  }
}

export function calls(n) {
  return Array.from({ length: n }, (_, at) => {
    const result = RESULTS[at % RESULTS.length]
    const started = Date.now() - (at * 7 + 3) * MINUTE
    const talked = result === 'answered'
    const internal = at % 5 === 4
    return {
      id: ID(1000 + at),
      direction: internal ? 'internal' : at % 9 === 8 ? 'inbound' : 'outbound',
      purpose: internal ? 'internal' : 'sales',
      one_way: at === 5,
      extension: String(1000 + (at % 4)),
      ...(internal
        ? { other_extension: '1003' }
        : {
            trunk: 'carrier',
            number: `138****${8000 + at}`,
            customer: ID((at % 9) + 1),
            customer_name: NAMES[at % 9],
          }),
      started,
      ...(talked ? { answered: started + 9000 } : {}),
      ...(at === 0
        ? {}
        : {
            end: {
              at: started + 90_000,
              result,
              ...(talked ? { q850: 16 } : { sip: 486, q850: 17 }),
              released_by: talked ? 'callee' : 'caller',
              ring_ms: 9000,
              talk_ms: talked ? 81_000 + at * 1000 : 0,
            },
          }),
    }
  })
}

export function recordings(n) {
  const STATES = ['complete', 'complete', 'cut', 'running', 'failed']
  return Array.from({ length: n }, (_, at) => ({
    id: ID(2000 + at),
    call: ID(1000 + at),
    started: Date.now() - (at * 13 + 2) * MINUTE,
    state: STATES[at % STATES.length],
    duration_ms: 33_000 + at * 9000,
    bytes: 530_000 + at * 44_000,
    lost_ms: at === 2 ? 1400 : 0,
    extension: '1001',
    direction: 'outbound',
    number: `139****${7000 + at}`,
    customer: ID((at % 9) + 1),
    customer_name: NAMES[at % 9],
  }))
}

export function link(over = {}) {
  return {
    connected: true,
    since: Date.now() - 44 * MINUTE,
    head: 18_442,
    applied: 18_431,
    safe: 18_000,
    ...over,
  }
}

export function machine() {
  return {
    at: Date.now() - 9000,
    cpu_percent: 23.4,
    memory_used_bytes: 1.31e9,
    memory_total_bytes: 4.1e9,
    disk_used_bytes: 9.9e10,
    disk_total_bytes: 1.2e11,
    temperature_celsius: 52.5,
    throttled: false,
    network_received_bytes: 8.8e9,
    network_sent_bytes: 4.3e9,
  }
}

export function board() {
  const call = (at, phase, ago, over = {}) => ({
    id: ID(9000 + at),
    direction: 'outbound',
    extension: String(1000 + at),
    trunk: 'carrier',
    number: `137****${6100 + at}`,
    customer: ID(at + 1),
    phase,
    phase_since: Date.now() - ago,
    since: Date.now() - ago - 8000,
    recorded: true,
    three: false,
    ...over,
  })
  return {
    profile: 'demo',
    phones: Array.from({ length: 8 }, (_, at) => ({
      extension: String(1000 + at),
      label: ['前台', '销售一组', '销售一组', '销售二组', '经理室', '会议室', '仓库', '备用'][at],
      registered: at < 6,
      in_call: at > 0 && at < 5,
      ...(at < 6 ? { since: Date.now() - at * 700_000 - 5000, source: '192.168.1.20:5060' } : {}),
    })),
    trunks: [
      {
        name: 'carrier',
        reachable: true,
        in_use: 4,
        concurrent_max: 500,
        cps_max: 300,
        codes: { 200: 412, 486: 77, 480: 31, 404: 9, 503: 2 },
      },
      {
        name: 'ims',
        registered: true,
        in_use: 1,
        concurrent_max: 60,
        cps_max: 10,
        codes: {},
      },
      {
        name: 'ims-2',
        registered: false,
        in_use: 0,
        concurrent_max: 60,
        cps_max: 10,
        codes: {},
      },
      { name: 'backup', reachable: false, in_use: 0, concurrent_max: 30, cps_max: 10, codes: {} },
    ],
    calls: [
      call(1, 'talking', 65_000),
      call(2, 'ringing', 4000),
      call(3, 'held', 22_000),
      call(4, 'dialling', 1000, { customer: undefined }),
    ],
    link: link(),
    machine: machine(),
  }
}

export function overview(over = {}) {
  const midnight = new Date().setHours(0, 0, 0, 0)
  return {
    profile: 'demo',
    phones: 8,
    phones_registered: 6,
    trunks: 4,
    trunks_reachable: 1,
    calls_live: 4,
    since: midnight,
    calls: 1284,
    answered: 431,
    recordings: 420,
    customers: 3120,
    link: link(),
    server_time: Date.now(),
    ...over,
  }
}

export function system(over = {}) {
  return {
    box_id: 'sz-01',
    version: '0.1.0',
    boot: ID(7),
    started: Date.now() - 3600_000 * 30,
    uptime_s: 3600 * 30,
    server_time: Date.now(),
    clock_trusted: true,
    profile: 'demo',
    journal: {
      epoch: 1,
      head: 18_442,
      applied: 18_431,
      safe: 18_000,
      behind: 11,
      oldest_unsent_ms: 2300,
      waiting: 0,
    },
    disk: {
      stage: 'ample',
      free_bytes: 214_000_000_000,
      ballast_bytes: 268_435_456,
      quota_bytes: 2_147_483_648,
    },
    link: link(),
    machine: machine(),
    ...over,
  }
}

export function audit(n) {
  const KINDS = [
    'number_viewed',
    'call_ended',
    'signed_in',
    'customer_stage_moved',
    'recording_played',
  ]
  return Array.from({ length: n }, (_, at) => ({
    seq: String(18_442 - at),
    utc: Date.now() - at * 33_000,
    clock_trusted: true,
    actor: ['user:admin', 'phone:1000', 'system'][at % 3],
    kind: KINDS[at % KINDS.length],
    subject: `customer:${ID(at)}`,
    from_ip: '192.168.1.31',
  }))
}

/** One second of two quiet channels. */
export function wav() {
  const frames = 8000
  const data = Buffer.alloc(frames * 4)
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + data.length, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(2, 22)
  head.writeUInt32LE(8000, 24)
  head.writeUInt32LE(32_000, 28)
  head.writeUInt16LE(4, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36)
  head.writeUInt32LE(data.length, 40)
  return Buffer.concat([head, data])
}

/** What somebody has to look at. */
export function alarms() {
  const now = Date.now()
  const alarm = (kind, subject, count, ago) => ({
    kind,
    subject,
    first: now - 5 * 60 * MINUTE,
    last: now - ago * MINUTE,
    count,
  })
  return [
    alarm('destination_closed', 'phone:1006', 17, 1),
    alarm('source_banned', '', 3, 4),
    alarm('minutes_ceiling', 'phone:1002', 2, 38),
    alarm('trunk_unregistered', 'trunk:ims', 1, 55),
  ]
}

/** Addresses that tried doors. */
export function bans() {
  const now = Date.now()
  return [
    { source: '203.0.113.24', why: 'wrong_credentials', since: now, until: now + 9 * MINUTE },
    { source: '2001:db8::17', why: 'unknown_source', since: now, until: now + 70 * MINUTE },
    {
      source: '192.168.1.33',
      port: 40_112,
      why: 'wrong_credentials',
      since: now,
      until: now + MINUTE,
    },
  ]
}

/** Phones that configure themselves: in service, coming, broken; two in quarantine; what they asked. */
export function devices() {
  const now = Date.now()
  const day = 1440 * MINUTE
  const device = (mac, vendor, model, extension, phase, over = {}) => ({
    mac,
    vendor,
    model,
    extension,
    phase,
    open_until: now + 40 * MINUTE,
    ...over,
  })
  const given = { given: now - 3 * day, given_to: '192.168.1.20' }
  const asked = (at, mac, what, verdict) => ({
    at: now - at * 1000,
    from: '192.168.1.61',
    mac,
    asked: what,
    verdict,
  })
  return {
    items: [
      device('00156574b1c2', 'yealink', 'T31G', '1000', 'registered', given),
      device('000b82112233', 'grandstream', 'GXP2135', '1001', 'registered', given),
      device('0c383e0a0b0c', 'fanvil', 'X3SP', '1002', 'provisioning', {
        given: now - MINUTE,
        given_to: '192.168.1.61',
      }),
      device('00041396d9b4', 'snom', 'snomD785', '1006', 'fault', given),
      device('000e08001122', 'cisco_spa', 'SPA504G', '1007', 'waiting'),
    ],
    quarantine: [
      {
        mac: '00156574b1d0',
        vendor: 'yealink',
        model: 'T46U',
        from: '192.168.1.77',
        first: now - 4 * MINUTE,
        last: now - 9000,
      },
      {
        mac: '3c22fb0a0b0c',
        model: '',
        from: '192.168.1.78',
        first: now - day,
        last: now - 70_000,
      },
    ],
    requests: [
      asked(9, '00156574b1d0', 'PnP', 'quarantined'),
      asked(60, '0c383e0a0b0c', '0c383e0a0b0c.cfg', 'given'),
      asked(61, '0c383e0a0b0c', 'F0V00X300000.cfg', 'not_here'),
      asked(62, '0c383e0a0b0c', 'PnP', 'told'),
      asked(400, '00156574b1c2', '00156574b1c2.cfg', 'token_wrong'),
      asked(900, '00156574b1c2', '00156574b1c2.cfg', 'address_differs'),
    ],
    dnsmasq: 'dhcp-option-force=66,"https://192.168.1.10:8443/provisioning/"\n',
  }
}

/** A phone whose network forgets it. */
export function phoneHistory() {
  const now = Date.now()
  return {
    items: Array.from({ length: 8 }, (_, at) => ({
      at: now - at * 11 * MINUTE,
      came: at % 2 === 0,
    })),
  }
}

/** A branch that is enrolled; `over` changes that. */
export function headquarters(over = {}) {
  const day = 86_400_000
  return {
    box_id: 'sz-01',
    enrolled: true,
    url: 'https://hq.example.com:8443',
    broker: 'hq.example.com:8883',
    tenant: 'hq',
    fingerprint: '64A1 90FE 1C22 7D05 B3E8 4F6A 99D1 0C3B 5E77 A2F4 18C9 6D30 E5B1 7A48 2F9C D006',
    certificate: {
      serial: '5f0a',
      not_before: Date.now() - 100 * day,
      not_after: Date.now() + 265 * day,
      renew_at: Date.now() + 143 * day,
      next: false,
    },
    ...over,
  }
}

export function answers(who = {}, over = {}) {
  return {
    'GET /api/v1/session': session(who),
    'POST /api/v1/session': session(who),
    'DELETE /api/v1/session': { status: 204 },
    'GET /api/v1/overview': overview,
    'GET /api/v1/system': system,
    'GET /api/v1/headquarters': () => headquarters(),
    'GET /api/v1/trunks': () => ({ items: board().trunks }),
    'POST /api/v1/trunks/*/test-call': { status: 201, body: { call: ID(1) } },
    'GET /api/v1/self-test': selfTest,
    'POST /api/v1/self-test': { status: 202 },
    'GET /api/v1/alarms': () => ({ items: alarms() }),
    'GET /api/v1/bans': () => ({ items: bans() }),
    'GET /api/v1/devices': devices,
    'PUT /api/v1/devices/*': { status: 204 },
    'GET /api/v1/phones/*/history': phoneHistory,
    'GET /api/v1/calls': () => ({ items: calls(14), next: 'c2' }),
    'GET /api/v1/calls/*/sip': ladder,
    'GET /api/v1/customers': () => ({ items: customers(24), next: 'c2' }),
    'GET /api/v1/customers/*': () => ({ customer: customers(3)[2], calls: calls(3) }),
    'GET /api/v1/recordings': () => ({ items: recordings(12) }),
    'GET /api/v1/recordings/*/audio': wav(),
    'GET /api/v1/audit': () => ({ items: audit(30), next: 'c2' }),
    ...over,
  }
}

/** A live line that says how things are and then keeps quiet; `told` gets the page's socket. */
export function liveOf(what = board, told = () => {}) {
  return (page) => {
    let seq = 0
    const say = (message) => {
      if (message.type !== 'heartbeat') seq += 1
      page.send(JSON.stringify({ seq, server_time: Date.now(), ...message }))
    }
    const whole = () => say({ type: 'snapshot', board: what() })
    page.on('message', (word) => {
      if (String(word) === 'snapshot') whole()
    })
    whole()
    told({ change: (...changes) => say({ type: 'delta', changes }), page })
  }
}
