// 同步健康: every branch's link, the worst first, and how old the last backup is.
import { useQuery } from '@tanstack/react-query'
import { hqApi, type SyncHealth } from '@zhunkehu/api/hq'
import { AgeCell, Card, Figure, Figures, format, Loaded, TimeCell } from '@zhunkehu/kit'
import { Alert } from 'antd'
import { useTranslation } from 'react-i18next'
import { BreaksCard } from './BreaksCard'
import { SyncTable } from './SyncTable'

const ASKED_EVERY_MS = 5_000

export function SyncPage() {
  const query = useQuery({
    queryKey: ['sync'],
    queryFn: () => hqApi.sync(),
    refetchInterval: ASKED_EVERY_MS,
  })
  return (
    <Loaded query={query} rows={10}>
      {(health) => <Whole health={health} />}
    </Loaded>
  )
}

function Whole({ health }: { health: SyncHealth }) {
  const { t } = useTranslation()
  const { items, backup, restored } = health
  const well = items.filter((one) => one.troubles.length === 0).length
  const sum = (of: (one: SyncHealth['items'][number]) => number) =>
    format.count(items.reduce((all, one) => all + of(one), 0))
  return (
    <>
      {restored ? (
        <Alert
          type="warning"
          showIcon
          title={
            <>
              {t('hq.sync.restored')} <TimeCell at={restored.restored} />
              {' · '}
              {t('hq.sync.restored_from', { name: restored.name })}
            </>
          }
        />
      ) : null}
      <Figures>
        <Figure
          name={t('hq.sync.well')}
          value={format.count(well)}
          unit={`/ ${format.count(items.length)}`}
          note={t('hq.sync.well_note')}
        />
        <Figure
          name={t('hq.sync.missing')}
          value={sum((one) => one.lag_facts)}
          unit={t('hq.overview.items')}
          note={t('hq.sync.missing_note')}
        />
        <Figure
          name={t('hq.sync.unsafe')}
          value={sum((one) => Math.max(0, one.applied - one.safe))}
          unit={t('hq.overview.items')}
          note={t('hq.sync.unsafe_note')}
        />
        <Figure
          name={t('hq.sync.dead_letters')}
          value={sum((one) => one.dead_letters)}
          unit={t('hq.overview.items')}
          note={t('hq.sync.dead_letters_note')}
        />
        <Figure
          name={t('hq.sync.backup')}
          value={backup ? format.bytes(backup.bytes) : format.NOTHING}
          note={backup ? <AgeCell at={backup.taken} /> : t('hq.sync.backup_none')}
        />
      </Figures>
      <Card title={t('hq.nav.sync')}>
        <SyncTable rows={items} />
      </Card>
      <BreaksCard />
    </>
  )
}
