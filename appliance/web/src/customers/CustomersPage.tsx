// The list of customers: masked numbers, a search, a filter by stage.
import { SearchOutlined } from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import { branchApi, type Customer } from '@zhunkehu/api/branch'
import {
  AgeCell,
  Card,
  type Column,
  DataTable,
  EmptyState,
  format,
  Loaded,
  label,
  MaskedNumber,
  STAGES,
  StatusTag,
  toneOfStage,
  usePages,
} from '@zhunkehu/kit'
import { Button, Input, Select } from 'antd'
import { useDeferredValue, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ErasedTag } from './Receipt'

/** What was typed stays off the wire until the typing rests. */
const TYPING_MS = 300

function useRested(text: string): string {
  const [rested, setRested] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setRested(text.trim()), TYPING_MS)
    return () => clearTimeout(timer)
  }, [text])
  return rested
}

export function CustomersPage() {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const [stage, setStage] = useState('')
  const q = useDeferredValue(useRested(typed))
  const { query, more } = usePages(['customers', stage, q], (cursor) =>
    branchApi.customers({ stage, q, ...(cursor ? { cursor } : {}) }),
  )
  const filtered = stage !== '' || q !== ''
  const clear = () => {
    setTyped('')
    setStage('')
  }
  return (
    <Card
      title={t('branch.nav.customers')}
      extra={
        <div className="zk-row">
          <Input
            aria-label={t('branch.customer.search')}
            placeholder={t('branch.customer.search')}
            prefix={<SearchOutlined aria-hidden />}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            allowClear
            autoComplete="off"
            maxLength={64}
            style={{ width: 240 }}
          />
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
        {(customers) => (
          <CustomerTable
            customers={customers}
            more={more}
            empty={filtered ? <NoneFound onClear={clear} /> : <NoneYet />}
          />
        )}
      </Loaded>
    </Card>
  )
}

/** What stands for a name that cannot be shown. */
function wordOfNothing(customer: Customer) {
  if (customer.erased === 'complete') return 'sealed.word.erased'
  return customer.erased ? 'sealed.word.erasing' : 'sealed.word.hidden'
}

type TableProps = {
  customers: Customer[]
  more: { onMore: () => void; loading: boolean } | undefined
  empty: React.ReactNode
}

function CustomerTable({ customers, more, empty }: TableProps) {
  const { t } = useTranslation()
  const columns: Column<Customer>[] = [
    {
      key: 'name',
      title: t('branch.customer.name'),
      width: 220,
      cell: (customer) => (
        <Link
          className="zk-link zk-ellipsis"
          title={customer.name}
          to="/customers/$id"
          params={{ id: customer.id }}
        >
          {customer.name || t(wordOfNothing(customer))}
        </Link>
      ),
    },
    {
      key: 'number',
      title: t('branch.customer.number'),
      width: 160,
      cell: (customer) =>
        customer.erased ? (
          <ErasedTag state={customer.erased} />
        ) : (
          <MaskedNumber value={customer.number} />
        ),
    },
    {
      key: 'stage',
      title: t('branch.customer.stage'),
      width: 130,
      cell: (customer) => (
        <StatusTag tone={toneOfStage[customer.stage] ?? 'idle'}>
          {label('stage', customer.stage)}
        </StatusTag>
      ),
    },
    {
      key: 'attempts',
      title: t('branch.customer.attempts'),
      width: 100,
      numeric: true,
      cell: (customer) => <span className="zk-num">{format.count(customer.attempts)}</span>,
    },
    {
      key: 'last_contact',
      title: t('branch.customer.last_contact'),
      width: 140,
      cell: (customer) => <AgeCell at={customer.last_contact} />,
    },
    {
      key: 'limits',
      title: t('branch.customer.limits'),
      cell: (customer) =>
        customer.do_not_call ? (
          <StatusTag tone="bad">{t('branch.customer.do_not_call')}</StatusTag>
        ) : (
          '—'
        ),
    },
  ]
  return (
    <DataTable
      name={t('branch.nav.customers')}
      rows={customers}
      rowKey={(customer) => customer.id}
      columns={columns}
      more={more}
      empty={empty}
    />
  )
}

function NoneYet() {
  const { t } = useTranslation()
  return <EmptyState title={t('branch.customer.none')} hint={t('branch.customer.none_hint')} />
}

function NoneFound({ onClear }: { onClear: () => void }) {
  const { t } = useTranslation()
  return (
    <EmptyState
      title={t('branch.customer.none_found')}
      hint={t('branch.customer.none_found_hint')}
      action={<Button onClick={onClear}>{t('branch.customer.clear')}</Button>}
    />
  )
}
