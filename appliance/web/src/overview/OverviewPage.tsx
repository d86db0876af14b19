// The branch at a glance: who is reachable, how full the lines are, what is being said right now.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type Board, branchApi } from '@zhunkehu/api/branch'
import { Card, FailedBanner, Figure, Figures, format, LiveLoaded } from '@zhunkehu/kit'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { line, useLive } from '../live'
import { LiveCallTable } from './LiveCallTable'
import { PhoneTable } from './PhoneTable'
import { TrunkTable } from './TrunkTable'

export function OverviewPage() {
  const { t } = useTranslation()
  const board = useLive((now) => now.board)
  return (
    <LiveLoaded data={board} rows={10} ask={branchApi.overview} onRetry={() => line.retryNow()}>
      {({ calls, phones, trunks }) => (
        <>
          <OverviewFigures phones={phones} trunks={trunks} />
          <Card title={t('branch.overview.live')}>
            <LiveCallTable calls={calls} />
          </Card>
          <div className="zk-grid zk-halves">
            <Card title={t('branch.overview.phone_list')}>
              <PhoneTable phones={phones} />
            </Card>
            <Card title={t('branch.overview.trunk_list')}>
              <TrunkTable trunks={trunks} />
            </Card>
          </div>
        </>
      )}
    </LiveLoaded>
  )
}

/** Counts of the day are asked anew when calls have ended, at most once in this time. */
const COUNTED_EVERY_MS = 2_000

function useToday() {
  const ended = useThrottled(
    useLive((now) => now.callsEnded),
    COUNTED_EVERY_MS,
  )
  return useQuery({
    queryKey: ['overview', ended],
    queryFn: branchApi.overview,
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  })
}

/** The value, but taken over at most once in `ms`; the last one always arrives. */
function useThrottled(value: number, ms: number): number {
  const [taken, setTaken] = useState(value)
  const takenAt = useRef(0)
  useEffect(() => {
    const wait = Math.max(0, takenAt.current + ms - Date.now())
    const timer = setTimeout(() => {
      takenAt.current = Date.now()
      setTaken(value)
    }, wait)
    return () => clearTimeout(timer)
  }, [value, ms])
  return taken
}

function OverviewFigures({ phones, trunks }: Pick<Board, 'phones' | 'trunks'>) {
  const { t } = useTranslation()
  const { data: today, error, refetch } = useToday()
  const registered = phones.filter((phone) => phone.registered).length
  const inUse = trunks.reduce((sum, trunk) => sum + trunk.in_use, 0)
  const limit = trunks.reduce((sum, trunk) => sum + trunk.concurrent_max, 0)
  const failed = error ? (
    <FailedBanner
      what={t('branch.overview.today_failed')}
      error={error}
      onRetry={() => void refetch()}
    />
  ) : null
  return (
    <>
      {failed}
      <Figures>
        <Figure
          name={t('branch.overview.phones')}
          value={format.count(registered)}
          unit={`/ ${format.count(phones.length)}`}
          note={t('branch.overview.phones_note')}
        />
        <Figure
          name={t('branch.overview.trunks')}
          value={format.count(inUse)}
          unit={`/ ${format.count(limit)}`}
          note={t('branch.overview.trunks_note')}
        />
        <Figure
          name={t('branch.overview.calls_today')}
          value={format.count(today?.calls)}
          note={t('branch.overview.today_note')}
        />
        <Figure
          name={t('branch.overview.answered_today')}
          value={format.count(today?.answered)}
          note={t('branch.overview.today_note')}
        />
        <Figure
          name={t('branch.overview.answer_rate')}
          value={today ? format.percentOf(today.answered, today.calls) : format.NOTHING}
          note={t('branch.overview.answer_rate_note')}
        />
      </Figures>
    </>
  )
}
