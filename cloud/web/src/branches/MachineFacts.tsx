// The machine of a branch as it last reported itself.
import type { Branch } from '@zhunkehu/api/hq'
import { AgeCell, Card, EmptyState, Facts, format, SpanText } from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'

export function MachineFacts({ branch }: { branch: Branch }) {
  const { t } = useTranslation()
  const { metrics } = branch
  if (!metrics) {
    return (
      <Card title={t('hq.branch.machine')}>
        <EmptyState title={t('hq.branch.metrics_none')} hint={t('hq.branch.metrics_none_hint')} />
      </Card>
    )
  }
  const { sample } = metrics
  const heat = sample.temperature_celsius
  const share = (used: number, total: number) =>
    `${format.bytes(used)} / ${format.bytes(total)} · ${format.percentOf(used, total)}`
  return (
    <Card title={t('hq.branch.machine')} padded extra={<AgeCell at={metrics.received} />}>
      <Facts
        rows={[
          [t('hq.branch.version'), branch.version || format.NOTHING],
          [t('hq.branch.uptime'), <SpanText key="up" ms={metrics.uptime_s * 1000} />],
          [t('hq.branch.phones'), format.count(metrics.phones_registered)],
          [t('hq.branch.calls_now'), format.count(metrics.calls_live)],
          [t('hq.branch.cpu'), format.percent(sample.cpu_percent)],
          [t('hq.branch.memory'), share(sample.memory_used_bytes, sample.memory_total_bytes)],
          [t('hq.branch.disk'), share(sample.disk_used_bytes, sample.disk_total_bytes)],
          [
            t('hq.branch.heat'),
            format.finite(heat) ? format.degrees(heat) : t('branch.system.no_sensor'),
          ],
          ...(sample.throttled
            ? ([[t('branch.system.heat'), t('branch.system.throttled')]] as const)
            : []),
        ]}
      />
    </Card>
  )
}
