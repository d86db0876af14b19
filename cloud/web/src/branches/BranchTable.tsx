// One row for each branch.
import { Link } from '@tanstack/react-router'
import type { Branch } from '@zhunkehu/api/hq'
import {
  AgeCell,
  type Column,
  DataTable,
  EmptyState,
  format,
  Meter,
  StatusTag,
} from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'

export function BranchTable({ branches }: { branches: Branch[] }) {
  const { t } = useTranslation()
  const numeric = (key: string, title: string, width: number, value: (one: Branch) => string) => ({
    key,
    title,
    width,
    numeric: true,
    cell: (one: Branch) => <span className="zk-num">{value(one)}</span>,
  })
  const columns: Column<Branch>[] = [
    {
      key: 'name',
      title: t('hq.branch.name'),
      cell: (one) => (
        <Link className="zk-link" to="/branch" search={{ box: one.box_id }}>
          {one.name}
        </Link>
      ),
    },
    {
      key: 'state',
      title: t('hq.branch.state'),
      width: 90,
      cell: (one) => <LinkTag branch={one} />,
    },
    {
      key: 'as_of',
      title: t('hq.branch.as_of'),
      width: 110,
      cell: (one) => <AgeCell at={one.as_of} />,
    },
    { key: 'lag', title: t('hq.branch.lag'), width: 130, cell: (one) => <LagTag branch={one} /> },
    numeric('phones', t('hq.branch.phones'), 90, (one) =>
      format.count(one.metrics?.phones_registered),
    ),
    numeric('calls', t('hq.branch.calls_now'), 90, (one) => format.count(one.metrics?.calls_live)),
    numeric('today', t('hq.branch.calls_today'), 105, (one) =>
      format.count(one.metrics?.calls_today),
    ),
    numeric('answered', t('hq.branch.answered_today'), 90, (one) =>
      format.count(one.metrics?.answered_today),
    ),
    numeric('cpu', t('hq.branch.cpu'), 80, (one) =>
      format.percent(one.metrics?.sample.cpu_percent),
    ),
    { key: 'disk', title: t('hq.branch.disk'), width: 100, cell: (one) => <Disk branch={one} /> },
    { key: 'version', title: t('hq.branch.version'), width: 80, cell: (one) => one.version || '—' },
  ]
  return (
    <DataTable
      name={t('hq.nav.branches')}
      rows={branches}
      rowKey={(one) => one.box_id}
      columns={columns}
      empty={<EmptyState title={t('hq.branch.none')} hint={t('hq.branch.none_hint')} />}
    />
  )
}

export function LinkTag({ branch }: { branch: Branch }) {
  const { t } = useTranslation()
  if (branch.connected) return <StatusTag tone="good">{t('hq.branch.connected')}</StatusTag>
  return <StatusTag tone="warn">{t('hq.branch.disconnected')}</StatusTag>
}

export function LagTag({ branch }: { branch: Branch }) {
  const { t } = useTranslation()
  if (branch.lag_facts === 0) return <StatusTag tone="good">{t('hq.branch.lag_none')}</StatusTag>
  return (
    <StatusTag tone={branch.connected ? 'busy' : 'warn'}>
      {t('hq.branch.behind', { n: format.count(branch.lag_facts) })}
    </StatusTag>
  )
}

function Disk({ branch }: { branch: Branch }) {
  const sample = branch.metrics?.sample
  if (!sample) return <>{format.NOTHING}</>
  const { disk_used_bytes: used, disk_total_bytes: total } = sample
  return (
    <div>
      <span className="zk-num">{format.percentOf(used, total)}</span>
      <Meter used={used} total={total} />
    </div>
  )
}
