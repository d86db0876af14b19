// The calls of all branches, newest first, up to the as-of that stands beside the heading.
import { type Call, hqApi } from '@zhunkehu/api/hq'
import {
  Card,
  type Column,
  DataTable,
  DurationCell,
  EmptyState,
  Loaded,
  label,
  SealedValue,
  StatusTag,
  TimeCell,
  toneOfResult,
  usePages,
} from '@zhunkehu/kit'
import { Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { AsOf } from '../AsOf'
import { BranchChoice, useAsOf } from '../BranchChoice'

export function CallsPage() {
  const { t } = useTranslation()
  const [box, setBox] = useState('')
  const [result, setResult] = useState('')
  const asOf = useAsOf(box)
  const { query, more } = usePages(['calls', box, result], (cursor) =>
    hqApi.calls({ box, result, ...(cursor ? { cursor } : {}) }),
  )
  const filtered = box !== '' || result !== ''
  return (
    <Card
      title={t('hq.nav.calls')}
      extra={
        <div className="zk-row">
          <AsOf at={asOf} />
          <BranchChoice box={box} onChoose={setBox} />
          <Select
            aria-label={t('branch.call.result')}
            value={result}
            onChange={setResult}
            style={{ width: 150 }}
            options={[
              { value: '', label: t('hq.call.all_results') },
              ...Object.keys(toneOfResult).map((code) => ({
                value: code,
                label: label('system_result', code),
              })),
            ]}
          />
        </div>
      }
    >
      <Loaded query={query} rows={12}>
        {(calls) => <CallTable calls={calls} more={more} filtered={filtered} />}
      </Loaded>
    </Card>
  )
}

type TableProps = {
  calls: Call[]
  more: { onMore: () => void; loading: boolean } | undefined
  filtered: boolean
}

function CallTable({ calls, more, filtered }: TableProps) {
  const { t } = useTranslation()
  const columns: Column<Call>[] = [
    {
      key: 'started',
      title: t('branch.call.started'),
      width: 130,
      cell: (call) => <TimeCell at={call.started} />,
    },
    { key: 'box', title: t('hq.branch.name'), cell: (call) => call.box_id },
    {
      key: 'direction',
      title: t('branch.call.direction'),
      width: 90,
      cell: (call) => label('direction', call.direction),
    },
    {
      key: 'extension',
      title: t('branch.call.extension'),
      width: 130,
      cell: (call) => (
        <span className="zk-num">
          {[call.extension, call.other_extension].filter(Boolean).join(' → ') || '—'}
        </span>
      ),
    },
    {
      key: 'party',
      title: t('hq.call.party'),
      width: 120,
      cell: (call) => (call.party ? <SealedValue why="sealed" /> : '—'),
    },
    {
      key: 'result',
      title: t('branch.call.result'),
      width: 140,
      cell: (call) => <Result call={call} />,
    },
    {
      key: 'ring',
      title: t('branch.call.ring'),
      width: 80,
      numeric: true,
      cell: (call) => <DurationCell ms={call.end?.ring_ms} />,
    },
    {
      key: 'talk',
      title: t('branch.call.talk'),
      width: 100,
      numeric: true,
      cell: (call) => <DurationCell ms={call.end?.talk_ms || undefined} />,
    },
    {
      key: 'released_by',
      title: t('branch.call.released_by'),
      width: 130,
      cell: (call) => (call.end ? label('released_by', call.end.released_by) : '—'),
    },
  ]
  return (
    <DataTable
      name={t('hq.nav.calls')}
      rows={calls}
      rowKey={(call) => `${call.box_id} ${call.call}`}
      columns={columns}
      more={more}
      empty={
        filtered ? (
          <EmptyState title={t('hq.call.none_found')} hint={t('branch.audit.none_hint')} />
        ) : (
          <EmptyState title={t('hq.call.none')} hint={t('hq.call.none_hint')} />
        )
      }
    />
  )
}

function Result({ call }: { call: Call }) {
  if (!call.end) {
    return (
      <StatusTag tone="busy">
        {label('branch.call_phase', call.answered ? 'talking' : 'dialling')}
      </StatusTag>
    )
  }
  const { result } = call.end
  return (
    <StatusTag tone={toneOfResult[result] ?? 'idle'}>{label('system_result', result)}</StatusTag>
  )
}
