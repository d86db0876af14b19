// Processor, memory, disk, heat: a bar beside each number, and the time of the look.
import type { Machine } from '@zhunkehu/api/branch'
import { AgeCell, Card, EmptyState, format, Meter } from '@zhunkehu/kit'
import { Alert } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

export function MachineCard({ machine }: { machine: Machine | undefined }) {
  const { t } = useTranslation()
  if (!machine) {
    return (
      <Card title={t('branch.system.hardware')}>
        <EmptyState title={t('hq.branch.metrics_none')} hint={t('hq.branch.metrics_none_hint')} />
      </Card>
    )
  }
  const heat = machine.temperature_celsius
  return (
    <Card title={t('branch.system.hardware')} padded extra={<AgeCell at={machine.at} />}>
      <div className="zk-stack">
        <Bar name={t('branch.system.cpu')} value={format.percent(machine.cpu_percent)}>
          <Meter used={machine.cpu_percent} total={100} />
        </Bar>
        <Bar
          name={t('branch.system.memory')}
          value={share(machine.memory_used_bytes, machine.memory_total_bytes)}
        >
          <Meter used={machine.memory_used_bytes} total={machine.memory_total_bytes} />
        </Bar>
        <Bar
          name={t('branch.system.disk')}
          value={share(machine.disk_used_bytes, machine.disk_total_bytes)}
        >
          <Meter used={machine.disk_used_bytes} total={machine.disk_total_bytes} />
        </Bar>
        <Bar
          name={t('branch.system.heat')}
          value={heat === undefined ? t('branch.system.no_sensor') : `${heat.toFixed(1)} °C`}
        >
          {heat === undefined ? null : <Meter used={heat} total={100} warnAt={0.75} />}
        </Bar>
        {machine.throttled ? (
          <Alert type="warning" showIcon title={t('branch.system.throttled')} />
        ) : null}
        <Bar
          name={t('branch.system.network')}
          value={`${format.bytes(machine.network_received_bytes)} / ${format.bytes(machine.network_sent_bytes)}`}
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
