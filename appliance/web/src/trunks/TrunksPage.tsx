// 线路: every trunk, whether it works, how full it is, what it answered within the last hour.
import { useQuery } from '@tanstack/react-query'
import { branchApi, type Trunk } from '@zhunkehu/api/branch'
import { Card, type Column, DataTable, EmptyState, format, Loaded } from '@zhunkehu/kit'
import { Button, Tag } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useTrunkColumns } from '../overview/TrunkTable'
import { SelfTestCard } from './SelfTestCard'
import { TestCall } from './TestCall'

const ASKED_EVERY_MS = 5_000
const CODES_SHOWN = 6

/** The most frequent first. */
export function answers(codes: Record<string, number>): [string, number][] {
  const all = Object.entries(codes)
  return all.sort(([a, many], [b, more]) => more - many || a.localeCompare(b))
}

export function TrunksPage() {
  const { t } = useTranslation()
  const query = useQuery({
    queryKey: ['trunks'],
    queryFn: branchApi.trunks,
    refetchInterval: ASKED_EVERY_MS,
  })
  const [tested, setTested] = useState<string>()
  const columns: Column<Trunk>[] = [
    ...useTrunkColumns(),
    {
      key: 'cps',
      title: t('branch.trunk.cps'),
      width: 130,
      numeric: true,
      cell: (trunk) => <span className="zk-num">{format.count(trunk.cps_max)}</span>,
    },
    {
      key: 'codes',
      title: t('branch.trunk.codes'),
      cell: (trunk) => <Answers codes={trunk.codes} />,
    },
    {
      key: 'act',
      title: t('branch.call.action'),
      width: 110,
      cell: (trunk) => (
        <Button size="small" onClick={() => setTested(trunk.name)}>
          {t('branch.trunk.test')}
        </Button>
      ),
    },
  ]
  return (
    <div className="zk-stack">
      <Card title={t('branch.nav.trunks')}>
        <Loaded query={query} rows={6}>
          {(trunks) => (
            <DataTable
              name={t('branch.nav.trunks')}
              rows={trunks.items}
              rowKey={(trunk) => trunk.name}
              columns={columns}
              empty={
                <EmptyState
                  title={t('branch.overview.trunks_none')}
                  hint={t('branch.overview.phones_none_hint')}
                />
              }
            />
          )}
        </Loaded>
        {tested === undefined ? null : (
          <TestCall trunk={tested} onClose={() => setTested(undefined)} />
        )}
      </Card>
      <SelfTestCard />
    </div>
  )
}

function Answers({ codes }: { codes: Record<string, number> }) {
  const shown = answers(codes).slice(0, CODES_SHOWN)
  if (shown.length === 0) return <>—</>
  return (
    <span className="zk-row">
      {shown.map(([code, count]) => (
        <Tag key={code} className="zk-num">
          {code} × {format.count(count)}
        </Tag>
      ))}
    </span>
  )
}
