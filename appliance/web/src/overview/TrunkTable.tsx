// The carrier's lines: reachable or not, and how full.
import type { Trunk } from '@zhunkehu/api/branch'
import { type Column, DataTable, EmptyState, format, Meter, StatusTag } from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'

/** What every list of trunks begins with. */
export function useTrunkColumns(): Column<Trunk>[] {
  const { t } = useTranslation()
  return [
    { key: 'name', title: t('branch.trunk.name'), cell: (trunk) => trunk.name },
    {
      key: 'state',
      title: t('branch.trunk.state'),
      width: 110,
      cell: (trunk) => <TrunkState trunk={trunk} />,
    },
    {
      key: 'in_use',
      title: t('branch.trunk.in_use'),
      width: 170,
      numeric: true,
      cell: (trunk) => (
        <div>
          <span className="zk-num">
            {format.count(trunk.in_use)} / {format.count(trunk.concurrent_max)}
          </span>
          <Meter used={trunk.in_use} total={trunk.concurrent_max} />
        </div>
      ),
    },
  ]
}

export function TrunkTable({ trunks }: { trunks: Trunk[] }) {
  const { t } = useTranslation()
  const columns = useTrunkColumns()
  return (
    <DataTable
      name={t('branch.overview.trunk_list')}
      rows={trunks}
      rowKey={(trunk) => trunk.name}
      columns={columns}
      empty={
        <EmptyState
          title={t('branch.overview.trunks_none')}
          hint={t('branch.overview.phones_none_hint')}
        />
      }
    />
  )
}

/** A line that we are not registered at is worth nothing, whatever else it answers. */
function TrunkState({ trunk }: { trunk: Trunk }) {
  const { t } = useTranslation()
  const { reachable, registered } = trunk
  if (registered === false) {
    return <StatusTag tone="bad">{t('branch.trunk.unregistered')}</StatusTag>
  }
  if (registered && reachable !== false) {
    return <StatusTag tone="good">{t('branch.trunk.registered')}</StatusTag>
  }
  if (reachable === undefined) return <StatusTag tone="idle">{t('branch.trunk.unknown')}</StatusTag>
  if (reachable) return <StatusTag tone="good">{t('branch.trunk.reachable')}</StatusTag>
  return <StatusTag tone="bad">{t('branch.trunk.unreachable')}</StatusTag>
}
