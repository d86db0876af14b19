// The journal as an audit: who did what, to what, when, from where.
import { type AuditRow, branchApi } from '@zhunkehu/api/branch'
import {
  Card,
  type Column,
  DataTable,
  EmptyState,
  Loaded,
  label,
  TimeCell,
  usePages,
} from '@zhunkehu/kit'
import { Select } from 'antd'
import i18next from 'i18next'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Words } from './words'

function kinds(): { value: string; label: string }[] {
  const all = i18next.getResource('zh-CN', 'translation', 'fact') as Record<string, string>
  return Object.keys(all).map((kind) => ({ value: kind, label: label('fact', kind) }))
}

export function AuditPage() {
  const { t } = useTranslation()
  const [kind, setKind] = useState('')
  const { query, more } = usePages(['audit', kind], (cursor) =>
    branchApi.audit({ kind, ...(cursor ? { cursor } : {}) }),
  )
  const columns: Column<AuditRow>[] = [
    {
      key: 'utc',
      title: t('branch.audit.time'),
      width: 130,
      cell: (row) => <TimeCell at={row.utc} />,
    },
    {
      key: 'actor',
      title: t('branch.audit.actor'),
      width: 150,
      cell: (row) => <Words code={row.actor} />,
    },
    {
      key: 'kind',
      title: t('branch.audit.what'),
      width: 170,
      cell: (row) => label('fact', row.kind),
    },
    {
      key: 'subject',
      title: t('branch.audit.about'),
      cell: (row) => <Words code={row.subject} />,
    },
    { key: 'from', title: t('branch.audit.from'), width: 140, cell: (row) => row.from_ip ?? '—' },
    {
      key: 'seq',
      title: t('branch.audit.seq'),
      width: 90,
      numeric: true,
      cell: (row) => <span className="zk-num">{row.seq}</span>,
    },
  ]
  return (
    <Card
      title={t('branch.nav.audit')}
      extra={
        <Select
          aria-label={t('branch.audit.what')}
          value={kind}
          onChange={setKind}
          style={{ width: 200 }}
          showSearch={{ optionFilterProp: 'label' }}
          options={[{ value: '', label: t('branch.audit.kind') }, ...kinds()]}
        />
      }
    >
      <Loaded query={query} rows={12}>
        {(rows) => (
          <DataTable
            name={t('branch.nav.audit')}
            rows={rows}
            rowKey={(row) => row.seq}
            columns={columns}
            more={more}
            empty={
              kind === '' ? (
                <EmptyState
                  title={t('branch.audit.nothing')}
                  hint={t('branch.audit.nothing_hint')}
                />
              ) : (
                <EmptyState title={t('branch.audit.none')} hint={t('branch.audit.none_hint')} />
              )
            }
          />
        )}
      </Loaded>
    </Card>
  )
}
