// The facts of an old tail: which, never what they say.
import { useQuery } from '@tanstack/react-query'
import { hqApi, type LineBreak, type OldFact } from '@zhunkehu/api/hq'
import { type Column, DataTable, EmptyState, format, Loaded, TimeCell } from '@zhunkehu/kit'
import { Button, Drawer } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { KindText } from './DeadLetterTable'

export function OldFactsDrawer({ one, onClose }: { one: LineBreak; onClose: () => void }) {
  const { t } = useTranslation()
  const [after, setAfter] = useState(0)
  const query = useQuery({
    queryKey: ['old_facts', one.box_id, one.id, after],
    queryFn: () => hqApi.oldFacts(one.box_id, one.id, after),
  })
  const columns: Column<OldFact>[] = [
    {
      key: 'seq',
      title: t('hq.dead_letter.seq'),
      width: 90,
      numeric: true,
      cell: (fact) => <span className="zk-num">{format.count(fact.seq)}</span>,
    },
    {
      key: 'kind',
      title: t('hq.dead_letter.kind'),
      cell: (fact) => <KindText kind={fact.kind} />,
    },
    {
      key: 'utc',
      title: t('hq.dead_letter.happened'),
      width: 130,
      cell: (fact) => <TimeCell at={fact.utc} />,
    },
    {
      key: 'size',
      title: t('hq.dead_letter.size'),
      width: 80,
      numeric: true,
      cell: (fact) => <span className="zk-num">{format.bytes(fact.size_bytes)}</span>,
    },
  ]
  return (
    <Drawer open size={560} title={t('hq.break.old', { branch: one.box_id })} onClose={onClose}>
      <p className="zk-quiet">{t('hq.break.old_note')}</p>
      <Loaded query={query} rows={6}>
        {({ items, more }) => (
          <>
            <DataTable
              name={t('hq.break.look')}
              rows={items}
              rowKey={(fact) => String(fact.seq)}
              columns={columns}
              empty={<EmptyState title={t('hq.break.none')} hint={t('hq.break.old_note')} />}
            />
            {more ? (
              <Button onClick={() => setAfter(items[items.length - 1]?.seq ?? 0)}>
                {t('hq.break.next')}
              </Button>
            ) : null}
          </>
        )}
      </Loaded>
    </Drawer>
  )
}
