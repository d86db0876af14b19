// The whole desk in a small browser, with a server that answers from a table and a live line held by the test.
import { act, render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { setSession, startLanguages } from '@zhunkehu/kit'
import { type Answer, answerWith, problem } from '@zhunkehu/kit/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import zh from '../../../protocol/web/locales/zh-CN.json'
import { App } from './App'
import { liveStore } from './live'

const ID = '01977000-0000-7000-8000-000000000001'
const AGENT = {
  user: 'agent1',
  role: 'agent',
  extension: '1000',
  since: 1,
  may: ['dial', 'move_stage', 'play_recording'],
  profile: 'demo',
  box_id: 'sz-01',
  version: '0.1.0',
  server_time: 1,
}
const LEADER = { ...AGENT, role: 'supervisor', may: [...AGENT.may, 'view_number'] }
const CUSTOMER = {
  id: ID,
  name: '王小芳',
  number: '138****8000',
  stage: 'lead',
  attempts: 2,
  do_not_call: false,
}
const LINK = { connected: true, head: 1, applied: 1, safe: 1 }
const BOARD = { profile: 'demo', phones: [], trunks: [], calls: [], link: LINK }

class Line {
  static open: Line | undefined
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: unknown = null
  seq = 0
  constructor() {
    Line.open = this
  }
  send() {}
  close() {}
  static say(message: object) {
    const line = Line.open
    if (!line) throw new Error('the line is not open')
    line.seq += 1
    const data = JSON.stringify({ seq: line.seq, server_time: Date.now(), ...message })
    act(() => line.onmessage?.({ data }))
  }
}

function table(over: Record<string, Answer> = {}): Record<string, Answer> {
  return {
    'GET /api/v1/session': AGENT,
    'GET /api/v1/overview': {
      ...BOARD,
      phones: 0,
      calls: 3,
      answered: 1,
      since: 0,
      server_time: 0,
    },
    'GET /api/v1/customers': { items: [CUSTOMER] },
    [`GET /api/v1/customers/${ID}`]: { customer: CUSTOMER, calls: [] },
    'GET /api/v1/calls': { items: [] },
    'GET /api/v1/recordings': { items: [] },
    ...over,
  }
}

async function open(
  path: '/' | '/customers' | `/customers/${string}`,
  over: Record<string, Answer> = {},
) {
  const asked = answerWith(table(over))
  history.pushState(null, '', path)
  render(<App />)
  return asked
}

beforeEach(() => {
  startLanguages('zh-CN')
  vi.stubGlobal('WebSocket', Line)
})
afterEach(() => {
  act(() => setSession({ at: 'signed_out', why: 'never' }))
  liveStore.setState({ board: undefined, callsEnded: 0 })
  setSession({ at: 'asking' })
  Line.open = undefined
})

describe('the desk', () => {
  it('asks for a log-in first, and opens with it', async () => {
    const asked = await open('/', {
      'GET /api/v1/session': problem(401, { code: 'not_signed_in' }),
      'POST /api/v1/session': AGENT,
    })
    await userEvent.type(await screen.findByLabelText(zh.sign_in.user), 'agent1')
    await userEvent.type(screen.getByLabelText(zh.sign_in.password), 'secret')
    await userEvent.click(screen.getByRole('button', { name: zh.sign_in.go }))
    await screen.findByRole('link', { name: /客户/ })
    const sent = asked.find((one) => one.method === 'POST')
    expect(sent?.body).toEqual({ user: 'agent1', password: 'secret' })
    expect(document.title).not.toContain('agent1')
  })

  it('marks a demonstration, and offers the audit only to those who may', async () => {
    await open('/')
    await screen.findByText(zh.shell.profile_demo)
    expect(screen.queryByRole('link', { name: /审计/ })).toBeNull()
  })

  it('counts phones and lines from the live board', async () => {
    await open('/')
    await screen.findByText(zh.shell.profile_demo)
    const phone = (extension: string, registered: boolean) => ({
      extension,
      label: '前台',
      registered,
      in_call: false,
    })
    Line.say({
      type: 'snapshot',
      board: { ...BOARD, phones: [phone('1000', true), phone('1001', false)] },
    })
    expect(await screen.findByText('/ 2')).toBeTruthy()
    Line.say({ type: 'delta', changes: [{ what: 'phone', phone: phone('1001', true) }] })
    expect((await screen.findAllByText(zh.branch.phone.free)).length).toBe(2)
  })

  it('ends on the log-in page when the session is over', async () => {
    await open('/customers', { 'GET /api/v1/customers': problem(401, { code: 'not_signed_in' }) })
    await screen.findByText(zh.sign_in.expired)
  })
})

describe('customers', () => {
  it('are searched without the words standing in the address', async () => {
    const asked = await open('/customers')
    await screen.findByText('王小芳')
    await userEvent.type(screen.getByLabelText(zh.branch.customer.search), '8000')
    await waitFor(() => expect(asked.some((one) => one.path.includes('q=8000'))).toBe(true))
    expect(location.href).not.toContain('8000')
  })

  it('say why there are none and how to begin', async () => {
    await open('/customers', { 'GET /api/v1/customers': { items: [] } })
    await screen.findByText(zh.branch.customer.none)
    expect(screen.getByText(zh.branch.customer.none_hint)).toBeTruthy()
  })

  it('are read on by the cursor of the server', async () => {
    const asked = await open('/customers', {
      'GET /api/v1/customers': (request: Request) =>
        request.url.includes('cursor=c2')
          ? { items: [{ ...CUSTOMER, id: 'second', name: '李建国' }] }
          : { items: [CUSTOMER], next: 'c2' },
    })
    await userEvent.click(await screen.findByRole('button', { name: zh.table.more }))
    await screen.findByText('李建国')
    expect(screen.getByText('王小芳')).toBeTruthy()
    expect(asked.filter((one) => one.path.includes('cursor=c2'))).toHaveLength(1)
  })
})

describe('a call to a customer', () => {
  it('shows each step as the branch reports it, and what became of it', async () => {
    // the live line is quicker than the records
    let reads = 0
    const ended = { at: 9, result: 'busy', released_by: 'callee', ring_ms: 900, talk_ms: 0 }
    const asked = await open(`/customers/${ID}`, {
      'POST /api/v1/calls': Response.json({ call: 'c-1' }, { status: 201 }),
      'GET /api/v1/calls/c-1': () => ({
        id: 'c-1',
        direction: 'outbound',
        purpose: 'sales',
        started: 1,
        ...(reads++ === 0 ? {} : { end: ended }),
      }),
    })
    const dial = await screen.findByRole('button', { name: zh.branch.dial.go })
    Line.say({ type: 'snapshot', board: BOARD })
    await userEvent.click(dial)
    const steps = await screen.findByRole('list', { name: zh.branch.dial.title })
    const step = () =>
      within(steps).getByText((_, node) => node?.getAttribute('aria-current') === 'step')
    expect(step().textContent).toContain(zh.branch.dial.own_phone)
    const say = (phase: string) =>
      Line.say({
        type: 'delta',
        changes: [
          {
            what: 'call',
            call: {
              id: 'c-1',
              direction: 'outbound',
              phase,
              phase_since: 1,
              since: 1,
              recorded: true,
            },
          },
        ],
      })
    say('ringing')
    expect(step().textContent).toContain(zh.branch.dial.ringing)
    say('talking')
    expect(step().textContent).toContain(zh.branch.dial.talking)
    Line.say({ type: 'delta', changes: [{ what: 'call_gone', id: 'c-1' }] })
    await screen.findByText(zh.system_result.busy)
    const dialled = asked.find((one) => one.method === 'POST')
    expect(dialled?.body).toEqual({ customer: ID })
    expect(dialled?.headers.get('idempotency-key')).toMatch(/^[0-9a-f]{32}$/)
  })

  it('is followed even if the branch reports it before it answers the request', async () => {
    let answer: (response: Response) => void = () => {}
    await open(`/customers/${ID}`, {
      'POST /api/v1/calls': () => new Promise<Response>((done) => (answer = done)),
    })
    const dial = await screen.findByRole('button', { name: zh.branch.dial.go })
    Line.say({ type: 'snapshot', board: BOARD })
    await userEvent.click(dial)
    const call = { id: 'c-2', direction: 'outbound', phase: 'ringing', phase_since: 1, since: 1 }
    Line.say({ type: 'delta', changes: [{ what: 'call', call: { ...call, recorded: false } }] })
    await act(async () => answer(Response.json({ call: 'c-2' }, { status: 201 })))
    const steps = await screen.findByRole('list', { name: zh.branch.dial.title })
    const here = steps.querySelector('[aria-current=step]')
    expect(here?.textContent).toContain(zh.branch.dial.ringing)
  })

  it('is made one of three with the other call of the phone, and not where there is none', async () => {
    const asked = await open(`/customers/${ID}`, {
      'POST /api/v1/calls': Response.json({ call: 'c-3' }, { status: 201 }),
      'POST /api/v1/calls/c-3/conference': new Response(null, { status: 202 }),
    })
    const dial = await screen.findByRole('button', { name: zh.branch.dial.go })
    Line.say({ type: 'snapshot', board: BOARD })
    await userEvent.click(dial)
    const say = (call: { id: string; phase: string; other_extension?: string }) =>
      Line.say({
        type: 'delta',
        changes: [
          {
            what: 'call',
            call: {
              direction: 'outbound',
              extension: AGENT.extension,
              phase_since: 1,
              since: 1,
              recorded: false,
              three: false,
              ...call,
            },
          },
        ],
      })
    say({ id: 'c-3', phase: 'talking' })
    await screen.findByRole('button', { name: zh.branch.call.transfer })
    expect(screen.queryByRole('button', { name: zh.branch.call.confer })).toBeNull()
    say({ id: 'c-4', phase: 'talking', other_extension: '1002' })
    await userEvent.click(await screen.findByRole('button', { name: zh.branch.call.confer }))
    await screen.findByText(`${AGENT.extension} → 1002`)
    await userEvent.click(screen.getByRole('button', { name: zh.branch.call.confer_with }))
    await screen.findByText(zh.branch.call.confer_begun)
    const order = asked.find((one) => one.path.includes('conference'))
    expect(order?.body).toEqual({ call: 'c-4', extension: AGENT.extension })
  })

  it('that is refused says why in words', async () => {
    await open(`/customers/${ID}`, {
      'POST /api/v1/calls': problem(409, { code: 'phone_not_registered' }),
    })
    await userEvent.click(await screen.findByRole('button', { name: zh.branch.dial.go }))
    await screen.findByText(zh.refusal.phone_not_registered)
    expect(screen.getByRole('button', { name: zh.branch.dial.go })).toBeTruthy()
  })
})

describe('a whole number', () => {
  it('is not offered to an agent', async () => {
    await open(`/customers/${ID}`)
    await screen.findByText('138****8000')
    expect(screen.queryByRole('button', { name: zh.branch.number_view.open })).toBeNull()
  })

  it('is shown for a reason, and gone when the box closes', async () => {
    const asked = await open(`/customers/${ID}`, {
      'GET /api/v1/session': LEADER,
      [`POST /api/v1/customers/${ID}/number-view`]: { number: '13800138000' },
    })
    await userEvent.click(await screen.findByRole('button', { name: zh.branch.number_view.open }))
    const go = screen.getByRole<HTMLButtonElement>('button', { name: zh.branch.number_view.go })
    expect(go.disabled).toBe(true)
    await userEvent.type(screen.getByLabelText(zh.branch.number_view.reason), '客户要求')
    await userEvent.click(go)
    await screen.findByText('13800138000')
    expect(asked.find((one) => one.path.endsWith('number-view'))?.body).toEqual({
      reason: '客户要求',
    })
    const [, close] = screen.getAllByRole('button', { name: zh.branch.number_view.close })
    if (close) await userEvent.click(close)
    await waitFor(() => expect(screen.queryByText('13800138000')).toBeNull())
  })
})
