// 班前自检: each phone answers by itself and calls a number of ours over a trunk; what came of it.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { asProblem } from '@zhunkehu/api'
import { branchApi, type SelfTest, type SelfTestItem } from '@zhunkehu/api/branch'
import {
  Card,
  type Column,
  DataTable,
  EmptyState,
  Loaded,
  label,
  StatusTag,
  TimeCell,
  textOfCode,
  textOfProblem,
} from '@zhunkehu/kit'
import { App, Button } from 'antd'
import { useTranslation } from 'react-i18next'

const ASKED_EVERY_MS = 10_000
const ASKED_WHILE_IT_RUNS_MS = 1_000

const runs = (test: SelfTest | undefined) => test?.begun !== undefined && test.ended === undefined

/** What the carrier said, or why we did not let it out; the other results say it all. */
function why({ verdict, code }: SelfTestItem): string {
  if (code === undefined || verdict === 'phone_away' || verdict === 'phone_busy') return '—'
  if (verdict === 'refused') return textOfCode(code)
  return /^\d+$/.test(code) ? `SIP ${code}` : label('system_result', code)
}

/** What somebody has to see to comes first. */
export function worstFirst(items: SelfTestItem[]): SelfTestItem[] {
  return [...items].sort(
    (a, b) => Number(a.well) - Number(b.well) || a.extension.localeCompare(b.extension),
  )
}

export function SelfTestCard() {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const known = useQueryClient()
  const query = useQuery({
    queryKey: ['self-test'],
    queryFn: branchApi.selfTest,
    refetchInterval: (asked) => (runs(asked.state.data) ? ASKED_WHILE_IT_RUNS_MS : ASKED_EVERY_MS),
  })
  const begin = useMutation({
    mutationFn: branchApi.beginSelfTest,
    onSuccess: () => known.invalidateQueries({ queryKey: ['self-test'] }),
    onError: (error) => void message.error(textOfProblem(asProblem(error))),
  })
  const going = runs(query.data)
  return (
    <Card
      title={t('branch.self_test.title')}
      extra={
        <span className="zk-row">
          <When test={query.data} />
          <Button size="small" loading={going || begin.isPending} onClick={() => begin.mutate()}>
            {t(going ? 'branch.self_test.going' : 'branch.self_test.begin')}
          </Button>
        </span>
      }
    >
      <Loaded query={query} rows={4}>
        {(test) => <Tried items={worstFirst(test.items)} />}
      </Loaded>
    </Card>
  )
}

function When({ test }: { test: SelfTest | undefined }) {
  const { t } = useTranslation()
  if (test?.begun === undefined) return null
  const bad = test.items.filter((item) => !item.well).length
  return (
    <>
      <span className="zk-quiet">
        <TimeCell at={test.begun} />
      </span>
      {test.ended === undefined ? null : (
        <StatusTag tone={bad > 0 ? 'bad' : 'good'}>
          {bad > 0 ? t('branch.self_test.bad', { count: bad }) : t('branch.self_test.good')}
        </StatusTag>
      )}
    </>
  )
}

function Tried({ items }: { items: SelfTestItem[] }) {
  const { t } = useTranslation()
  const columns: Column<SelfTestItem>[] = [
    {
      key: 'extension',
      title: t('branch.call.extension'),
      width: 110,
      cell: (item) => <span className="zk-num">{item.extension}</span>,
    },
    {
      key: 'trunk',
      title: t('branch.trunk.name'),
      width: 200,
      cell: (item) => item.trunk ?? '—',
    },
    {
      key: 'verdict',
      title: t('branch.call.result'),
      cell: (item) => (
        <StatusTag tone={item.well ? 'good' : 'bad'}>{label('self_test', item.verdict)}</StatusTag>
      ),
    },
    {
      key: 'code',
      title: t('branch.self_test.code'),
      width: 200,
      cell: (item) => why(item),
    },
  ]
  return (
    <DataTable
      name={t('branch.self_test.title')}
      rows={items}
      rowKey={(item) => `${item.extension} ${item.trunk ?? ''}`}
      columns={columns}
      empty={
        <EmptyState title={t('branch.self_test.none')} hint={t('branch.self_test.none_hint')} />
      }
    />
  )
}
