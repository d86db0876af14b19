// The parts of the kit as a user meets them.
import { useQuery } from '@tanstack/react-query'
import { act, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { Problem } from '@zhunkehu/api'
import { lineStore, noteLine } from '@zhunkehu/live'
import { afterEach, describe, expect, it, vi } from 'vitest'
import en from '../../locales/en.json'
import zh from '../../locales/zh-CN.json'
import { ErrorState } from './ErrorState'
import { leaveWhenSignedOut } from './Frame'
import { label } from './i18n'
import { Loaded } from './Loaded'
import { readFrame } from './liveLine'
import { MaskedNumber } from './MaskedNumber'
import { ReconnectBanner } from './ReconnectBanner'
import { SignInPage } from './SignInPage'
import { sessionStore, setSession } from './session'
import { show } from './testing'
import { STAGES, toneOfResult, toneOfStage } from './tones'

afterEach(() => vi.useRealTimers())

describe('an error', () => {
  it('is said in words by its code, with its trace id, and can be tried again', async () => {
    const retry = vi.fn()
    show(
      <ErrorState
        error={new Problem(503, { code: 'trunk_full', trace_id: 't-1' })}
        onRetry={retry}
      />,
    )
    expect(screen.getByRole('alert').textContent).toContain(zh.refusal.trunk_full)
    expect(screen.getByText('t-1')).toBeTruthy()
    await userEvent.click(screen.getByRole('button', { name: zh.error.retry }))
    expect(retry).toHaveBeenCalledOnce()
  })

  it('of a later version shows its code instead of nothing', () => {
    show(<ErrorState error={new Problem(409, { code: 'moon_is_full' })} />)
    expect(screen.getByRole('alert').textContent).toContain('moon_is_full')
  })
})

describe('what was loaded', () => {
  function Asking({ ask }: { ask: () => Promise<string> }) {
    const query = useQuery({ queryKey: ['x'], queryFn: ask })
    return (
      <>
        <button type="button" onClick={() => void query.refetch()}>
          again
        </button>
        <Loaded query={query}>{(text) => <p>{text}</p>}</Loaded>
      </>
    )
  }

  it('stays on the screen, marked as old, when the next question fails', async () => {
    const ask = vi.fn().mockResolvedValueOnce('kept')
    ask.mockRejectedValue(new Problem(500, { code: 'internal' }))
    show(<Asking ask={ask} />)
    await screen.findByText('kept')
    await userEvent.click(screen.getByText('again'))
    await waitFor(() => expect(screen.getByRole('status').textContent).toContain(zh.stale))
    expect(screen.getByText('kept')).toBeTruthy()
  })
})

describe('a number', () => {
  it('that this role must not see is marked, not left blank', () => {
    show(<MaskedNumber value="" />)
    expect(screen.getByText(zh.sealed.word.hidden)).toBeTruthy()
  })
})

describe('the log-in page', () => {
  async function submit(refusal: Problem) {
    const signIn = vi.fn().mockRejectedValue(refusal)
    show(<SignInPage brand="准客呼" place="分支" expired={false} signIn={signIn} />)
    await userEvent.type(screen.getByLabelText(zh.sign_in.user), 'admin')
    await userEvent.type(screen.getByLabelText(zh.sign_in.password), 'wrong')
    await userEvent.click(screen.getByRole('button', { name: zh.sign_in.go }))
    return screen.findByRole('alert')
  }

  it('says how long a lock-out lasts, and forgets the password', async () => {
    const alert = await submit(new Problem(429, { code: 'locked_out' }, 540))
    expect(alert.textContent).toContain(zh.problem.locked_out)
    expect(alert.textContent).toMatch(/[89] 分钟/)
    expect(screen.getByLabelText<HTMLInputElement>(zh.sign_in.password).value).toBe('')
  })

  it('does not tell an unknown name from a wrong password', async () => {
    const alert = await submit(new Problem(401, { code: 'wrong_name_or_password' }))
    expect(alert.textContent).toBe(zh.problem.wrong_name_or_password)
  })
})

describe('a broken line', () => {
  it('is shown only when it lasts, with a way to try now', async () => {
    vi.useFakeTimers()
    noteLine({ at: 'live' })
    const retry = vi.fn()
    show(<ReconnectBanner onRetry={retry} />)
    act(() => noteLine({ at: 'waiting', retryAtMs: Date.now() + 9_000, attempt: 1 }))
    act(() => vi.advanceTimersByTime(1_000))
    expect(screen.queryByText(zh.line.broken)).toBeNull()
    act(() => vi.advanceTimersByTime(1_000))
    expect(screen.getByText(zh.line.broken)).toBeTruthy()
    screen.getByRole('button', { name: zh.line.retry_now }).click()
    expect(retry).toHaveBeenCalledOnce()
    act(() => noteLine({ at: 'live' }))
    expect(screen.queryByText(zh.line.broken)).toBeNull()
    expect(lineStore.getState().lastLiveMs).toBeDefined()
  })
})

describe('a session', () => {
  it('that the server no longer knows ends on the log-in page', () => {
    setSession({ at: 'signed_in', who: { user: 'a', role: 'agent' } })
    leaveWhenSignedOut(new Problem(500, { code: 'internal' }))
    expect(sessionStore.getState().at).toBe('signed_in')
    leaveWhenSignedOut(new Problem(401, { code: 'not_signed_in' }))
    expect(sessionStore.getState()).toEqual({ at: 'signed_out', why: 'expired' })
  })
})

describe('codes', () => {
  it('of results and stages each have a colour', () => {
    expect(Object.keys(toneOfResult).sort()).toEqual(Object.keys(zh.system_result).sort())
    expect(Object.keys(toneOfStage).sort()).toEqual([...STAGES].sort())
    expect([...STAGES].sort()).toEqual(Object.keys(en.stage).sort())
  })

  it('of a later version are shown as they are', () => {
    expect(label('system_result', 'abducted')).toBe('abducted')
  })
})

describe('live messages', () => {
  it('of both servers are read, and nothing else is', () => {
    expect(readFrame({ type: 'delta', seq: 3, server_time: 9 })).toMatchObject({
      kind: 'delta',
      utc: 9,
    })
    expect(readFrame({ type: 'snapshot', seq: 3, utc: 9 })).toMatchObject({
      kind: 'snapshot',
      seq: 3,
    })
    expect(readFrame({ type: 'heartbeat', seq: 3, utc: 9 })).toEqual({
      kind: 'heartbeat',
      seq: 3,
      utc: 9,
    })
    for (const bad of [
      null,
      'x',
      {},
      { type: 'delta', seq: 'a', utc: 1 },
      { type: 'news', seq: 1, utc: 1 },
    ]) {
      expect(readFrame(bad)).toEqual({ kind: 'unknown' })
    }
  })
})
