// The branch at a glance: who is reachable, how full the lines are, what is being said right now.
import { useQuery } from '@tanstack/react-query'
import { branchApi, type Overview } from '@zhunkehu/api/branch'
import { Card, Figure, Figures, format, Loaded } from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'
import { useLive } from '../live'
import { LiveCallTable } from './LiveCallTable'
import { PhoneTable } from './PhoneTable'
import { TrunkTable } from './TrunkTable'

export function OverviewPage() {
  const live = useLive((now) => now.overview)
  const asked = useQuery({ queryKey: ['overview'], queryFn: branchApi.overview, enabled: !live })
  if (live) return <Glance now={live} />
  return <Loaded query={asked}>{(overview) => <Glance now={overview} />}</Loaded>
}

function Glance({ now }: { now: Overview }) {
  const { t } = useTranslation()
  return (
    <>
      <OverviewFigures now={now} />
      <Card title={t('branch.overview.live')}>
        <LiveCallTable calls={now.calls} />
      </Card>
      <div className="zk-grid zk-halves">
        <Card title={t('branch.overview.phone_list')}>
          <PhoneTable phones={now.phones} />
        </Card>
        <Card title={t('branch.overview.trunk_list')}>
          <TrunkTable trunks={now.trunks} />
        </Card>
      </div>
    </>
  )
}

function OverviewFigures({ now }: { now: Overview }) {
  const { t } = useTranslation()
  const registered = now.phones.filter((phone) => phone.registered).length
  const inUse = now.trunks.reduce((sum, trunk) => sum + trunk.in_use, 0)
  const limit = now.trunks.reduce((sum, trunk) => sum + trunk.concurrent_max, 0)
  const { calls, answered } = now.today
  return (
    <Figures>
      <Figure
        name={t('branch.overview.phones')}
        value={format.count(registered)}
        unit={`/ ${format.count(now.phones.length)}`}
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
        value={format.count(calls)}
        note={t('branch.overview.today_note')}
      />
      <Figure
        name={t('branch.overview.answered_today')}
        value={format.count(answered)}
        note={t('branch.overview.today_note')}
      />
      <Figure
        name={t('branch.overview.answer_rate')}
        value={format.percentOf(answered, calls)}
        note={t('branch.overview.answer_rate_note')}
      />
    </Figures>
  )
}
