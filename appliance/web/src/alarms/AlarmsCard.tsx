// 告警: what somebody has to look at, the newest first.
import { useQuery } from '@tanstack/react-query'
import { type Alarm, branchApi } from '@zhunkehu/api/branch'
import {
  AgeCell,
  Card,
  type Column,
  DataTable,
  EmptyState,
  Loaded,
  label,
  StatusTag,
} from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'
import { Words } from '../audit/words'

const ASKED_EVERY_MS = 10_000

export function AlarmsCard() {
  const { t } = useTranslation()
  const query = useQuery({
    queryKey: ['alarms'],
    queryFn: branchApi.alarms,
    refetchInterval: ASKED_EVERY_MS,
  })
  const columns: Column<Alarm>[] = [
    {
      key: 'kind',
      title: t('branch.alarm.what'),
      cell: (alarm) => <StatusTag tone="bad">{label('alarm', alarm.kind)}</StatusTag>,
    },
    {
      key: 'subject',
      title: t('branch.alarm.about'),
      width: 200,
      cell: (alarm) =>
        alarm.subject === '' ? t('branch.alarm.branch') : <Words code={alarm.subject} />,
    },
    {
      key: 'count',
      title: t('branch.alarm.count'),
      width: 90,
      numeric: true,
      cell: (alarm) => <span className="zk-num">{alarm.count}</span>,
    },
    {
      key: 'last',
      title: t('branch.alarm.last'),
      width: 140,
      cell: (alarm) => <AgeCell at={alarm.last} />,
    },
  ]
  return (
    <Card title={t('branch.alarm.title')}>
      <Loaded query={query} rows={3}>
        {(alarms) => (
          <DataTable
            name={t('branch.alarm.title')}
            rows={alarms.items}
            rowKey={(alarm) => `${alarm.kind} ${alarm.subject}`}
            columns={columns}
            empty={<EmptyState title={t('branch.alarm.none')} hint={t('branch.alarm.none_hint')} />}
          />
        )}
      </Loaded>
    </Card>
  )
}
