// The chart, fetched only when this page is opened.
import type { Hour } from '@zhunkehu/api/hq'
import { Waiting } from '@zhunkehu/kit'
import type { HourBar } from '@zhunkehu/kit/chart'
import { lazy, Suspense, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { HOUR_MS, hourName } from './chinaDay'

const HourlyChart = lazy(() => import('@zhunkehu/kit/chart'))

/** All 24 hours, so that a quiet hour is seen as one. */
export function barsOf(from: number, hours: readonly Hour[]): HourBar[] {
  const counted = new Map(hours.map((hour) => [hour.bucket, hour]))
  return Array.from({ length: 24 }, (_, at) => {
    const bucket = from + at * HOUR_MS
    const hour = counted.get(bucket)
    return {
      hour: hourName(bucket),
      attempts: hour?.attempts ?? 0,
      answered: hour?.answered ?? 0,
    }
  })
}

export function HourlyPicture({ from, hours }: { from: number; hours: Hour[] }) {
  const { t, i18n } = useTranslation()
  const bars = useMemo(() => barsOf(from, hours), [from, hours])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the language changes the names
  const names = useMemo(
    () => ({
      title: t('hq.hours.title'),
      attempts: t('hq.hours.attempts'),
      answered: t('hq.hours.answered'),
    }),
    [i18n.language],
  )
  return (
    <div style={{ padding: 12, minHeight: 324 }}>
      <Suspense fallback={<Waiting rows={6} />}>
        <HourlyChart bars={bars} names={names} />
      </Suspense>
    </div>
  )
}
