// Numbers and times as people read them. No NaN, no negative time ever reaches the screen.

export const NOTHING = '—'

export function count(value: number | null | undefined): string {
  return finite(value) ? Math.round(value).toLocaleString('en-US') : NOTHING
}

/** `12.3 %`; a dash where the denominator is 0. */
export function percentOf(part: number, whole: number): string {
  return finite(part) && finite(whole) && whole > 0 ? percent((part / whole) * 100) : NOTHING
}

export function percent(value: number | null | undefined): string {
  return finite(value) ? `${Math.max(0, value).toFixed(1)} %` : NOTHING
}

/** Milliseconds as `m:ss` or `h:mm:ss`. */
export function duration(ms: number | null | undefined): string {
  if (!finite(ms)) return NOTHING
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/** `42.5 °C` */
export function degrees(celsius: number | null | undefined): string {
  return finite(celsius) ? `${celsius.toFixed(1)} °C` : NOTHING
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const

export function bytes(value: number | null | undefined): string {
  if (!finite(value)) return NOTHING
  let rest = Math.max(0, value)
  let unit = 0
  while (rest >= 1024 && unit < UNITS.length - 1) {
    rest /= 1024
    unit += 1
  }
  return `${unit === 0 ? rest : rest.toFixed(rest < 10 ? 1 : 0)} ${UNITS[unit]}`
}

/** `HH:mm:ss` in the browser's zone. */
export function clock(utcMs: number): string {
  const at = new Date(utcMs)
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

export function day(utcMs: number): string {
  const at = new Date(utcMs)
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

/** The clock alone for today, `MM-DD HH:mm` in this year, the full date before that. */
export function moment(utcMs: number, nowMs: number): string {
  if (day(utcMs) === day(nowMs)) return clock(utcMs)
  const [date, time] = [day(utcMs), clock(utcMs).slice(0, 5)]
  return date.slice(0, 4) === day(nowMs).slice(0, 4)
    ? `${date.slice(5)} ${time}`
    : `${date} ${time}`
}

/** The unit in which an age is said, and how many of them. */
export function age(ms: number): { unit: 'now' | 'second' | 'minute' | 'hour' | 'day'; n: number } {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 2) return { unit: 'now', n: 0 }
  if (seconds < 60) return { unit: 'second', n: seconds }
  if (seconds < 3600) return { unit: 'minute', n: Math.floor(seconds / 60) }
  if (seconds < 86_400) return { unit: 'hour', n: Math.floor(seconds / 3600) }
  return { unit: 'day', n: Math.floor(seconds / 86_400) }
}

export function finite(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function two(value: number): string {
  return value.toString().padStart(2, '0')
}
