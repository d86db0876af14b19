// What broke a branch's line: old tails, gaps, copied boxes. They stay until somebody has looked.
import { useQuery } from '@tanstack/react-query'
import { hqApi, type LineBreak } from '@zhunkehu/api/hq'
import {
  AgeCell,
  Card,
  type Column,
  DataTable,
  EmptyState,
  format,
  Loaded,
  label,
  StatusTag,
} from '@zhunkehu/kit'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useIsAdmin } from '../role'
import { BreakDialog } from './BreakDialog'
import { OldFactsDrawer } from './OldFactsDrawer'

export function BreaksCard() {
  const { t } = useTranslation()
  const query = useQuery({ queryKey: ['breaks'], queryFn: () => hqApi.breaks() })
  const [closing, setClosing] = useState<LineBreak>()
  const [seen, setSeen] = useState<LineBreak>()
  return (
    <Card title={t('hq.break.title')}>
      <p className="zk-quiet" style={{ padding: '8px 16px' }}>
        {t('hq.break.note')}
      </p>
      <Loaded query={query} rows={3}>
        {({ items }) => <BreakTable rows={items} onClose={setClosing} onLook={setSeen} />}
      </Loaded>
      {closing ? <BreakDialog one={closing} onClose={() => setClosing(undefined)} /> : null}
      {seen ? <OldFactsDrawer one={seen} onClose={() => setSeen(undefined)} /> : null}
    </Card>
  )
}

type Props = {
  rows: LineBreak[]
  onClose: (one: LineBreak) => void
  onLook: (one: LineBreak) => void
}

function BreakTable({ rows, onClose, onLook }: Props) {
  const { t } = useTranslation()
  const admin = useIsAdmin()
  const columns: Column<LineBreak>[] = [
    { key: 'box', title: t('hq.branch.name'), width: 120, cell: (one) => one.box_id },
    {
      key: 'kind',
      title: t('hq.break.kind'),
      width: 170,
      cell: (one) => (
        <StatusTag tone={one.closed ? 'idle' : 'bad'}>{label('line_break', one.kind)}</StatusTag>
      ),
    },
    {
      key: 'facts',
      title: t('hq.break.facts'),
      width: 170,
      numeric: true,
      cell: (one) => (
        <span className="zk-num">
          {one.last === 0
            ? format.NOTHING
            : `${format.count(one.first)} – ${format.count(one.last)}`}
        </span>
      ),
    },
    {
      key: 'noted',
      title: t('hq.break.noted'),
      width: 120,
      cell: (one) => <AgeCell at={one.noted} />,
    },
    {
      key: 'closed',
      title: t('hq.break.closed'),
      cell: (one) =>
        one.closed ? (
          <>
            <AgeCell at={one.closed} /> · {one.closed_by} · {one.reason}
          </>
        ) : (
          t('hq.break.open')
        ),
    },
    {
      key: 'action',
      title: t('hq.break.action'),
      width: 190,
      cell: (one) => (
        <span className="zk-row">
          {one.kind === 'old_tail' ? (
            <Button size="small" onClick={() => onLook(one)}>
              {t('hq.break.look')}
            </Button>
          ) : null}
          {admin && !one.closed ? (
            <Button size="small" type="primary" onClick={() => onClose(one)}>
              {t(one.kind === 'copied' ? 'hq.break.release' : 'hq.break.close')}
            </Button>
          ) : null}
        </span>
      ),
    },
  ]
  return (
    <DataTable
      name={t('hq.break.title')}
      rows={rows}
      rowKey={(one) => `${one.box_id} ${one.id}`}
      columns={columns}
      empty={<EmptyState title={t('hq.break.none')} hint={t('hq.break.none_hint')} />}
    />
  )
}
