// What headquarters' pages reckon for themselves: days of China, bars of a day, branches that changed.
import type { Branch, Hour } from '@zhunkehu/api/hq'
import { describe, expect, it } from 'vitest'
import { DAY_MS, dayName, HOUR_MS, hourName, midnight } from './hours/chinaDay'
import { barsOf } from './hours/HourlyPicture'
import { merged } from './live'

const TEN = Date.UTC(2026, 10, 23, 2, 0, 0)

describe('a day of China', () => {
  it('begins at midnight there, wherever the reader sits', () => {
    expect(midnight(TEN)).toBe(Date.UTC(2026, 10, 22, 16))
    expect(midnight(midnight(TEN))).toBe(midnight(TEN))
    expect(midnight(midnight(TEN) - 1)).toBe(midnight(TEN) - DAY_MS)
    expect(dayName(midnight(TEN))).toBe('2026-11-23')
    expect(hourName(TEN)).toBe('10')
  })

  it('has 24 bars, quiet hours too', () => {
    const from = midnight(TEN)
    const hour = { bucket: from + 9 * HOUR_MS, attempts: 30, answered: 10 } as Hour
    const bars = barsOf(from, [hour])
    expect(bars).toHaveLength(24)
    expect(bars[9]).toEqual({ hour: '09', attempts: 30, answered: 10 })
    expect(bars.reduce((sum, bar) => sum + bar.attempts, 0)).toBe(30)
  })
})

describe('branches', () => {
  it('are replaced whole, kept where nothing was said, and stay in order', () => {
    const branch = (box_id: string, applied: number) => ({ box_id, applied }) as Branch
    const before = [branch('a', 1), branch('c', 1)]
    const after = merged(before, [branch('c', 2), branch('b', 5)])
    expect(after.map((one) => [one.box_id, one.applied])).toEqual([
      ['a', 1],
      ['b', 5],
      ['c', 2],
    ])
    expect(after[0]).toBe(before[0])
  })
})
