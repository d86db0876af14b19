// The customers of all branches. What a branch's field policy keeps to itself is marked, not left blank.
import { type Customer, hqApi, type PersonalText } from '@zhunkehu/api/hq'
import {
  AgeCell,
  Card,
  type Column,
  DataTable,
  EmptyState,
  format,
  Loaded,
  label,
  SealedValue,
  STAGES,
  StatusTag,
  toneOfStage,
  usePages,
} from '@zhunkehu/kit'
import { Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { AsOf } from '../AsOf'
import { BranchChoice, useAsOf } from '../BranchChoice'

export function CustomersPage() {
  const { t } = useTranslation()
  const [box, setBox] = useState('')
  const [stage, setStage] = useState('')
  const asOf = useAsOf(box)
  const { query, more } = usePages(['customers', box, stage], (cursor) =>
    hqApi.customers({ box, stage, ...(cursor ? { cursor } : {}) }),
  )
  const filtered = box !== '' || stage !== ''
  return (
    <Card
      title={t('hq.nav.customers')}
      extra={
        <div className="zk-row">
          <AsOf at={asOf} />
          <BranchChoice box={box} onChoose={setBox} />
          <Select
            aria-label={t('branch.customer.stage')}
            value={stage}
            onChange={setStage}
            style={{ width: 140 }}
            options={[
              { value: '', label: t('branch.customer.all_stages') },
              ...STAGES.map((code) => ({ value: code as string, label: label('stage', code) })),
            ]}
          />
        </div>
      }
    >
      <Loaded query={query} rows={12}>
        {(customers) => <CustomerTable customers={customers} more={more} filtered={filtered} />}
      </Loaded>
    </Card>
  )
}

type TableProps = {
  customers: Customer[]
  more: { onMore: () => void; loading: boolean } | undefined
  filtered: boolean
}

function CustomerTable({ customers, more, filtered }: TableProps) {
  const { t } = useTranslation()
  const columns: Column<Customer>[] = [
    {
      key: 'name',
      title: t('branch.customer.name'),
      cell: (one) => <Personal value={one.name} of={one} />,
    },
    {
      key: 'number',
      title: t('branch.customer.number'),
      width: 160,
      cell: (one) => <Personal value={one.number} of={one} />,
    },
    { key: 'box', title: t('hq.branch.name'), width: 160, cell: (one) => one.box_id },
    {
      key: 'stage',
      title: t('branch.customer.stage'),
      width: 130,
      cell: (one) => (
        <StatusTag tone={toneOfStage[one.stage] ?? 'idle'}>{label('stage', one.stage)}</StatusTag>
      ),
    },
    {
      key: 'attempts',
      title: t('branch.customer.attempts'),
      width: 100,
      numeric: true,
      cell: (one) => <span className="zk-num">{format.count(one.attempts)}</span>,
    },
    {
      key: 'last_contact',
      title: t('branch.customer.last_contact'),
      width: 140,
      cell: (one) => <AgeCell at={one.last_contact} />,
    },
    {
      key: 'imported',
      title: t('hq.customer.imported'),
      width: 140,
      cell: (one) => <AgeCell at={one.imported} />,
    },
  ]
  return (
    <>
      <p className="zk-quiet" style={{ padding: '8px 16px' }}>
        {t('hq.customer.sealed_note')}
      </p>
      <DataTable
        name={t('hq.nav.customers')}
        rows={customers}
        rowKey={(one) => `${one.box_id} ${one.customer}`}
        columns={columns}
        more={more}
        empty={
          filtered ? (
            <EmptyState title={t('hq.customer.none_found')} hint={t('branch.audit.none_hint')} />
          ) : (
            <EmptyState title={t('hq.customer.none')} hint={t('hq.customer.none_hint')} />
          )
        }
      />
    </>
  )
}

function Personal({ value, of }: { value: PersonalText; of: Customer }) {
  switch (value.state) {
    case 'clear':
    case 'masked':
      return <span className="zk-num">{value.text}</span>
    case 'erased':
      return <SealedValue why={of.erased === 'pending' ? 'erasing' : 'erased'} />
    case 'hidden':
    case 'sealed':
      return <SealedValue why={value.state} />
  }
}
