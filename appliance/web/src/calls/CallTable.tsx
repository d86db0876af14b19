// Calls that are over, or are still going on, newest first.
import type { Call } from '@zhunkehu/api/branch'
import {
  type Column,
  DataTable,
  DurationCell,
  label,
  StatusTag,
  TimeCell,
  toneOfResult,
  useMay,
} from '@zhunkehu/kit'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { extensions, OtherParty } from './OtherParty'
import { SipLadderButton } from './SipLadder'

type Props = {
  calls: Call[]
  /** The page of one customer does not repeat that customer in each row. */
  withCustomer: boolean
  empty: ReactNode
  more?: { onMore: () => void; loading: boolean } | undefined
}

export function CallTable({ calls, withCustomer, empty, more }: Props) {
  const { t } = useTranslation()
  const mayLook = useMay('manage_phones')
  const columns: Column<Call>[] = [
    {
      key: 'started',
      title: t('branch.call.started'),
      width: 104,
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
    ...(withCustomer
      ? [
          {
            key: 'outside',
            title: t('branch.call.outside'),
            cell: (call: Call) => <OtherParty call={call} />,
          },
        ]
      : []),
    {
      key: 'result',
      title: t('branch.call.result'),
      width: 130,
      cell: (call) => (
        <span className="zk-row zk-nowrap">
          <CallResult call={call} />
          {call.one_way ? <StatusTag tone="warn">{t('branch.call.one_way')}</StatusTag> : null}
        </span>
      ),
    },
    {
      key: 'ring',
      title: t('branch.call.ring'),
      width: 64,
      numeric: true,
      cell: (call) => <DurationCell ms={call.end?.ring_ms} />,
    },
    {
      key: 'talk',
      title: t('branch.call.talk'),
      width: 90,
      numeric: true,
      cell: (call) => <DurationCell ms={call.end?.talk_ms || undefined} />,
    },
    {
      key: 'released_by',
      title: t('branch.call.released_by'),
      width: 110,
      cell: (call) => (call.end ? label('released_by', call.end.released_by) : '—'),
    },
    {
      key: 'cause',
      title: t('branch.call.cause'),
      cell: (call) => <span className="zk-num">{causes(call)}</span>,
    },
    ...(mayLook && withCustomer
      ? [
          {
            key: 'ladder',
            title: t('branch.call.action'),
            width: 100,
            cell: (call: Call) => <SipLadderButton call={call.id} />,
          },
        ]
      : []),
  ]
  return (
    <DataTable
      name={t('branch.nav.calls')}
      rows={calls}
      rowKey={(call) => call.id}
      columns={columns}
      empty={empty}
      more={more}
    />
  )
}

export function CallResult({ call }: { call: Pick<Call, 'end' | 'answered'> }) {
  const { t } = useTranslation()
  if (!call.end) {
    const phase = call.answered ? 'talking' : 'dialling'
    return <StatusTag tone="busy">{t(`branch.call_phase.${phase}`)}</StatusTag>
  }
  const { result } = call.end
  return (
    <StatusTag tone={toneOfResult[result] ?? 'idle'}>{label('system_result', result)}</StatusTag>
  )
}

function causes({ end }: Call): string {
  return end?.sip || end?.q850 ? `${end.sip ?? '—'} / ${end.q850 ?? '—'}` : '—'
}
