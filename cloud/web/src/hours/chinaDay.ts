// Days and hours of China (UTC+8 all year since 1991), in which all branches count.

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
const EAST_8 = 8 * HOUR_MS

/** Midnight in China at or before this moment. */
export function midnight(utcMs: number): number {
  return Math.floor((utcMs + EAST_8) / DAY_MS) * DAY_MS - EAST_8
}

/** `2026-11-23` */
export function dayName(utcMs: number): string {
  return new Date(utcMs + EAST_8).toISOString().slice(0, 10)
}

/** `09` for the hour that begins at nine. */
export function hourName(utcMs: number): string {
  return new Date(utcMs + EAST_8).toISOString().slice(11, 13)
}
