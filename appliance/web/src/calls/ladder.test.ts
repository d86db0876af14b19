// The ladder's rows: all legs in the order of time, and what each message says.
import type { SipMessage } from '@zhunkehu/api/branch'
import { expect, test } from 'vitest'
import { rungs, said } from './SipLadder'

const message = (at: number, over: Partial<SipMessage> = {}): SipMessage => ({
  at,
  incoming: true,
  peer: '192.0.2.7:5060',
  transport: 'UDP',
  method: 'INVITE',
  cseq: 1,
  sdp: false,
  ...over,
})

test('the messages of all legs stand in the order of time', () => {
  const ladder = {
    legs: [
      { messages: [message(1), message(4)], left_out: 0 },
      { messages: [message(2), message(3)], left_out: 0 },
    ],
  }
  expect(rungs(ladder).map((rung) => [rung.at, rung.leg])).toEqual([
    [1, 0],
    [2, 1],
    [3, 1],
    [4, 0],
  ])
})

test('an answer names its code and its cause', () => {
  expect(said(message(1))).toBe('INVITE')
  expect(said(message(1, { code: 486, q850: 17 }))).toBe('486 INVITE · Q.850 17')
})
