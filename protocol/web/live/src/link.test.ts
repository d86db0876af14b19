// The live line, told the time and handed its sockets by the test.
import { describe, expect, it } from 'vitest'
import {
  type Frame,
  type GapAnswer,
  type LinkState,
  type LinkWorld,
  LiveLink,
  retryDelayMs,
} from './link'

class FakeSocket {
  sent: string[] = []
  closed = false
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  send(text: string) {
    this.sent.push(text)
  }
  close() {
    this.closed = true
  }
}

function world(gap: GapAnswer = 'ask') {
  const sockets: FakeSocket[] = []
  const timers = new Map<number, { run: () => void; at: number }>()
  let [now, timer] = [1_000, 0]
  const heard: string[] = []
  const states: LinkState[] = []
  const skews: number[] = []
  const of: LinkWorld = {
    open: () => {
      const socket = new FakeSocket()
      sockets.push(socket)
      return socket as unknown as WebSocket
    },
    now: () => now,
    random: () => 0.5,
    setTimer: (run, ms) => {
      timer += 1
      timers.set(timer, { run, at: now + ms })
      return timer
    },
    clearTimer: (one) => timers.delete(one as number),
  }
  const link = new LiveLink(
    'wss://box/live',
    gap,
    {
      read: (message) => (message as Frame | undefined) ?? { kind: 'unknown' },
      onSnapshot: (body) => heard.push(`snapshot ${body}`),
      onDelta: (body) => heard.push(`delta ${body}`),
      onState: (state) => states.push(state),
      onSkew: (ms) => skews.push(ms),
    },
    of,
  )
  return {
    link,
    heard,
    skews,
    sockets,
    get states() {
      return states.map((one) => one.at)
    },
    latest: () => sockets.at(-1) as FakeSocket,
    say: (frame: unknown) => sockets.at(-1)?.onmessage?.({ data: JSON.stringify(frame) }),
    pass: (ms: number) => {
      now += ms
      for (const [key, one] of [...timers]) {
        if (one.at > now) continue
        timers.delete(key)
        one.run()
      }
    },
  }
}

const snapshot = (seq: number) => ({ kind: 'snapshot', seq, utc: 2_000, body: seq })
const delta = (seq: number) => ({ kind: 'delta', seq, utc: 2_000, body: seq })
const heartbeat = (seq: number) => ({ kind: 'heartbeat', seq, utc: 2_000 })

describe('the live line', () => {
  it('takes a snapshot, then deltas in order, and learns the server clock', () => {
    const at = world()
    at.link.start()
    at.say(delta(1))
    at.say(snapshot(4))
    at.say(delta(5))
    at.say(delta(6))
    expect(at.heard).toEqual(['snapshot 4', 'delta 5', 'delta 6'])
    expect(at.states).toEqual(['connecting', 'live'])
    expect(at.skews[0]).toBe(1_000)
  })

  it('applies no delta twice and none behind a gap', () => {
    const at = world()
    at.link.start()
    at.say(snapshot(1))
    at.say(delta(1))
    at.say(delta(3))
    at.say(delta(4))
    expect(at.heard).toEqual(['snapshot 1'])
    expect(at.latest().sent).toEqual(['snapshot'])
    at.say(snapshot(5))
    at.say(delta(6))
    expect(at.heard).toEqual(['snapshot 1', 'snapshot 5', 'delta 6'])
  })

  it('connects again after a gap where the server knows no word for it', () => {
    const at = world('reconnect')
    at.link.start()
    at.say(snapshot(1))
    at.say(delta(3))
    expect(at.sockets).toHaveLength(2)
    expect(at.sockets[0]?.closed).toBe(true)
    at.say(snapshot(3))
    expect(at.heard).toEqual(['snapshot 1', 'snapshot 3'])
  })

  it('notices by a heartbeat that a delta was lost', () => {
    const at = world()
    at.link.start()
    at.say(snapshot(1))
    at.say(heartbeat(1))
    expect(at.latest().sent).toEqual([])
    at.say(heartbeat(2))
    expect(at.latest().sent).toEqual(['snapshot'])
  })

  it('tries again after a break, later each time, and is live after the next snapshot', () => {
    const at = world()
    at.link.start()
    at.say(snapshot(1))
    at.latest().onclose?.({ code: 1006 })
    expect(at.states.at(-1)).toBe('waiting')
    at.pass(20_000)
    expect(at.sockets).toHaveLength(2)
    at.say(snapshot(1))
    expect(at.states.at(-1)).toBe('live')
  })

  it('takes silence for a dead line', () => {
    const at = world()
    at.link.start()
    at.say(snapshot(1))
    at.pass(37_000)
    expect(at.states.at(-1)).toBe('live')
    at.pass(2_000)
    expect(at.states.at(-1)).toBe('waiting')
  })

  it('stays closed when the session is over', () => {
    const at = world()
    at.link.start()
    at.latest().onclose?.({ code: 4401 })
    at.pass(60_000)
    expect(at.states.at(-1)).toBe('closed')
    expect(at.sockets).toHaveLength(1)
  })

  it('survives what is no message', () => {
    const at = world()
    at.link.start()
    at.latest().onmessage?.({ data: '{' })
    at.latest().onmessage?.({ data: new Uint8Array(2) })
    at.say(null)
    expect(at.heard).toEqual([])
  })

  it('waits between half a second and fifteen', () => {
    for (const attempt of [0, 1, 5, 50]) {
      for (const random of [0, 0.5, 0.999]) {
        const ms = retryDelayMs(attempt, random)
        expect(ms).toBeGreaterThanOrEqual(500)
        expect(ms).toBeLessThanOrEqual(15_000)
      }
    }
  })
})
