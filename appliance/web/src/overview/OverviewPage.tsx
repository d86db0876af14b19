// The branch at a glance: who is reachable, how full the lines are, what is being said right now.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type Board, branchApi } from '@zhunkehu/api/branch'
import { Card, Figure, Figures, format, Waiting } from '@zhunkehu/kit'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLive } from '../live'
import { LiveCallTable } from './LiveCallTable'
import { PhoneTable } from './PhoneTable'
import { TrunkTable } from './TrunkTable'

export function OverviewPage() {
  const { t } = useTranslation()
  const board = useLive((now) => now.board)
  if (!board) return <Waiting rows={10} />
  return (
    <>
      <OverviewFigures board={board} />
      <Card title={t('branch.overview.live')}>
        <LiveCallTable calls={board.calls} />
      </Card>
      <div className="zk-grid zk-halves">
        <Card title={t('branch.overview.phone_list')}>
          <PhoneTable phones={board.phones} />
        </Card>
        <Card title={t('branch.overview.trunk_list')}>
          <TrunkTable trunks={board.trunks} />
        </Card>
      </div>
    </>
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
  }).data
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

function OverviewFigures({ board }: { board: Board }) {
  const { t } = useTranslation()
  const today = useToday()
  const registered = board.phones.filter((phone) => phone.registered).length
  const inUse = board.trunks.reduce((sum, trunk) => sum + trunk.in_use, 0)
  const limit = board.trunks.reduce((sum, trunk) => sum + trunk.concurrent_max, 0)
  return (
    <Figures>
      <Figure
        name={t('branch.overview.phones')}
        value={format.count(registered)}
        unit={`/ ${format.count(board.phones.length)}`}
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
  )
}
