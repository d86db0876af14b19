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
            [t('branch.system.phase'), link.phase ? label('link_phase', link.phase) : '—'],
            [t('branch.system.drain'), <Drain key="drain" link={link} />],
            [t('branch.system.clock_offset'), <ClockOffset key="clock" link={link} />],
            [t('branch.system.directives'), format.count(link.directives ?? 0)],
            [t('branch.system.directives_refused'), <Refused key="refused" link={link} />],
            [t('branch.system.link_since'), <TimeCell key="since" at={link.since} />],
          ]}
        />
        <Meter used={applied} total={head} goal />
        <Notices link={link} />
        <LastTrouble link={link} />
      </div>
    </Card>
  )
}

/** Apart by more than this is shown as wrong. */
const CLOCK_OFF_MS = 5 * 60 * 1000

function Drain({ link }: { link: Link }) {
  const { t } = useTranslation()
  if (link.drain_s === undefined) return <>{t('branch.system.drain_unknown')}</>
  return <SpanText ms={link.drain_s * 1000} />
}

function ClockOffset({ link }: { link: Link }) {
  const { t } = useTranslation()
  const ms = link.clock_offset_ms
  if (ms === undefined) return <>—</>
  return (
    <>
      {t(ms < 0 ? 'branch.system.clock_behind' : 'branch.system.clock_ahead')}
      <SpanText ms={Math.abs(ms)} />
    </>
  )
}

function Refused({ link }: { link: Link }) {
  const count = format.count(link.directives_refused ?? 0)
  if (!link.directive_refused_last) return <>{count}</>
  return (
    <>
      {count} · {label('directive', link.directive_refused_last)}
    </>
  )
}

/** What a person should know, although the link goes on. */
function Notices({ link }: { link: Link }) {
  const { t } = useTranslation()
  const clockIsOff = Math.abs(link.clock_offset_ms ?? 0) > CLOCK_OFF_MS
  return (
    <>
      {link.phase === 'cloned' && (
        <Alert type="error" showIcon title={label('link_phase', link.phase)} />
      )}
      {clockIsOff && <Alert type="warning" showIcon title={t('branch.system.clock_wrong')} />}
      {link.upgrade_wanted && <Alert type="warning" showIcon title={t('branch.system.upgrade')} />}
      {link.notice && (
        <Alert
          type="info"
          showIcon
          title={t('branch.system.notice')}
          description={
            <>
              {label('verdict', link.notice)} · <TimeCell at={link.notice_at} />
            </>
          }
        />
      )}
    </>
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
