// Calls that are up, each with a clock of its own.
import type { LiveCall } from '@zhunkehu/api/branch'
import {
  type Column,
  DataTable,
  EmptyState,
  label,
  RunningCell,
  StatusTag,
  type Tone,
  useMay,
} from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'
import { Confer } from '../calls/Confer'
import { HangUp } from '../calls/HangUp'
import { extensions, OtherParty } from '../calls/OtherParty'
import { Transfer } from '../calls/Transfer'

const TONE: Record<string, Tone> = { talking: 'good', held: 'warn' }

export function LiveCallTable({ calls }: { calls: LiveCall[] }) {
  const { t } = useTranslation()
  const mayHangUp = useMay('hang_up')
  const columns: Column<LiveCall>[] = [
    {
      key: 'state',
      title: t('branch.call.state'),
      width: 150,
      cell: (call) => (
        <StatusTag tone={TONE[call.phase] ?? 'busy'}>
          {call.three ? t('branch.call.three') : label('branch.call_phase', call.phase)}
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
      width: 220,
      cell: (call) => <OtherParty call={call} />,
    },
    { key: 'trunk', title: t('branch.call.trunk'), cell: (call) => call.trunk ?? '—' },
    {
      key: 'length',
      title: t('branch.call.length'),
      width: 90,
      numeric: true,
      cell: (call) => (
        <RunningCell since={call.phase === 'talking' ? call.phase_since : call.since} />
      ),
    },
  ]
  if (mayHangUp) {
    columns.push({
      key: 'act',
      title: t('branch.call.action'),
      width: 230,
      cell: (call) => (
        <span className="zk-row zk-nowrap">
          {call.phase === 'talking' && !call.three ? (
            <Transfer call={call} extension={call.extension} />
          ) : null}
          <Confer call={call} extension={call.extension} />
          <HangUp call={call} />
        </span>
      ),
    })
  }
  return (
    <DataTable
      name={t('branch.overview.live')}
      rows={calls}
      rowKey={(call) => call.id}
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
