// Numbers and times as people read them.
import { describe, expect, it } from 'vitest'
import { age, bytes, count, degrees, duration, moment, NOTHING, percent, percentOf } from './format'

describe('figures', () => {
  it('never show NaN, infinity or a negative time', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, undefined, null]) {
      for (const show of [count, percent, duration, bytes, degrees]) expect(show(bad)).toBe(NOTHING)
    }
    expect(percentOf(1, 0)).toBe(NOTHING)
    expect(duration(-5_000)).toBe('0:00')
    expect(age(-5_000)).toEqual({ unit: 'now', n: 0 })
  })

  it('have thousands, one decimal of a percent, and units', () => {
    expect(count(1_234_567)).toBe('1,234,567')
    expect(percentOf(1, 3)).toBe('33.3 %')
    expect(bytes(0)).toBe('0 B')
    expect(bytes(1536)).toBe('1.5 KB')
    expect(bytes(120e9)).toBe('112 GB')
    expect(degrees(51.24)).toBe('51.2 °C')
  })

  it('show lengths as a clock does', () => {
    expect(duration(999)).toBe('0:00')
    expect(duration(61_000)).toBe('1:01')
    expect(duration(3_723_000)).toBe('1:02:03')
  })

  it('name the day only where it is not today', () => {
    const noon = new Date(2026, 10, 23, 12, 0, 5).getTime()
    expect(moment(noon, noon)).toBe('12:00:05')
    expect(moment(noon - 86_400_000, noon)).toBe('11-22 12:00')
    expect(moment(noon - 400 * 86_400_000, noon)).toBe('2025-10-19 12:00')
  })

  it('say an age in its largest unit', () => {
    expect(age(59_000)).toEqual({ unit: 'second', n: 59 })
    expect(age(3_599_000)).toEqual({ unit: 'minute', n: 59 })
    expect(age(86_399_000)).toEqual({ unit: 'hour', n: 23 })
    expect(age(90_000_000)).toEqual({ unit: 'day', n: 1 })
  })
})
