// 设备开通: which boxes may come here, until when, and how a new one gets in.
import { useQuery } from '@tanstack/react-query'
import { hqApi } from '@zhunkehu/api/hq'
import { Card, Loaded } from '@zhunkehu/kit'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useIsAdmin } from '../role'
import { CertificateTable } from './CertificateTable'
import { EnrolDialog } from './EnrolDialog'
import { EnrolmentTable } from './EnrolmentTable'
import { LockedSources } from './LockedSources'
import { SnapshotTable } from './SnapshotTable'

const ASKED_EVERY_MS = 5_000

export function BoxesPage() {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const isAdmin = useIsAdmin()
  const certificates = useQuery({
    queryKey: ['certificates'],
    queryFn: hqApi.certificates,
    refetchInterval: ASKED_EVERY_MS,
  })
  const enrolments = useQuery({
    queryKey: ['enrolments'],
    queryFn: hqApi.enrolments,
    refetchInterval: ASKED_EVERY_MS,
  })
  const snapshots = useQuery({ queryKey: ['snapshots'], queryFn: hqApi.snapshots })
  return (
    <>
      <Card
        title={t('hq.box.certificates')}
        extra={
          isAdmin ? (
            <Button type="primary" onClick={() => setOpen(true)}>
              {t('hq.box.new')}
            </Button>
          ) : null
        }
      >
        <Loaded query={certificates} rows={6}>
          {(found) => <CertificateTable certificates={found.items} mayRevoke={isAdmin} />}
        </Loaded>
      </Card>
      <Card title={t('hq.box.enrolments')}>
        <Loaded query={enrolments} rows={4}>
          {(found) => (
            <>
              <LockedSources sources={found.locked_sources} />
              <EnrolmentTable enrolments={found.items} mayCancel={isAdmin} />
            </>
          )}
        </Loaded>
      </Card>
      <Card title={t('hq.snapshot.title')}>
        <p className="zk-quiet" style={{ padding: '8px 16px' }}>
          {t('hq.snapshot.note')}
        </p>
        <Loaded query={snapshots} rows={3}>
          {(found) => <SnapshotTable rows={found.items} />}
        </Loaded>
      </Card>
      {open ? <EnrolDialog onClose={() => setOpen(false)} /> : null}
    </>
  )
}
