// Up to when what is shown is complete. A figure of headquarters never stands without it.
import { format, TimeCell } from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'

export function AsOf({ at }: { at: number | null | undefined }) {
  const { t } = useTranslation()
  return (
    <span className="zk-quiet">
      {t('hq.as_of')} {at ? <TimeCell at={at} /> : format.NOTHING}
    </span>
  )
}
