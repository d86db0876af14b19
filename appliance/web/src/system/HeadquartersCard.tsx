// 总部连接: is this box enrolled, until when is its certificate good, and how to enrol it.
import { useQuery } from '@tanstack/react-query'
import { branchApi, type Headquarters } from '@zhunkehu/api/branch'
import { Card, Facts, format, Loaded, label, StatusTag, TimeCell, useMay } from '@zhunkehu/kit'
import { Alert, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EnrolForm } from './EnrolForm'

const ASKED_EVERY_MS = 10_000

/** For those who may configure the branch. */
export function HeadquartersCard() {
  const { t } = useTranslation()
  const may = useMay('configure')
  const query = useQuery({
    queryKey: ['headquarters'],
    queryFn: branchApi.headquarters,
    refetchInterval: ASKED_EVERY_MS,
    enabled: may,
  })
  if (!may) return null
  return (
    <Card title={t('branch.hq.title')} padded extra={query.data ? <State hq={query.data} /> : null}>
      <Loaded query={query} rows={5}>
        {(hq) => <Standing hq={hq} />}
      </Loaded>
    </Card>
  )
}

function State({ hq }: { hq: Headquarters }) {
  const { t } = useTranslation()
  if (!hq.enrolled) return <StatusTag tone="idle">{t('branch.hq.not_enrolled')}</StatusTag>
  if (hq.trouble) return <StatusTag tone="warn">{t('branch.hq.trouble')}</StatusTag>
  return <StatusTag tone="good">{t('branch.hq.enrolled')}</StatusTag>
}

function Standing({ hq }: { hq: Headquarters }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <div className="zk-stack">
      {hq.enrolled ? <Identity hq={hq} /> : <p>{t('branch.hq.not_enrolled_hint')}</p>}
      {hq.snapshot_trouble ? (
        <Alert
          type="warning"
          showIcon
          title={t('branch.hq.snapshot_trouble')}
          description={t(`snapshot_error.${hq.snapshot_trouble}`, {
            defaultValue: hq.snapshot_trouble,
          })}
        />
      ) : null}
      {hq.trouble ? (
        <Alert
          type="warning"
          showIcon
          title={t('branch.hq.renewal_trouble')}
          description={
            <>
              {label('link_error', hq.trouble)} · <TimeCell at={hq.trouble_at} />
            </>
          }
        />
      ) : null}
      <div>
        <Button type={hq.enrolled ? 'default' : 'primary'} onClick={() => setOpen(true)}>
          {t(hq.enrolled ? 'branch.hq.again' : 'branch.hq.enrol')}
        </Button>
      </div>
      {open ? <EnrolForm box={hq.box_id} onClose={() => setOpen(false)} /> : null}
    </div>
  )
}

function Identity({ hq }: { hq: Headquarters }) {
  const { t } = useTranslation()
  const certificate = hq.certificate
  return (
    <>
      <Facts
        rows={[
          [t('branch.hq.box'), hq.box_id],
          [t('branch.hq.broker'), hq.broker ?? '—'],
          [t('branch.hq.until'), <TimeCell key="until" at={certificate?.not_after} />],
          [
            t('branch.hq.renew_at'),
            certificate?.next ? (
              t('branch.hq.next_here')
            ) : (
              <TimeCell key="renew" at={certificate?.renew_at} />
            ),
          ],
          [
            t('branch.hq.snapshot'),
            hq.snapshot_made ? (
              <span key="snapshot">
                <TimeCell at={hq.snapshot_made} /> · {format.bytes(hq.snapshot_bytes ?? 0)}
              </span>
            ) : (
              t('branch.hq.snapshot_none')
            ),
          ],
        ]}
      />
      <div>
        <span className="zk-quiet">{t('branch.hq.fingerprint')}</span>
        <div className="zk-num" style={{ overflowWrap: 'anywhere' }}>
          {hq.fingerprint ?? '—'}
        </div>
      </div>
    </>
  )
}
