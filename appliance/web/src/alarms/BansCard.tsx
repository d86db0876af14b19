// 拦截: addresses that tried doors and are not heard for a while; whoever may lets one in again.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { asProblem } from '@zhunkehu/api'
import { type Ban, branchApi } from '@zhunkehu/api/branch'
import {
  Card,
  type Column,
  DataTable,
  EmptyState,
  Loaded,
  label,
  TimeCell,
  textOfProblem,
} from '@zhunkehu/kit'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

const ASKED_EVERY_MS = 10_000

export function BansCard() {
  const { t } = useTranslation()
  const query = useQuery({
    queryKey: ['bans'],
    queryFn: branchApi.bans,
    refetchInterval: ASKED_EVERY_MS,
  })
  const columns: Column<Ban>[] = [
    {
      key: 'source',
      title: t('branch.ban.source'),
      cell: (ban) => (
        <span className="zk-num">{ban.port ? `${ban.source} : ${ban.port}` : ban.source}</span>
      ),
    },
    { key: 'why', title: t('branch.ban.why'), cell: (ban) => label('ban_reason', ban.why) },
    { key: 'until', title: t('branch.ban.until'), cell: (ban) => <TimeCell at={ban.until} /> },
    {
      key: 'act',
      title: t('branch.call.action'),
      width: 90,
      cell: (ban) => <LetIn source={ban.source} />,
    },
  ]
  return (
    <Card title={t('branch.ban.title')}>
      <Loaded query={query} rows={3}>
        {(bans) => (
          <DataTable
            name={t('branch.ban.title')}
            rows={bans.items}
            rowKey={(ban) => ban.source}
            columns={columns}
            empty={<EmptyState title={t('branch.ban.none')} hint={t('branch.ban.none_hint')} />}
          />
        )}
      </Loaded>
    </Card>
  )
}

function LetIn({ source }: { source: string }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  async function go() {
    setBusy(true)
    try {
      await branchApi.unban(source)
      void message.success(t('branch.ban.let_in_done', { source }))
    } catch (error) {
      void message.error(textOfProblem(asProblem(error)))
    } finally {
      setBusy(false)
      void client.invalidateQueries({ queryKey: ['bans'] })
    }
  }
  return (
    <Button size="small" loading={busy} onClick={() => void go()}>
      {t('branch.ban.let_in')}
    </Button>
  )
}
