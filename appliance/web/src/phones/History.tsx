// When a phone came and went: one that does so again and again has a bad cable or a bad network.
import { useQuery } from '@tanstack/react-query'
import { branchApi, type PhoneChange } from '@zhunkehu/api/branch'
import { type Column, DataTable, EmptyState, Loaded, StatusTag, TimeCell } from '@zhunkehu/kit'
import { Modal } from 'antd'
import { useTranslation } from 'react-i18next'

export function History({ extension, onClose }: { extension: string; onClose: () => void }) {
  const { t } = useTranslation()
  const query = useQuery({
    queryKey: ['phone history', extension],
    queryFn: () => branchApi.phoneHistory(extension),
  })
  const columns: Column<PhoneChange>[] = [
    { key: 'at', title: t('branch.audit.time'), cell: (one) => <TimeCell at={one.at} /> },
    {
      key: 'came',
      title: t('branch.device.change'),
      cell: (one) => (
        <StatusTag tone={one.came ? 'good' : 'idle'}>
          {t(one.came ? 'branch.device.came' : 'branch.device.went')}
        </StatusTag>
      ),
    },
  ]
  return (
    <Modal
      open
      title={t('branch.device.history_of', { extension })}
      footer={null}
      onCancel={onClose}
      width={460}
      destroyOnHidden
    >
      <Loaded query={query} rows={6}>
        {(all) => (
          <DataTable
            name={t('branch.device.history_of', { extension })}
            rows={all.items}
            rowKey={(one) => `${one.at} ${one.came}`}
            columns={columns}
            empty={
              <EmptyState
                title={t('branch.device.history_none')}
                hint={t('branch.device.history_none_hint')}
              />
            }
          />
        )}
      </Loaded>
    </Modal>
  )
}
