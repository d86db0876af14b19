// Calls that are over, or are still going on, newest first.
import { Link } from '@tanstack/react-router'
import type { Call } from '@zhunkehu/api/branch'
import {
  type Column,
  DataTable,
  DurationCell,
  label,
  MaskedNumber,
  StatusTag,
  TimeCell,
  toneOfResult,
} from '@zhunkehu/kit'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { extensions } from '../overview/LiveCallTable'

type Props = {
  calls: Call[]
  /** The page of one customer does not repeat that customer in each row. */
  withCustomer: boolean
  empty: ReactNode
  more?: { onMore: () => void; loading: boolean } | undefined
}

export function CallTable({ calls, withCustomer, empty, more }: Props) {
  const { t } = useTranslation()
  const columns: Column<Call>[] = [
    {
      key: 'started',
      title: t('branch.call.started'),
      width: 120,
      cell: (call) => <TimeCell at={call.started} />,
    },
    {
      key: 'direction',
      title: t('branch.call.direction'),
      width: 80,
      cell: (call) => label('direction', call.direction),
    },
    {
      key: 'extension',
      title: t('branch.call.extension'),
      width: 110,
      cell: (call) => <span className="zk-num">{extensions(call)}</span>,
    },
    ...(withCustomer ? [customerColumn(t('branch.call.outside'), t('branch.call.customer'))] : []),
    {
      key: 'result',
      title: t('branch.call.result'),
      width: 130,
      cell: (call) => <CallResult call={call} />,
    },
    {
      key: 'ring',
      title: t('branch.call.ring'),
      width: 80,
      numeric: true,
      cell: (call) => <DurationCell ms={call.ring_ms} />,
    },
    {
      key: 'talk',
      title: t('branch.call.talk'),
      width: 90,
      numeric: true,
      cell: (call) => <DurationCell ms={call.talk_ms} />,
    },
    {
      key: 'released_by',
      title: t('branch.call.released_by'),
      width: 110,
      cell: (call) => (call.released_by ? label('released_by', call.released_by) : '—'),
    },
    {
      key: 'cause',
      title: t('branch.call.cause'),
      width: 120,
      cell: (call) => <span className="zk-num">{causes(call)}</span>,
    },
  ]
  return (
    <DataTable
      name={t('branch.nav.calls')}
      rows={calls}
      rowKey={(call) => call.call}
      columns={columns}
      empty={empty}
      more={more}
    />
  )
}

function customerColumn(title: string, unnamed: string): Column<Call> {
  return {
    key: 'outside',
    title,
    cell: (call) => (
      <span className="zk-row">
        {call.customer ? (
          <Link className="zk-link" to="/customers/$id" params={{ id: call.customer }}>
            {call.customer_name || unnamed}
          </Link>
        ) : null}
        {call.direction === 'internal' ? '—' : <MaskedNumber value={call.outside} />}
      </span>
    ),
  }
}

export function CallResult({ call }: { call: Pick<Call, 'result' | 'answered' | 'ended'> }) {
  const { t } = useTranslation()
  if (!call.result) {
    const state = call.answered ? 'talking' : 'started'
    return <StatusTag tone="busy">{t(`branch.call_state.${state}`)}</StatusTag>
  }
  return (
    <StatusTag tone={toneOfResult[call.result] ?? 'idle'}>
      {label('system_result', call.result)}
    </StatusTag>
  )
}

function causes(call: Call): string {
  const parts = [call.sip ? `SIP ${call.sip}` : '', call.q850 ? `Q.850 ${call.q850}` : '']
  return parts.filter(Boolean).join(' · ') || '—'
}
