// What phones asked for and what became of it; and the lines for the server that gives out their addresses.
import type { ProvisioningRequest } from '@zhunkehu/api/branch'
import {
  Card,
  type Column,
  DataTable,
  EmptyState,
  label,
  StatusTag,
  TimeCell,
  type Tone,
} from '@zhunkehu/kit'
import { Button, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

const GOOD = ['given', 'given_again', 'common', 'told', 'settled']
const QUIET = ['not_here', 'quarantined']

function tone(verdict: string): Tone {
  if (GOOD.includes(verdict)) return 'good'
  return QUIET.includes(verdict) ? 'idle' : 'bad'
}

type Props = { requests: ProvisioningRequest[]; dnsmasq?: string | undefined }

export function Requests({ requests, dnsmasq }: Props) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const columns: Column<ProvisioningRequest>[] = [
    {
      key: 'at',
      title: t('branch.audit.time'),
      width: 130,
      cell: (one) => <TimeCell at={one.at} />,
    },
    {
      key: 'mac',
      title: t('branch.device.mac'),
      width: 150,
      cell: (one) => <span className="zk-num">{one.mac ?? '—'}</span>,
    },
    {
      key: 'from',
      title: t('branch.device.from'),
      width: 170,
      cell: (one) => <span className="zk-num">{one.from}</span>,
    },
    { key: 'asked', title: t('branch.device.asked'), cell: (one) => one.asked },
    {
      key: 'verdict',
      title: t('branch.device.verdict'),
      cell: (one) => (
        <StatusTag tone={tone(one.verdict)}>{label('provisioning_verdict', one.verdict)}</StatusTag>
      ),
    },
  ]
  return (
    <Card
      title={t('branch.device.requests')}
      extra={
        dnsmasq === undefined ? null : (
          <Button size="small" onClick={() => setOpen(true)}>
            {t('branch.device.dhcp')}
          </Button>
        )
      }
    >
      <DataTable
        name={t('branch.device.requests')}
        rows={requests}
        rowKey={(one) => `${one.at} ${one.mac} ${one.asked} ${one.verdict}`}
        columns={columns}
        empty={
          <EmptyState
            title={t('branch.device.requests_none')}
            hint={t('branch.device.requests_none_hint')}
          />
        }
      />
      <Modal
        open={open}
        title={t('branch.device.dhcp')}
        footer={null}
        onCancel={() => setOpen(false)}
        width={720}
        destroyOnHidden
      >
        <p className="zk-quiet">{t('branch.device.dhcp_hint')}</p>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls is reached by the keyboard */}
        <pre className="zk-num" tabIndex={0} style={{ overflow: 'auto', userSelect: 'all' }}>
          {dnsmasq}
        </pre>
      </Modal>
    </Card>
  )
}
