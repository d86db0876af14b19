// Processor, memory, disk, heat: a bar beside each number, and the time of the look.
import type { HwSample } from '@zhunkehu/api/branch'
import { AgeCell, Card, EmptyState, format, Meter } from '@zhunkehu/kit'
import { Alert } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

export function MachineCard({ sample }: { sample: HwSample | undefined }) {
  const { t } = useTranslation()
  if (!sample) {
    return (
      <Card title={t('branch.system.hardware')}>
        <EmptyState title={t('hq.branch.metrics_none')} hint={t('hq.branch.metrics_none_hint')} />
      </Card>
    )
  }
  const heat = sample.temperature_celsius
  return (
    <Card title={t('branch.system.hardware')} padded extra={<AgeCell at={sample.utc} />}>
      <div className="zk-stack">
        <Bar name={t('branch.system.cpu')} value={format.percent(sample.cpu_percent)}>
          <Meter used={sample.cpu_percent} total={100} />
        </Bar>
        <Bar
          name={t('branch.system.memory')}
          value={share(sample.memory_used_bytes, sample.memory_total_bytes)}
        >
          <Meter used={sample.memory_used_bytes} total={sample.memory_total_bytes} />
        </Bar>
        <Bar
          name={t('branch.system.disk')}
          value={share(sample.disk_used_bytes, sample.disk_total_bytes)}
        >
          <Meter used={sample.disk_used_bytes} total={sample.disk_total_bytes} />
        </Bar>
        <Bar
          name={t('branch.system.heat')}
          value={heat === undefined ? t('branch.system.no_sensor') : `${heat.toFixed(1)} °C`}
        >
          {heat === undefined ? null : <Meter used={heat} total={100} warnAt={0.75} />}
        </Bar>
        {sample.throttled ? (
          <Alert type="warning" showIcon title={t('branch.system.throttled')} />
        ) : null}
        <Bar
          name={t('branch.system.network')}
          value={`${format.bytes(sample.network_received_bytes)} / ${format.bytes(sample.network_sent_bytes)}`}
        />
      </div>
    </Card>
  )
}

function share(used: number, total: number): string {
  return `${format.bytes(used)} / ${format.bytes(total)} · ${format.percentOf(used, total)}`
}

function Bar({ name, value, children }: { name: string; value: string; children?: ReactNode }) {
  return (
    <div>
      <div className="zk-spread">
        <span className="zk-quiet">{name}</span>
        <span className="zk-num">{value}</span>
      </div>
      {children}
    </div>
  )
}
