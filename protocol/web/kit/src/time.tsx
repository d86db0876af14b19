// Cells that tell the time by themselves, so that a table of live rows is not drawn again each second.
import { serverNow } from '@zhunkehu/live'
import { memo, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { age, clock, day, duration, finite, moment, NOTHING } from './format'

const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

/** One timer for all cells; it runs only while a cell is on the screen. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    for (const one of listeners) one()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The server's time, cut to whole seconds. */
export function useSecond(): number {
  return useSyncExternalStore(subscribe, () => Math.floor(serverNow() / 1000) * 1000)
}

type At = { at: number | null | undefined }

export const TimeCell = memo(function TimeCell({ at }: At) {
  if (!finite(at)) return <span className="zk-num">{NOTHING}</span>
  return (
    <time
      className="zk-num"
      dateTime={new Date(at).toISOString()}
      title={`${day(at)} ${clock(at)}`}
    >
      {moment(at, serverNow())}
    </time>
  )
})

/** A length that stands still. */
export function DurationCell({ ms }: { ms: number | null | undefined }) {
  return <span className="zk-num">{duration(ms)}</span>
}

/** A length that still grows. */
export const RunningCell = memo(function RunningCell({ since }: { since: number }) {
  const now = useSecond()
  return <span className="zk-num">{duration(now - since)}</span>
})

/** `3 分钟前` */
export const AgeCell = memo(function AgeCell({ at }: At) {
  const now = useSecond()
  const { t } = useTranslation()
  if (!finite(at)) return <span>{t('age.never')}</span>
  const { unit, n } = age(now - at)
  return (
    <time
      className="zk-num"
      dateTime={new Date(at).toISOString()}
      title={`${day(at)} ${clock(at)}`}
    >
      {t(`age.${unit}`, { n })}
    </time>
  )
})

/** A length of time said in words: `3 分钟`. */
export function SpanText({ ms }: { ms: number | null | undefined }) {
  const { t } = useTranslation()
  if (!finite(ms)) return <span>{NOTHING}</span>
  const { unit, n } = age(ms)
  const hours = unit === 'day' ? Math.floor(ms / 3_600_000) % 24 : 0
  return (
    <span className="zk-num">
      {t(`span.${unit}`, { n })}
      {hours > 0 ? ` ${t('span.hour', { n: hours })}` : ''}
    </span>
  )
}
