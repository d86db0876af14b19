// One row for each fact that could not be applied.
import type { DeadLetter } from '@zhunkehu/api/hq'
import {
  AgeCell,
  type Column,
  DataTable,
  EmptyState,
  format,
  label,
  StatusTag,
  TimeCell,
} from '@zhunkehu/kit'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'

type Props = {
  letters: DeadLetter[]
  more: { onMore: () => void; loading: boolean } | undefined
  filtered: boolean
  onLook: (letter: DeadLetter) => void
}

export function DeadLetterTable({ letters, more, filtered, onLook }: Props) {
  const { t } = useTranslation()
  const columns: Column<DeadLetter>[] = [
    { key: 'box', title: t('hq.branch.name'), width: 130, cell: (one) => one.box_id },
    {
      key: 'seq',
      title: t('hq.dead_letter.seq'),
      width: 110,
      numeric: true,
      cell: (one) => <span className="zk-num">{format.count(one.seq)}</span>,
    },
    {
      key: 'kind',
      title: t('hq.dead_letter.kind'),
      width: 170,
      cell: (one) => <KindText kind={one.kind} />,
    },
    {
      key: 'why',
      title: t('hq.dead_letter.why'),
      cell: (one) => <StatusTag tone="bad">{label('dead_letter', one.why)}</StatusTag>,
    },
    {
      key: 'received',
      title: t('hq.dead_letter.received'),
      width: 120,
      cell: (one) => <AgeCell at={one.received} />,
    },
    {
      key: 'tried',
      title: t('hq.dead_letter.tried'),
      width: 130,
      cell: (one) => <TimeCell at={one.tried} />,
    },
    {
      key: 'size',
      title: t('hq.dead_letter.size'),
      width: 90,
      numeric: true,
      cell: (one) => <span className="zk-num">{format.bytes(one.size_bytes)}</span>,
    },
    {
      key: 'look',
      title: t('hq.dead_letter.action'),
      width: 90,
      cell: (one) => (
        <Button size="small" onClick={() => onLook(one)}>
          {t('hq.dead_letter.look')}
        </Button>
      ),
    },
  ]
  return (
    <DataTable
      name={t('hq.nav.dead_letters')}
      rows={letters}
      rowKey={(one) => `${one.box_id} ${one.epoch} ${one.seq}`}
      columns={columns}
      more={more}
      empty={
        <EmptyState
          title={t(filtered ? 'hq.dead_letter.none_here' : 'hq.dead_letter.none')}
          hint={t('hq.dead_letter.none_hint')}
        />
      }
    />
  )
}

/** A kind of a newer version has no word here yet. */
export function KindText({ kind }: { kind: string | null | undefined }) {
  const { t } = useTranslation()
  if (!kind) return <span className="zk-quiet">{t('hq.dead_letter.kind_unreadable')}</span>
  return <>{t(`fact.${kind}`, { defaultValue: kind })}</>
}
