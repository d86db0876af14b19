// What each box has left here for the day on which another machine takes its place.
import type { BoxSnapshot } from '@zhunkehu/api/hq'
import { AgeCell, type Column, DataTable, EmptyState, format, TimeCell } from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'

export function SnapshotTable({ rows }: { rows: BoxSnapshot[] }) {
  const { t } = useTranslation()
  const columns: Column<BoxSnapshot>[] = [
    { key: 'box', title: t('hq.box.id'), cell: (one) => one.box_id },
    {
      key: 'made',
      title: t('hq.snapshot.made'),
      width: 160,
      cell: (one) => <AgeCell at={one.made} />,
    },
    {
      key: 'expires',
      title: t('hq.snapshot.expires'),
      width: 180,
      cell: (one) => <TimeCell at={one.expires} />,
    },
    {
      key: 'bytes',
      title: t('hq.snapshot.bytes'),
      width: 120,
      numeric: true,
      cell: (one) => <span className="zk-num">{format.bytes(one.bytes)}</span>,
    },
    {
      key: 'head',
      title: t('hq.snapshot.head'),
      width: 140,
      numeric: true,
      cell: (one) => <span className="zk-num">{format.count(one.head)}</span>,
    },
  ]
  return (
    <DataTable
      name={t('hq.snapshot.title')}
      rows={rows}
      rowKey={(one) => one.box_id}
      columns={columns}
      empty={<EmptyState title={t('hq.snapshot.none')} hint={t('hq.snapshot.none_hint')} />}
    />
  )
}
