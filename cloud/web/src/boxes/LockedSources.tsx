// Addresses from which too many wrong codes came: they wait.
import type { LockedSource } from '@zhunkehu/api/hq'
import { format } from '@zhunkehu/kit'
import { Alert } from 'antd'
import { useTranslation } from 'react-i18next'

export function LockedSources({ sources }: { sources: readonly LockedSource[] }) {
  const { t } = useTranslation()
  if (sources.length === 0) return null
  const words = sources.map((one) =>
    t('hq.box.locked_source', {
      address: one.address,
      time: format.duration(one.retry_after_s * 1000),
    }),
  )
  return (
    <Alert
      type="warning"
      showIcon
      banner
      title={t('hq.box.locked_sources')}
      description={words.join('；')}
    />
  )
}
