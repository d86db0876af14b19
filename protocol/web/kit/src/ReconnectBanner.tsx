// Says that what is shown is old, how old, and when the line is tried again.
import { useLine } from '@zhunkehu/live'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { useBrokenLine } from './brokenLine'
import { AgeCell, useSecond } from './time'

export function ReconnectBanner({ onRetry }: { onRetry: () => void }) {
  return useBrokenLine() ? <Broken onRetry={onRetry} /> : null
}

function Broken({ onRetry }: { onRetry: () => void }) {
  const { t } = useTranslation()
  const state = useLine((line) => line.state)
  const last = useLine((line) => line.lastLiveMs)
  const now = useSecond()
  const wait = state.at === 'waiting' ? Math.max(0, Math.ceil((state.retryAtMs - now) / 1000)) : 0
  return (
    <div className="zk-banner zk-banner-warn" role="status">
      <strong>{t('line.broken')}</strong>
      <span>
        {last ? (
          <>
            {t('line.shown_from')} <AgeCell at={last} />
          </>
        ) : (
          t('line.nothing_yet')
        )}
        {wait > 0 ? ` · ${t('line.retry_in', { n: wait })}` : ` · ${t('line.retrying')}`}
      </span>
      <Button size="small" onClick={onRetry}>
        {t('line.retry_now')}
      </Button>
    </div>
  )
}
