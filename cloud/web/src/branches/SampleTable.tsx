// The newest samples of a branch, one line each.
import type { MetricsPoint } from '@zhunkehu/api/hq'
import { type Column, DataTable, EmptyState, format, TimeCell } from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'

const SHOWN = 20

export function SampleTable({ samples }: { samples: MetricsPoint[] }) {
  const { t } = useTranslation()
  const column = (
    key: string,
    title: string,
    value: (one: MetricsPoint) => string,
  ): Column<MetricsPoint> => ({
    key,
    title,
    width: 110,
    numeric: true,
    cell: (one) => <span className="zk-num">{value(one)}</span>,
  })
  const columns: Column<MetricsPoint>[] = [
    { key: 'time', title: t('hq.branch.time'), cell: (one) => <TimeCell at={one.received} /> },
    column('phones', t('hq.branch.phones'), (one) => format.count(one.phones_registered)),
    column('calls', t('hq.branch.calls_now'), (one) => format.count(one.calls_live)),
    column('today', t('hq.branch.calls_today'), (one) => format.count(one.calls_today)),
    column('answered', t('hq.branch.answered_today'), (one) => format.count(one.answered_today)),
    column('cpu', t('hq.branch.cpu'), (one) => format.percent(one.sample.cpu_percent)),
    column('memory', t('hq.branch.memory'), (one) =>
      format.percentOf(one.sample.memory_used_bytes, one.sample.memory_total_bytes),
    ),
    column('disk', t('hq.branch.disk'), (one) =>
      format.percentOf(one.sample.disk_used_bytes, one.sample.disk_total_bytes),
    ),
    column('heat', t('hq.branch.heat'), (one) => format.degrees(one.sample.temperature_celsius)),
  ]
  return (
    <DataTable
      name={t('hq.branch.metrics')}
      rows={samples.slice(-SHOWN).reverse()}
      rowKey={(one) => String(one.received)}
      columns={columns}
      empty={
        <EmptyState title={t('hq.branch.metrics_none')} hint={t('hq.branch.metrics_none_hint')} />
      }
    />
  )
}
