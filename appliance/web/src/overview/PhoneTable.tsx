// The phones of the branch: free, in a call, or gone.
import type { Phone } from '@zhunkehu/api/branch'
import { AgeCell, type Column, DataTable, EmptyState, StatusTag } from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'

export function PhoneTable({ phones }: { phones: Phone[] }) {
  const { t } = useTranslation()
  const columns: Column<Phone>[] = [
    {
      key: 'extension',
      title: t('branch.phone.extension'),
      width: 80,
      cell: (phone) => <span className="zk-num">{phone.extension}</span>,
    },
    { key: 'label', title: t('branch.phone.label'), cell: (phone) => phone.label || '—' },
    {
      key: 'state',
      title: t('branch.phone.state'),
      width: 110,
      cell: (phone) => <PhoneState phone={phone} />,
    },
    {
      key: 'since',
      title: t('branch.phone.since'),
      width: 120,
      cell: (phone) => (phone.since ? <AgeCell at={phone.since} /> : '—'),
    },
  ]
  return (
    <DataTable
      name={t('branch.overview.phone_list')}
      rows={phones}
      rowKey={(phone) => phone.extension}
      columns={columns}
      empty={
        <EmptyState
          title={t('branch.overview.phones_none')}
          hint={t('branch.overview.phones_none_hint')}
        />
      }
    />
  )
}

function PhoneState({ phone }: { phone: Phone }) {
  const { t } = useTranslation()
  if (phone.in_call) return <StatusTag tone="busy">{t('branch.phone.in_call')}</StatusTag>
  if (phone.registered) return <StatusTag tone="good">{t('branch.phone.free')}</StatusTag>
  return <StatusTag tone="idle">{t('branch.phone.offline')}</StatusTag>
}
