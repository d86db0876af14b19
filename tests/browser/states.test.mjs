// Every screen in every state that a person can meet: filled, empty, slow, failing, offline, English, small.
// Each one is looked at by axe, must complain about nothing, must not be wider than its window, and leaves a picture.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { axe, openBrowser, openPage, ROOT, shoot } from './browser.mjs'
import * as branch from './mock/branch.mjs'
import * as hq from './mock/hq.mjs'
import { serve } from './mock/server.mjs'

const PHONE = { width: 390, height: 844 }
const ENGLISH = { language: 'en' }
const WIDE = { width: 1920, height: 1080 }
const NONE = { items: [] }
const never = () => new Promise(() => {})
const broken = { status: 500, body: { code: 'internal', trace_id: '7f3a90c1' } }

const DESK = `${ROOT}appliance/web/dist`
const DASHBOARD = `${ROOT}cloud/web/dist`
const customer = `/customers/${branch.ID(3)}`

const emptyBoard = () => ({
  ...branch.board(),
  calls: [],
  phones: [],
  trunks: [],
  machine: undefined,
})
const emptyHq = () => ({ ...hq.overview(), branches: 0, connected: 0, attempts_today: 0 })
const long = () => ({
  items: branch.customers(30).map((one) => ({ ...one, name: '欧阳'.repeat(16) })),
})

/** A branch in which each dial rings at the customer's at once. */
function dialling() {
  let line
  const call = { ...branch.board().calls[1], id: branch.ID(9500), extension: '1000' }
  return {
    dist: DESK,
    answers: branch.answers(
      {},
      {
        'POST /api/v1/calls': () => {
          setImmediate(() =>
            line.change({ what: 'call', call: { ...call, phase_since: Date.now() } }),
          )
          return { status: 201, body: { call: call.id } }
        },
      },
    ),
    live: branch.liveOf(branch.board, (told) => {
      line = told
    }),
  }
}

/** Servers: how the world is. */
const WORLDS = {
  agent: () => ({ dist: DESK, answers: branch.answers(), live: branch.liveOf() }),
  admin: () => ({ dist: DESK, answers: branch.answers(branch.ADMIN), live: branch.liveOf() }),
  untested: () => {
    let begun
    return {
      dist: DESK,
      answers: branch.answers(branch.ADMIN, {
        'GET /api/v1/self-test': () => ({ begun, items: [] }),
        'POST /api/v1/self-test': () => {
          begun = Date.now()
          return { status: 202 }
        },
      }),
      live: branch.liveOf(),
    }
  },
  forgetful: () => ({
    dist: DESK,
    answers: branch.answers(branch.ADMIN, { 'GET /api/v1/calls/*/sip': { legs: [] } }),
    live: branch.liveOf(),
  }),
  long: () => ({
    dist: DESK,
    answers: branch.answers({}, { 'GET /api/v1/customers': long }),
    live: branch.liveOf(),
  }),
  empty: () => ({
    dist: DESK,
    answers: branch.answers(branch.ADMIN, {
      'GET /api/v1/customers': NONE,
      'GET /api/v1/customers/*': () => ({ customer: branch.customers(3)[2], calls: [] }),
      'GET /api/v1/calls': NONE,
      'GET /api/v1/recordings': NONE,
      'GET /api/v1/audit': NONE,
      'GET /api/v1/overview': () => branch.overview({ calls: 0, answered: 0 }),
      'GET /api/v1/system': () => branch.system({ machine: undefined }),
      'GET /api/v1/trunks': NONE,
      'GET /api/v1/alarms': NONE,
      'GET /api/v1/bans': NONE,
      'GET /api/v1/devices': { items: [], quarantine: [], requests: [] },
    }),
    live: branch.liveOf(emptyBoard),
  }),
  erased: () => ({
    dist: DESK,
    answers: branch.answers(branch.ADMIN, {
      'GET /api/v1/customers': () => ({ items: branch.customers(24).map(branch.erasedSome) }),
      'GET /api/v1/customers/*': () => ({
        customer: branch.erasedSome(branch.customers(3)[2], 2),
        calls: branch.calls(3),
        erasure: branch.erasure(),
      }),
    }),
    live: branch.liveOf(),
  }),
  dialling,
  alone: () => ({
    dist: DESK,
    answers: branch.answers(branch.ADMIN, {
      'GET /api/v1/headquarters': { box_id: 'sz-01', enrolled: false },
      'POST /api/v1/headquarters': {
        status: 422,
        body: { code: 'invalid', errors: [{ pointer: '/code', code: 'enrol_code_wrong' }] },
      },
    }),
    live: branch.liveOf(),
  }),
  refusing: () => ({
    dist: DESK,
    answers: branch.answers(
      {},
      { 'POST /api/v1/calls': { status: 409, body: { code: 'phone_not_registered' } } },
    ),
    live: branch.liveOf(),
  }),
  /** Nobody answers but the door; the live line opens and says nothing. */
  slow: () => ({
    dist: DESK,
    answers: every(branch.answers(branch.ADMIN), never),
    live: () => {},
  }),
  failing: () => ({ dist: DESK, answers: every(branch.answers(branch.ADMIN), () => broken) }),
  cutOff: () => ({
    dist: DESK,
    answers: branch.answers(
      {},
      {
        'GET /api/v1/system': () =>
          branch.system({
            journal: { ...branch.system().journal, applied: 17_002, oldest_unsent_ms: 1_500_000 },
          }),
      },
    ),
    live: branch.liveOf(() => ({
      ...branch.board(),
      link: branch.link({
        connected: false,
        applied: 17_002,
        last_error: 'own_certificate_expired',
        last_error_at: Date.now() - 25 * 60_000,
      }),
    })),
  }),
  /** The server answers, but no live line can be had. */
  lineless: () => ({ dist: DESK, answers: branch.answers() }),
  /** The live line is there, the counts of the day are not. */
  uncounted: () => ({
    dist: DESK,
    answers: branch.answers({}, { 'GET /api/v1/overview': broken }),
    live: branch.liveOf(),
  }),
  outside: () => ({
    dist: DESK,
    answers: branch.answers(
      {},
      {
        'GET /api/v1/session': { status: 401, body: { code: 'not_signed_in' } },
        'POST /api/v1/session': {
          status: 429,
          body: { code: 'locked_out' },
          headers: { 'retry-after': '540' },
        },
      },
    ),
  }),
  hq: () => ({ dist: DASHBOARD, answers: hq.answers(), live: hq.liveOf() }),
  hqAdmin: () => ({
    dist: DASHBOARD,
    answers: hq.answers({ 'GET /api/v1/session': hq.ADMIN }),
    live: hq.liveOf(),
  }),
  hqEmpty: () => ({
    dist: DASHBOARD,
    answers: hq.answers({
      'GET /api/v1/dead-letters': NONE,
      'GET /api/v1/sync': { utc: Date.now(), items: [] },
      'GET /api/v1/breaks': { items: [] },
      'GET /api/v1/refusals-of-contact': NONE,
      'GET /api/v1/certificates': NONE,
      'GET /api/v1/snapshots': NONE,
      'GET /api/v1/enrolments': { ...NONE, locked_sources: [] },
      'GET /api/v1/rollups/hours': NONE,
      'GET /api/v1/calls': NONE,
      'GET /api/v1/customers': NONE,
    }),
    live: hq.liveOf(() => [], emptyHq),
  }),
  hqBare: () => ({
    dist: DASHBOARD,
    answers: hq.answers({ 'GET /api/v1/branches/*/metrics': NONE }),
    live: hq.liveOf(() => hq.branches().map((one) => ({ ...one, metrics: undefined }))),
  }),
  hqSlow: () => ({ dist: DASHBOARD, answers: every(hq.answers(), never), live: () => {} }),
  hqFailing: () => ({ dist: DASHBOARD, answers: every(hq.answers(), () => broken) }),
  hqOpen: () => ({
    dist: DASHBOARD,
    answers: hq.answers({ 'GET /api/v1/customers': () => ({ items: hq.known(24), next: 'c2' }) }),
    live: hq.liveOf(),
  }),
}

/** The same table, where each question but "who am I" comes to this. */
const every = (answers, what) =>
  Object.fromEntries(
    Object.entries(answers).map(([key, value]) => [
      key,
      key.endsWith('/session') || !key.startsWith('GET ') ? value : what,
    ]),
  )

const shows = (text) => (page) => page.getByText(text).first().waitFor()

/** World, address, what must be seen, and what is different: picture's name → state. */
const STATES = {
  'overview filled': ['agent', '/', shows('137****6101')],
  'overview of an admin': ['admin', '/', shows('挂断')],
  'overview empty': ['empty', '/', shows('现在没有通话')],
  'overview loading': ['slow', '/', waits],
  'overview failing': ['failing', '/', fails],
  'overview without a live line': ['lineless', '/', shows('连接不上实时数据')],
  'overview without the counts of the day': ['uncounted', '/', shows('今天的数字没有取到')],
  'overview in English': ['agent', '/', shows('Live calls'), { language: 'en' }],
  'overview on a phone': ['agent', '/', shows('137****6101'), { viewport: PHONE }],
  'overview on a big screen': ['agent', '/', shows('137****6101'), { viewport: WIDE }],
  'customers filled': ['agent', '/customers', shows('欧阳修文')],
  'customers with long names': ['long', '/customers', shows('欧阳')],
  'customers empty': ['empty', '/customers', shows('还没有客户')],
  'customers loading': ['slow', '/customers', waits],
  'customers failing': ['failing', '/customers', fails],
  'customer filled': ['agent', customer, shows('销售阶段')],
  'customer of an admin': ['admin', customer, shows('申请查看号码')],
  'customer empty': ['empty', customer, shows('还没有给这位客户打过电话')],
  'customer loading': ['slow', customer, waits],
  'customer failing': ['failing', customer, fails],
  'customer in English': ['admin', customer, shows('Sales stage'), { language: 'en' }],
  'customer on a phone': ['agent', customer, shows('销售阶段'), { viewport: PHONE }],
  'dial ringing': ['dialling', customer, dialUntil('客户振铃中')],
  'dial refused': ['refusing', customer, dialUntil('您的话机没有注册')],
  'customers of whom some are erased': ['erased', '/customers', shows('待清除')],
  'customer being erased': ['erased', customer, shows('清除回执')],
  'customer being erased on a phone': ['erased', customer, shows('清除回执'), { viewport: PHONE }],
  'erasure asked for': ['admin', customer, askErasure],
  'number asked for': ['admin', customer, askNumber],
  'calls filled': ['agent', '/calls', shows('无人接听')],
  'calls with the ladder of one': ['admin', '/calls', lookAtLadder],
  'calls whose ladder is forgotten': ['forgetful', '/calls', lookAtNoLadder],
  'calls empty': ['empty', '/calls', shows('还没有通话')],
  'calls loading': ['slow', '/calls', waits],
  'calls failing': ['failing', '/calls', fails],
  'recordings filled': ['agent', '/recordings', shows('王小芳')],
  'recordings with a cut one playing': ['agent', '/recordings', playCut],
  'recordings empty': ['empty', '/recordings', shows('还没有录音')],
  'recordings loading': ['slow', '/recordings', waits],
  'recordings failing': ['failing', '/recordings', fails],
  'system filled': ['agent', '/system', shows('同步健康')],
  'system with a link in trouble': ['cutOff', '/system', shows('本机的证书已过期')],
  'system empty': ['empty', '/system', shows('还没有收到指标')],
  'system loading': ['slow', '/system', waits],
  'system failing': ['failing', '/system', fails],
  'trunks filled': ['admin', '/trunks', shows('486')],
  'self test filled': ['admin', '/trunks', shows('呼叫没有经中继返回')],
  'self test empty': ['untested', '/trunks', shows('还没有自检过')],
  'self test begun': ['untested', '/trunks', beginSelfTest],
  'trunks empty': ['empty', '/trunks', shows('还没有配置中继')],
  'trunks loading': ['slow', '/trunks', waits],
  'trunks failing': ['failing', '/trunks', fails],
  'trunks tested': ['admin', '/trunks', testTrunk],
  'alarms loading': ['slow', '/alarms', waits],
  'alarms failing': ['failing', '/alarms', fails],
  'alarms filled': ['admin', '/alarms', shows('拨打未开放的号码')],
  'alarms empty': ['empty', '/alarms', shows('最近一天没有告警')],
  'bans filled': ['admin', '/alarms', shows('冒用不存在的分机')],
  'bans empty': ['empty', '/alarms', shows('没有被拦截的来源')],
  'headquarters of an admin': ['admin', '/system', shows('总部 CA 指纹')],
  'headquarters not enrolled': ['alone', '/system', shows('还没有接入总部')],
  'headquarters wrong code': ['alone', '/system', enrolWrongly],
  'phones filled': ['admin', '/phones', shows('待分配的话机')],
  'phones empty': ['empty', '/phones', shows('还没有话机请求配置')],
  'phones loading': ['slow', '/phones', waits],
  'phones failing': ['failing', '/phones', fails],
  'phones assigned': ['admin', '/phones', assignDevice],
  'phones history': ['admin', '/phones', lookAtHistory],
  'audit filled': ['admin', '/audit', shows('查看号码')],
  'audit empty': ['empty', '/audit', shows('还没有记录')],
  'audit loading': ['slow', '/audit', waits],
  'audit failing': ['failing', '/audit', fails],
  'log-in': ['outside', '/', shows('用户名')],
  'log-in locked': ['outside', '/', lockOut],
  'hq branches filled': ['hq', '/', shows('广州天河')],
  'hq branches empty': ['hqEmpty', '/', shows('还没有分支接入')],
  'hq branches loading': ['hqSlow', '/', waits],
  'hq branches failing': ['hqFailing', '/', fails],
  'hq branches on a phone': ['hq', '/', shows('广州天河'), { viewport: PHONE }],
  'hq branches in English': ['hq', '/', shows('Branches online'), { language: 'en' }],
  'hq branch filled': ['hq', '/branch?box=bj-01.zk', shows('51.0 °C')],
  'hq branch in trouble': ['hq', '/branch?box=gz-02', shows('加密连接没有建立')],
  'hq branch empty': ['hqBare', '/branch?box=bj-01.zk', shows('还没有收到指标')],
  'hq branch loading': ['hqSlow', '/branch?box=bj-01.zk', waits],
  'hq branch failing': ['hqFailing', '/branch?box=bj-01.zk', fails],
  'hq branch that is gone': ['hq', '/branch?box=nowhere', shows('没有这个分支')],
  'hq hours filled': ['hq', '/hours', drawn],
  'hq hours empty': ['hqEmpty', '/hours', shows('这一天还没有呼叫')],
  'hq hours loading': ['hqSlow', '/hours', waits],
  'hq hours failing': ['hqFailing', '/hours', fails],
  'hq calls filled': ['hq', '/calls', shows('空号')],
  'hq sync health filled': ['hq', '/sync', shows('两台设备同一身份')],
  'hq sync health with breaks': ['hqAdmin', '/sync', shows('分叉的旧段')],
  'hq sync health releasing a box': ['hqAdmin', '/sync', releaseBox],
  'hq sync health with an old tail': ['hqAdmin', '/sync', lookAtOldTail],
  'hq sync health in English': ['hq', '/sync', shows('Catching up'), ENGLISH],
  'hq sync health on a phone': ['hq', '/sync', shows('成都高新'), { viewport: PHONE }],
  'hq sync health empty': ['hqEmpty', '/sync', shows('还没有分支接入')],
  'hq sync health failing': ['hqFailing', '/sync', fails],
  'hq sync health loading': ['hqSlow', '/sync', waits],
  'hq policy filled': ['hq', '/wishes', shows('脱敏可见')],
  'hq policy of an admin': ['hqAdmin', '/wishes', changePolicy],
  'hq policy in English': ['hqAdmin', '/wishes', shows('Refuse contact'), ENGLISH],
  'hq policy empty': ['hqEmpty', '/wishes', shows('还没有全局禁呼')],
  'hq policy loading': ['hqSlow', '/wishes', waits],
  'hq policy failing': ['hqFailing', '/wishes', fails],
  'hq branch with directives': ['hqAdmin', '/branch?box=sz-01', shows('已拒绝')],
  'hq dead letters filled': ['hq', '/dead-letters', shows('内容无法解码')],
  'hq dead letters in English': ['hq', '/dead-letters', shows('Body not decodable'), ENGLISH],
  'hq dead letters empty': ['hqEmpty', '/dead-letters', shows('没有无法应用的事实')],
  'hq dead letters failing': ['hqFailing', '/dead-letters', fails],
  'hq dead letters loading': ['hqSlow', '/dead-letters', waits],
  'hq dead letter looked at': ['hqAdmin', '/dead-letters?box=bj-01.zk', lookAtLetter],
  'hq dead letters tried again': ['hqAdmin', '/dead-letters?box=bj-01.zk', retryLetters],
  'hq calls empty': ['hqEmpty', '/calls', shows('还没有通话')],
  'hq calls loading': ['hqSlow', '/calls', waits],
  'hq calls failing': ['hqFailing', '/calls', fails],
  'hq customers filled': ['hqOpen', '/customers', shows('欧阳修文')],
  'boxes filled': ['hqAdmin', '/boxes', shows('设备在搬运途中丢失')],
  'boxes of an analyst in English': ['hq', '/boxes', shows('Certificates of boxes'), ENGLISH],
  'boxes empty': ['hqEmpty', '/boxes', shows('还没有设备')],
  'boxes loading': ['hqSlow', '/boxes', waits],
  'boxes failing': ['hqFailing', '/boxes', fails],
  'box enrolment made': ['hqAdmin', '/boxes', makeEnrolment],
  'box revoked': ['hqAdmin', '/boxes', revokeBox],
  'hq customers sealed': ['hq', '/customers', shows('未授权')],
  'hq customers empty': ['hqEmpty', '/customers', shows('还没有客户')],
  'hq customers loading': ['hqSlow', '/customers', waits],
  'hq customers failing': ['hqFailing', '/customers', fails],
}

/** Every screen, by its place in its application, is seen in each of these states. */
const SCREENS = {
  branch: {
    overview: '/',
    customers: '/customers',
    customer: customer,
    calls: '/calls',
    recordings: '/recordings',
    system: '/system',
    phones: '/phones',
    trunks: '/trunks',
    alarms: '/alarms',
    audit: '/audit',
  },
  hq: {
    'hq branches': '/',
    'hq branch': '/branch',
    'hq hours': '/hours',
    'hq calls': '/calls',
    'hq customers': '/customers',
    'hq dead letters': '/dead-letters',
    'hq sync health': '/sync',
    'hq policy': '/wishes',
    boxes: '/boxes',
  },
}
const EACH = ['filled', 'empty', 'loading', 'failing']

async function waits(page) {
  await page.locator('.ant-skeleton').first().waitFor()
}

/** One click gives a device its number. */
async function assignDevice(page) {
  await page.getByRole('button', { name: '分配', exact: true }).first().click()
  await page.getByRole('dialog').getByText('T46U').waitFor()
  await page.getByRole('combobox', { name: '分机' }).fill('1011')
  await page.getByLabel('名称').fill('三楼靠窗')
  await page.getByRole('dialog').getByRole('button', { name: '分配' }).click()
  await page.getByText('分机 1011 正在等待话机取配置').waitFor()
}

async function testTrunk(page) {
  await page.getByRole('button', { name: '测试呼叫' }).first().click()
  await page.getByLabel('响铃的分机').fill('1000')
  await page.getByLabel('被叫号码').fill('13800138000')
  await page.getByRole('dialog').getByRole('button', { name: '呼叫' }).click()
  await page.getByText('分机 1000 正在响铃').waitFor()
}

async function beginSelfTest(page) {
  await page.getByRole('button', { name: '立即自检' }).click()
  await page.getByRole('button', { name: '正在自检' }).waitFor()
}

async function lookAtLadder(page) {
  await page.getByRole('button', { name: 'SIP 流程' }).first().click()
  await page.getByRole('dialog').getByText('486 INVITE · Q.850 17').first().waitFor()
  await page.getByRole('dialog').getByText('另有 2 条没有保留').waitFor()
}

async function lookAtNoLadder(page) {
  await page.getByRole('button', { name: 'SIP 流程' }).first().click()
  await page.getByRole('dialog').getByText('没有保留的信令').waitFor()
}

async function lookAtHistory(page) {
  await page.getByRole('button', { name: '上线记录' }).first().click()
  await page.getByRole('dialog').getByText('离线').first().waitFor()
}

/** What failed, what is kept, try again, and the number to ask for. */
async function fails(page) {
  const alert = page.getByRole('alert').first()
  await alert.waitFor()
  const text = await alert.innerText()
  for (const part of ['服务器内部出错', '数据没有丢失', '跟踪编号 7f3a90c1', '重试']) {
    assert.ok(text.includes(part), `no “${part}” in: ${text}`)
  }
}

/** Tables of which a part lies outside of the office screen. */
function cutTables(page) {
  return page
    .locator('.ant-table-content')
    .evaluateAll((all) =>
      all
        .filter((one) => one.scrollWidth > one.clientWidth)
        .map((one) => `${one.scrollWidth} > ${one.clientWidth}`),
    )
}

async function drawn(page) {
  await page.getByRole('img', { name: '每小时呼叫与接通' }).locator('svg text').first().waitFor()
}

function dialUntil(text) {
  return async (page) => {
    await page.getByRole('button', { name: '拨打' }).click()
    await page.locator('[aria-current=step], [role=alert]', { hasText: text }).waitFor()
  }
}

async function askErasure(page) {
  await page.getByRole('button', { name: '清除此人' }).click()
  await page.getByText('永久清除').first().waitFor()
}

async function askNumber(page) {
  await page.getByRole('button', { name: '申请查看号码' }).click()
  await page.getByLabel('原因').waitFor()
}

async function playCut(page) {
  await page.getByRole('button', { name: '播放' }).nth(2).click()
  await shows('设备中断导致录音被截断')(page)
}

async function changePolicy(page) {
  await page.getByRole('combobox', { name: '号码' }).click()
  await page.getByTitle('脱敏可见').last().click()
  await page.getByRole('button', { name: '保存并下发' }).click()
  await shows('已保存，正在下发到各分支。')(page)
}

async function lookAtLetter(page) {
  await page.getByRole('button', { name: '查看' }).first().click()
  await shows('last_tag: text (32)')(page)
  await page.getByRole('button', { name: '重试', exact: true }).waitFor()
}

async function retryLetters(page) {
  await page.getByRole('button', { name: '重试该分支全部' }).click()
  await shows('重试“北京朝阳”的全部 2 条？')(page)
  await page.getByRole('button', { name: '重试', exact: true }).click()
  await shows('已应用 1 条，仍不能应用 1 条。')(page)
}

async function releaseBox(page) {
  await page.getByRole('button', { name: '选定并放行' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('另一台必须停用').waitFor()
  await dialog.getByRole('radio').first().check()
  await dialog.getByLabel('原因').fill('旧设备已断电')
  await dialog.getByRole('button', { name: '选定并放行' }).isEnabled()
}

async function lookAtOldTail(page) {
  await page.getByRole('button', { name: '查看旧段' }).first().click()
  await shows('bj-01.zk 的旧段')(page)
  await page.getByRole('dialog').getByText('182,012').waitFor()
}

async function makeEnrolment(page) {
  await page.getByRole('button', { name: '新建开通' }).click()
  await page.getByRole('dialog').getByLabel('设备编号').fill('sz-09')
  await page.getByRole('button', { name: '生成开通码' }).click()
  await shows('K7QM-3XWP')(page)
  await page.getByRole('dialog').getByText(/剩余/).waitFor()
}

async function revokeBox(page) {
  await page.getByRole('button', { name: '吊销' }).first().click()
  await page.getByRole('dialog').getByLabel('原因').fill('设备丢失')
  await shows('吊销 bj-01.zk 的全部证书')(page)
}

async function enrolWrongly(page) {
  await page.getByRole('button', { name: '开通', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('总部地址').fill('https://hq.example.com:8443')
  await dialog.getByLabel('开通码').fill('AAAA-AAAA')
  await dialog.getByLabel(/指纹/).fill('64A1 90FE')
  await dialog.getByRole('button', { name: '开通', exact: true }).click()
  await dialog.getByText('开通码不正确').waitFor()
}

async function lockOut(page) {
  await page.getByLabel('用户名').fill('admin')
  await page.getByLabel('密码', { exact: true }).fill('x')
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await shows('失败次数过多')(page)
}

describe('states of the screens', () => {
  let browser
  const servers = {}
  before(async () => {
    browser = await openBrowser()
    for (const [name, world] of Object.entries(WORLDS)) servers[name] = await serve(world())
  })
  after(async () => {
    await browser?.close()
    for (const server of Object.values(servers)) await server.close()
  })

  for (const [name, [world, path, seen, how = {}]] of Object.entries(STATES)) {
    it(name, { timeout: 45_000 }, async () => {
      const url = servers[world].url + path
      const { page, context, complaints } = await openPage(browser, { url, ...how })
      try {
        await seen(page)
        await shoot(page, name.replaceAll(' ', '-'))
        assert.deepEqual(await axe(page), [])
        assert.deepEqual(complaints, [])
        const wider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
        assert.equal(wider, false, 'the page is wider than its window')
        if (how.viewport === undefined) assert.deepEqual(await cutTables(page), [])
        assert.doesNotMatch(
          await page.locator('body').innerText(),
          /NaN|undefined|\[object|-\d+ (秒|分)/,
        )
      } finally {
        await context.close()
      }
    })
  }

  it('every screen is seen filled, empty, loading and failing', () => {
    const screens = Object.values(SCREENS).flatMap((application) => Object.keys(application))
    const wanted = screens.flatMap((screen) => EACH.map((state) => `${screen} ${state}`))
    assert.deepEqual(
      wanted.filter((name) => !(name in STATES)),
      [],
    )
  })

  for (const [application, world] of [
    ['branch', 'admin'],
    ['hq', 'hq'],
  ]) {
    it(`no place of the ${application}'s pages is left out`, { timeout: 45_000 }, async () => {
      const { page, context } = await openPage(browser, { url: servers[world].url })
      try {
        const links = page.getByRole('navigation').first().getByRole('link')
        await links.first().waitFor()
        const places = await links.evaluateAll((all) => all.map((one) => one.pathname))
        const known = Object.values(SCREENS[application])
        assert.deepEqual(
          places.filter((place) => !known.includes(place)),
          [],
        )
        assert.ok(places.length > 3, `${places}`)
      } finally {
        await context.close()
      }
    })
  }

  it('the pages run under the policy of the servers with a style nonce', {
    timeout: 45_000,
  }, async () => {
    const server = await serve({ ...WORLDS.agent(), nonce: true })
    const { page, context, complaints } = await openPage(browser, { url: server.url })
    try {
      await shows('137****6101')(page)
      assert.deepEqual(complaints, [])
      const colour = await page
        .locator('.ant-table-thead th')
        .first()
        .evaluate((one) => getComputedStyle(one).backgroundColor)
      assert.equal(colour, 'rgb(238, 241, 245)')
    } finally {
      await context.close()
      await server.close()
    }
  })
})
