// One row for each branch's link.
import { Link } from '@tanstack/react-router'
import type { BranchSync } from '@zhunkehu/api/hq'
import {
  AgeCell,
  type Column,
  DataTable,
  EmptyState,
  format,
  label,
  SpanText,
  StatusTag,
  type Tone,
} from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'

const toneOfPhase: Record<BranchSync['phase'], Tone> = {
  in_sync: 'good',
  catching_up: 'busy',
  offline: 'warn',
  halted: 'bad',
}

const GRAVE: readonly string[] = [
  'cloned',
  'diverged',
  'restored',
  'gap',
  'breaks',
  'raw',
  'dead_letters',
]

export function SyncTable({ rows }: { rows: BranchSync[] }) {
  const { t } = useTranslation()
  const numeric = (key: string, width: number, value: (one: BranchSync) => string) => ({
    key,
    title: t(`hq.sync.${key}`),
    width,
    numeric: true,
    cell: (one: BranchSync) => <span className="zk-num">{value(one)}</span>,
  })
  const columns: Column<BranchSync>[] = [
    {
      key: 'name',
      title: t('hq.branch.name'),
      width: 100,
      cell: (one) => (
        <Link className="zk-link" to="/branch" search={{ box: one.box_id }}>
          {one.name}
        </Link>
      ),
    },
    {
      key: 'phase',
      title: t('hq.sync.phase'),
      width: 96,
      cell: (one) => (
        <StatusTag tone={toneOfPhase[one.phase]}>{label('sync_phase', one.phase)}</StatusTag>
      ),
    },
    {
      key: 'troubles',
      title: t('hq.sync.troubles'),
      width: 168,
      cell: (one) => <Troubles one={one} />,
    },
    {
      key: 'oldest',
      title: t('hq.sync.oldest'),
      width: 84,
      numeric: true,
      cell: (one) => <SpanText ms={one.oldest_s == null ? null : one.oldest_s * 1000} />,
    },
    numeric('lag', 70, (one) => format.count(one.lag_facts)),
    {
      key: 'drain',
      title: t('hq.sync.drain'),
      width: 80,
      numeric: true,
      cell: (one) => <SpanText ms={one.drain_s == null ? null : one.drain_s * 1000} />,
    },
    {
      key: 'seqs',
      title: t('hq.sync.seqs'),
      width: 170,
      numeric: true,
      cell: (one) => (
        <span className="zk-num" title={`${t('hq.sync.epoch')} ${format.count(one.epoch)}`}>
          {[one.head, one.applied, one.safe].map(format.count).join(' / ')}
        </span>
      ),
    },
    numeric('clock', 80, (one) => `${(one.clock_offset_ms / 1000).toFixed(1)} s`),
    numeric(
      'directives',
      80,
      (one) => `${format.count(one.directives_received)} / ${format.count(one.directives)}`,
    ),
    {
      key: 'error',
      title: t('hq.sync.error'),
      width: 116,
      cell: (one) =>
        one.last_error ? (
          <span title={one.last_error}>
            {t(`link_error.${one.last_error}`, { defaultValue: one.last_error })}{' '}
            <AgeCell at={one.last_error_at} />
          </span>
        ) : (
          format.NOTHING
        ),
    },
  ]
  return (
    <DataTable
      name={t('hq.nav.sync')}
      rows={rows}
      rowKey={(one) => one.box_id}
      columns={columns}
      empty={<EmptyState title={t('hq.branch.none')} hint={t('hq.branch.none_hint')} />}
    />
  )
}

function Troubles({ one }: { one: BranchSync }) {
  const { t } = useTranslation()
  if (one.troubles.length === 0) return <StatusTag tone="good">{t('hq.sync.all_well')}</StatusTag>
  return (
    <span className="zk-row">
      {one.troubles.map((trouble) => (
        <StatusTag key={trouble} tone={GRAVE.includes(trouble) ? 'bad' : 'warn'}>
          {label('sync_trouble', trouble)}
        </StatusTag>
      ))}
    </span>
  )
}
