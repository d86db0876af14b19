// Refusals of contact that count for all branches. Numbers are sent, turned into a blind index, and kept nowhere.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { asProblem } from '@zhunkehu/api'
import { hqApi, type Refusal } from '@zhunkehu/api/hq'
import {
  Card,
  type Column,
  DataTable,
  EmptyState,
  Loaded,
  StatusTag,
  TimeCell,
  textOfProblem,
} from '@zhunkehu/kit'
import { Alert, Button, Input } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useIsAdmin } from '../role'

export function RefusalsCard() {
  const { t } = useTranslation()
  const admin = useIsAdmin()
  const query = useQuery({ queryKey: ['refusals'], queryFn: () => hqApi.refusals() })
  return (
    <Card title={t('hq.refusal.title')}>
      <div className="zk-card-body zk-stack">
        <p className="zk-quiet">{t('hq.refusal.note')}</p>
        {admin ? <Form /> : null}
      </div>
      <Loaded query={query}>{(page) => <Table rows={page.items} />}</Loaded>
    </Card>
  )
}

function Form() {
  const { t } = useTranslation()
  const id = useId()
  const cache = useQueryClient()
  const [number, setNumber] = useState('')
  const [reason, setReason] = useState('')
  const say = useMutation({
    mutationFn: (refused: boolean) => hqApi.refuseContact({ number, refused, reason }),
    onSuccess: () => {
      setNumber('')
      return cache.invalidateQueries({ queryKey: ['refusals'] })
    },
  })
  const ready = number.trim() !== '' && reason.trim() !== '' && !say.isPending
  return (
    <div className="zk-stack">
      <div className="zk-row">
        <label htmlFor={`${id}n`}>{t('branch.customer.number')}</label>
        <Input
          id={`${id}n`}
          style={{ width: 180 }}
          maxLength={32}
          autoComplete="off"
          value={number}
          onChange={(event) => setNumber(event.target.value)}
        />
        <label htmlFor={`${id}r`}>{t('hq.refusal.reason')}</label>
        <Input
          id={`${id}r`}
          style={{ width: 180 }}
          maxLength={100}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </div>
      <div className="zk-row">
        <Button type="primary" disabled={!ready} onClick={() => say.mutate(true)}>
          {t('hq.refusal.refuse')}
        </Button>
        <Button disabled={!ready} onClick={() => say.mutate(false)}>
          {t('hq.refusal.lift')}
        </Button>
      </div>
      {say.isError ? (
        <Alert type="error" showIcon title={textOfProblem(asProblem(say.error))} />
      ) : null}
      {say.isSuccess ? <Alert type="success" showIcon title={t('hq.refusal.said')} /> : null}
    </div>
  )
}

function Table({ rows }: { rows: Refusal[] }) {
  const { t } = useTranslation()
  const columns: Column<Refusal>[] = [
    {
      key: 'mark',
      title: t('hq.refusal.mark'),
      width: 100,
      cell: (one) => <code>{one.mark}</code>,
    },
    {
      key: 'state',
      title: t('hq.refusal.state'),
      width: 100,
      cell: (one) => (
        <StatusTag tone={one.refused ? 'bad' : 'idle'}>
          {t(one.refused ? 'hq.refusal.refused' : 'hq.refusal.lifted')}
        </StatusTag>
      ),
    },
    { key: 'reason', title: t('hq.refusal.reason'), cell: (one) => one.reason },
    {
      key: 'by',
      title: t('hq.refusal.by'),
      width: 100,
      cell: (one) => one.box_id ?? t('hq.place'),
    },
    {
      key: 'utc',
      title: t('hq.refusal.utc'),
      width: 108,
      cell: (one) => <TimeCell at={one.utc} />,
    },
  ]
  return (
    <DataTable
      name={t('hq.refusal.title')}
      rows={rows}
      rowKey={(one) => String(one.version)}
      columns={columns}
      empty={<EmptyState title={t('hq.refusal.none')} hint={t('hq.refusal.none_hint')} />}
    />
  )
}
