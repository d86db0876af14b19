// Calls that are up, each with a clock of its own.
import { Link } from '@tanstack/react-router'
import type { LiveCall } from '@zhunkehu/api/branch'
import {
  type Column,
  DataTable,
  EmptyState,
  label,
  MaskedNumber,
  RunningCell,
  StatusTag,
  type Tone,
  useRole,
} from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'
import { HangUp } from '../calls/HangUp'

const TONE: Record<string, Tone> = { talking: 'good', answered: 'good', held: 'warn' }

export function LiveCallTable({ calls }: { calls: LiveCall[] }) {
  const { t } = useTranslation()
  const mayHangUp = ['supervisor', 'admin'].includes(useRole())
  const columns: Column<LiveCall>[] = [
    {
      key: 'state',
      title: t('branch.call.state'),
      width: 150,
      cell: (call) => (
        <StatusTag tone={TONE[call.state] ?? 'busy'}>
          {label('branch.call_state', call.state)}
        </StatusTag>
      ),
    },
    {
      key: 'direction',
      title: t('branch.call.direction'),
      width: 90,
      cell: (call) => label('direction', call.direction),
    },
    {
      key: 'extension',
      title: t('branch.call.extension'),
      width: 110,
      cell: (call) => <span className="zk-num">{extensions(call)}</span>,
    },
    {
      key: 'outside',
      title: t('branch.call.outside'),
      cell: (call) =>
        call.customer ? (
          <span className="zk-row">
            <Link className="zk-link" to="/customers/$id" params={{ id: call.customer }}>
              {call.customer_name || t('branch.call.customer')}
            </Link>
            <MaskedNumber value={call.outside} />
          </span>
        ) : (
          <MaskedNumber value={call.outside} />
        ),
    },
    { key: 'trunk', title: t('branch.call.trunk'), width: 120, cell: (call) => call.trunk ?? '—' },
    {
      key: 'length',
      title: t('branch.call.length'),
      width: 90,
      numeric: true,
      cell: (call) => <RunningCell since={call.answered ?? call.started} />,
    },
  ]
  if (mayHangUp) {
    columns.push({ key: 'act', title: '', width: 80, cell: (call) => <HangUp call={call} /> })
  }
  return (
    <DataTable
      name={t('branch.overview.live')}
      rows={calls}
      rowKey={(call) => call.call}
      columns={columns}
      empty={
        <EmptyState
          title={t('branch.overview.live_none')}
          hint={t('branch.overview.live_none_hint')}
        />
      }
    />
  )
}

export function extensions(call: { extension?: string; other_extension?: string }): string {
  return [call.extension, call.other_extension].filter(Boolean).join(' → ') || '—'
}
