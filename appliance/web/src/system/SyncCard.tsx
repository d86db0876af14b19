// 同步健康: nothing stalls silently.
import type { Journal, Link } from '@zhunkehu/api/branch'
import { Card, Facts, format, label, Meter, SpanText, StatusTag, TimeCell } from '@zhunkehu/kit'
import { Alert } from 'antd'
import { useTranslation } from 'react-i18next'

type Props = { link: Link; journal: Journal }

export function SyncCard({ link, journal }: Props) {
  const { t } = useTranslation()
  const head = Math.max(link.head, journal.head)
  const applied = Math.max(link.applied, journal.applied)
  const waiting = Math.max(0, head - applied)
  const unsent = waiting === 0 ? undefined : journal.oldest_unsent_ms
  return (
    <Card title={t('branch.system.sync')} padded extra={<LinkState link={link} />}>
      <div className="zk-stack">
        <Facts
          rows={[
            [t('branch.system.waiting'), `${format.count(waiting)} ${t('branch.system.items')}`],
            [
              t('branch.system.oldest'),
              unsent === undefined ? (
                t('branch.system.oldest_none')
              ) : (
                <SpanText key="oldest" ms={unsent} />
              ),
            ],
            [t('branch.system.head'), format.count(head)],
            [t('branch.system.applied'), format.count(applied)],
            [t('branch.system.safe'), format.count(Math.max(link.safe, journal.safe))],
            [t('branch.system.epoch'), format.count(journal.epoch)],
            [t('branch.system.link_since'), <TimeCell key="since" at={link.since} />],
          ]}
        />
        <Meter used={applied} total={head} goal />
        <LastTrouble link={link} />
      </div>
    </Card>
  )
}

function LastTrouble({ link }: { link: Link }) {
  const { t } = useTranslation()
  if (!link.last_error) {
    return (
      <span className="zk-quiet">
        {t('branch.system.last_error')}: {t('branch.system.no_error')}
      </span>
    )
  }
  return (
    <Alert
      type={link.connected ? 'info' : 'warning'}
      showIcon
      title={t('branch.system.last_error')}
      description={
        <>
          {label('link_error', link.last_error)} · <TimeCell at={link.last_error_at} />
        </>
      }
    />
  )
}

function LinkState({ link }: { link: Link }) {
  const { t } = useTranslation()
  if (link.connected) return <StatusTag tone="good">{t('branch.system.connected')}</StatusTag>
  return <StatusTag tone="warn">{t('branch.system.disconnected')}</StatusTag>
}
