// Every certificate of every box: good until when, renewed when, last used when.
import type { BoxCertificate } from '@zhunkehu/api/hq'
import {
  AgeCell,
  type Column,
  DataTable,
  EmptyState,
  label,
  StatusTag,
  TimeCell,
  type Tone,
} from '@zhunkehu/kit'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { RevokeDialog } from './RevokeDialog'

const TONE: Record<BoxCertificate['state'], Tone> = {
  good: 'good',
  waiting: 'busy',
  expired: 'warn',
  revoked: 'bad',
}

type Props = { certificates: readonly BoxCertificate[]; mayRevoke: boolean }

export function CertificateTable({ certificates, mayRevoke }: Props) {
  const { t } = useTranslation()
  const [revoking, setRevoking] = useState<string>()
  const columns: Column<BoxCertificate>[] = [
    { key: 'box', title: t('hq.box.id'), cell: (one) => one.box_id },
    {
      key: 'state',
      title: t('hq.box.state'),
      width: 110,
      cell: (one) => (
        <StatusTag tone={TONE[one.state]}>{label('hq.box.certificate_state', one.state)}</StatusTag>
      ),
    },
    {
      key: 'until',
      title: t('hq.box.until'),
      width: 130,
      cell: (one) => <TimeCell at={one.not_after} />,
    },
    {
      key: 'renew',
      title: t('hq.box.renew_at'),
      width: 130,
      cell: (one) => (one.state === 'good' ? <TimeCell at={one.renew_at} /> : '—'),
    },
    {
      key: 'connected',
      title: t('hq.box.connected'),
      width: 100,
      cell: (one) => <AgeCell at={one.connected} />,
    },
    {
      key: 'origin',
      title: t('hq.box.origin'),
      width: 90,
      cell: (one) => label('certificate_origin', one.origin),
    },
    {
      key: 'serial',
      title: t('hq.box.serial'),
      width: 110,
      cell: (one) => (
        <span className="zk-num" title={one.serial}>
          {one.serial.slice(0, 10)}…
        </span>
      ),
    },
    { key: 'why', title: t('hq.box.why'), cell: (one) => <Why certificate={one} /> },
    {
      key: 'action',
      title: t('hq.box.action'),
      width: 80,
      cell: (one) =>
        mayRevoke && (one.state === 'good' || one.state === 'waiting') ? (
          <Button size="small" danger onClick={() => setRevoking(one.box_id)}>
            {t('hq.box.revoke')}
          </Button>
        ) : null,
    },
  ]
  return (
    <>
      <DataTable
        name={t('hq.box.certificates')}
        rows={certificates}
        rowKey={(one) => `${one.box_id} ${one.serial}`}
        columns={columns}
        empty={<EmptyState title={t('hq.box.none')} hint={t('hq.box.none_hint')} />}
      />
      {revoking ? <RevokeDialog box={revoking} onClose={() => setRevoking(undefined)} /> : null}
    </>
  )
}

function Why({ certificate }: { certificate: BoxCertificate }) {
  const { t } = useTranslation()
  if (!certificate.why) return <>—</>
  const words = certificate.why === 'superseded' ? t('hq.box.superseded') : certificate.why
  return <>{certificate.revoked_by ? `${words} · ${certificate.revoked_by}` : words}</>
}
