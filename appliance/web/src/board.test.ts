// The live board and the steps of a dial: plain data in, plain data out.
import type { Board, LiveCall } from '@zhunkehu/api/branch'
import { describe, expect, it } from 'vitest'
import { type Dial, followed } from './customers/dialStep'
import { applied } from './live'

const call = (id: string, phase: LiveCall['phase'], over: Partial<LiveCall> = {}): LiveCall => ({
  id,
  direction: 'outbound',
  phase,
  phase_since: 1,
  since: 1,
  recorded: false,
  three: false,
  ...over,
})

const board: Board = {
  profile: 'lab',
  phones: [{ extension: '1000', label: '前台', registered: true, in_call: false }],
  trunks: [],
  calls: [call('a', 'ringing'), call('b', 'talking')],
  link: { connected: true, head: 5, applied: 5, safe: 5 },
}

describe('the board', () => {
  it('changes one thing in its place and leaves the others untouched', () => {
    const after = applied(board, { what: 'call', call: call('a', 'talking') })
    expect(after.calls.map((one) => [one.id, one.phase])).toEqual([
      ['a', 'talking'],
      ['b', 'talking'],
    ])
    expect(after.calls[1]).toBe(board.calls[1])
    expect(after.phones).toBe(board.phones)
  })

  it('takes in what is new and lets go of what is over', () => {
    const more = applied(board, { what: 'call', call: call('c', 'dialling') })
    expect(more.calls).toHaveLength(3)
    expect(applied(more, { what: 'call_gone', id: 'a' }).calls.map((one) => one.id)).toEqual([
      'b',
      'c',
    ])
    const link = { connected: false, head: 9, applied: 5, safe: 5 }
    expect(applied(board, { what: 'link', link }).link).toBe(link)
  })

  it('passes over a change of a later version', () => {
    expect(applied(board, { what: 'moon' } as never)).toBe(board)
  })
})

describe('a dial', () => {
  const running: Dial = { at: 'running', call: 'x', step: 'own_phone', since: 0, seen: false }

  it('waits for its call to appear, follows it, and is over when it is gone', () => {
    expect(followed(running, [])).toBe(running)
    const seen = followed(running, [call('x', 'ringing', { phase_since: 7 })])
    expect(seen).toEqual({ at: 'running', call: 'x', step: 'ringing', since: 7, seen: true })
    expect(followed(seen, [call('x', 'ringing', { phase_since: 7 })])).toBe(seen)
    expect(followed(seen, [call('x', 'held', { phase_since: 9 })])).toMatchObject({
      step: 'talking',
    })
    expect(followed(seen, [call('other', 'talking')])).toEqual({ at: 'over', call: 'x' })
  })

  it('that does not run is not touched by the calls of others', () => {
    for (const at of ['idle', 'asking'] as const) {
      const dial: Dial = { at }
      expect(followed(dial, [call('x', 'talking')])).toBe(dial)
    }
  })
})
