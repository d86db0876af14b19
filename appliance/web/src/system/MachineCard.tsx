// Processor, memory, disk, heat: a bar beside each number, and the time of the look.
import type { DiskRoom, Machine } from '@zhunkehu/api/branch'
import { AgeCell, Card, EmptyState, format, label, Meter, StatusTag } from '@zhunkehu/kit'
import { Alert } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

type Props = { machine: Machine | undefined; disk: DiskRoom }

export function MachineCard({ machine, disk }: Props) {
  const { t } = useTranslation()
  if (!machine) {
    return (
      <Card title={t('branch.system.hardware')}>
        <DiskLine disk={disk} />
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
        <DiskLine disk={disk} />
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

/** What the disk's room allows, and what was given up for it. */
function DiskLine({ disk }: { disk: DiskRoom }) {
  const { t } = useTranslation()
  const room = `${format.bytes(disk.free_bytes)} · ${t('branch.system.reserve')} ${format.bytes(disk.ballast_bytes)}`
  return (
    <Bar name={t('branch.system.room')} value={room}>
      <StatusTag tone={tones[disk.stage]}>{label('disk_stage', disk.stage)}</StatusTag>
    </Bar>
  )
}

const tones = {
  ample: 'good',
  ballast_freed: 'warn',
  lean: 'warn',
  no_recordings: 'bad',
  no_calls: 'bad',
} as const

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
