// The dashboard in a small browser, with a server that answers from a table.
import { act, render, screen } from '@testing-library/react'
import { setSession, startLanguages } from '@zhunkehu/kit'
import { type Answer, answerWith } from '@zhunkehu/kit/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import zh from '../../../protocol/web/locales/zh-CN.json'
import { App } from './App'
import { liveStore } from './live'

const WHO = { user: 'analyst', role: 'hq_analyst', since: 1 }
const OVERVIEW = {
  utc: 1,
  today: 0,
  branches: 1,
  connected: 1,
  phones_registered: 3,
  calls_live: 1,
  attempts_today: 40,
  answered_today: 10,
  talk_ms_today: 0,
  inbound_today: 0,
  inbound_answered_today: 0,
  blocked_today: 0,
  lag_facts: 0,
  dead_letters: 0,
}
const BRANCH = {
  box_id: 'sz-01',
  name: '深圳南山',
  connected: false,
  link_changed: 1,
  as_of: Date.now() - 7_300_000,
  last_seen: 1,
  lag_s: 7200,
  lag_facts: 12,
  epoch: 1,
  head: 20,
  applied: 8,
  safe: 8,
  dead_letters: 0,
  version: '0.1.0',
  clock_offset_ms: 0,
}

class Silent {
  static latest: Silent | undefined
  onmessage: ((event: { data: string }) => void) | null = null
  constructor() {
    Silent.latest = this
  }
  close() {}
}

async function open(path: '/' | '/customers', over: Record<string, Answer> = {}) {
  answerWith({ 'GET /api/v1/session': WHO, ...over })
  history.pushState(null, '', path)
  render(<App />)
  await screen.findByRole('link', { name: /分支/ })
}

beforeEach(() => {
  startLanguages('zh-CN')
  vi.stubGlobal('WebSocket', Silent)
})
afterEach(() => {
  act(() => setSession({ at: 'signed_out', why: 'never' }))
  liveStore.setState({ overview: undefined, branches: [] })
  setSession({ at: 'asking' })
})

describe('the dashboard', () => {
  it('shows each branch with its link, its age and how far it is behind', async () => {
    await open('/')
    const data = JSON.stringify({
      type: 'snapshot',
      seq: 1,
      utc: Date.now(),
      overview: OVERVIEW,
      branches: [BRANCH],
    })
    act(() => Silent.latest?.onmessage?.({ data }))
    await screen.findByText('深圳南山')
    expect(screen.getByText(zh.hq.branch.disconnected)).toBeTruthy()
    expect(screen.getByText('2 小时前')).toBeTruthy()
    expect(screen.getByText('落后 12 条')).toBeTruthy()
    expect(screen.getByText('n = 40')).toBeTruthy()
    expect(screen.getByText('25.0 %')).toBeTruthy()
  })

  it('marks fields that a branch keeps to itself, each with its reason', async () => {
    const customer = (state: string, text: string | null) => ({
      box_id: 'sz-01',
      customer: state,
      party: state,
      name: { state, text },
      number: { state: 'masked', text: '138****8000' },
      stage: 'lead',
      attempts: 0,
      imported: 1,
    })
    await open('/customers', {
      'GET /api/v1/customers': {
        items: [customer('masked', '王**'), customer('hidden', null), customer('erased', null)],
      },
    })
    await screen.findByText('王**')
    expect(screen.getByText(zh.sealed.word.hidden)).toBeTruthy()
    expect(screen.getByText(zh.sealed.word.erased)).toBeTruthy()
  })
})
