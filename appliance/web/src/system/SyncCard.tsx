// 同步健康: nothing stalls silently.
import type { Sync } from '@zhunkehu/api/branch'
import { Card, Facts, format, Meter, SpanText, StatusTag, TimeCell } from '@zhunkehu/kit'
import { Alert } from 'antd'
import { useTranslation } from 'react-i18next'

export function SyncCard({ sync, now }: { sync: Sync; now: number }) {
  const { t } = useTranslation()
  const waiting = Math.max(0, sync.head - sync.applied)
  const items = t('branch.system.items')
  return (
    <Card title={t('branch.system.sync')} padded extra={<LinkState sync={sync} />}>
      <div className="zk-stack">
        <Facts
          rows={[
            [t('branch.system.waiting'), `${format.count(waiting)} ${items}`],
            [
              t('branch.system.oldest'),
              sync.oldest_unacknowledged === undefined || waiting === 0 ? (
                t('branch.system.oldest_none')
              ) : (
                <SpanText key="oldest" ms={now - sync.oldest_unacknowledged} />
              ),
            ],
            [t('branch.system.head'), format.count(sync.head)],
            [t('branch.system.applied'), format.count(sync.applied)],
            [t('branch.system.safe'), format.count(sync.safe)],
            [t('branch.system.epoch'), format.count(sync.epoch)],
          ]}
        />
        <Meter used={sync.applied} total={sync.head} warnAt={2} />
        {sync.last_error ? (
          <Alert
            type={sync.connected ? 'info' : 'warning'}
            showIcon
            title={t('branch.system.last_error')}
            description={
              <>
                {sync.last_error} <TimeCell at={sync.last_error_at} />
              </>
            }
          />
        ) : (
          <span className="zk-quiet">
            {t('branch.system.last_error')}: {t('branch.system.no_error')}
          </span>
        )}
      </div>
    </Card>
  )
}

function LinkState({ sync }: { sync: Sync }) {
  const { t } = useTranslation()
  if (!sync.enrolled) return <StatusTag tone="idle">{t('branch.system.not_enrolled')}</StatusTag>
  if (sync.connected) return <StatusTag tone="good">{t('branch.system.connected')}</StatusTag>
  return <StatusTag tone="warn">{t('branch.system.disconnected')}</StatusTag>
}
