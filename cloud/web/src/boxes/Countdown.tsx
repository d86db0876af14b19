// How long a code is still good, second by second.
import { format, useSecond } from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'

export function Countdown({ until }: { until: number }) {
  const { t } = useTranslation()
  const left = until - useSecond()
  if (left <= 0) return <span>{t('enrol_state.expired')}</span>
  return <span className="zk-num">{t('hq.box.left', { time: format.duration(left) })}</span>
}
