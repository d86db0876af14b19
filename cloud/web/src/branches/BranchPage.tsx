// One branch: how far it is applied here, how its machine is, what it reported in the last hours.
import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { type Branch, hqApi } from '@zhunkehu/api/hq'
import { Card, EmptyState, Facts, format, LiveLoaded, Loaded, label, TimeCell } from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'
import { line, useLive } from '../live'
import { BranchWishes } from '../wishes/BranchWishes'
import { LagTag, LinkTag } from './BranchTable'
import { MachineFacts } from './MachineFacts'
import { SampleTable } from './SampleTable'

export function BranchPage() {
  const { t } = useTranslation()
  const box = useSearch({ from: '/branch', select: (search) => search.box })
  // Before the first snapshot nothing is known, not even that there is no such branch.
  const branches = useLive((now) => (now.overview ? now.branches : undefined))
  return (
    <>
      <div>
        <Link className="zk-link" to="/">
          ← {t('hq.branch.back')}
        </Link>
      </div>
      <LiveLoaded data={branches} ask={hqApi.overview} onRetry={() => line.retryNow()}>
        {(known) => {
          const branch = known.find((one) => one.box_id === box)
          return branch ? <Whole branch={branch} /> : <Missing />
        }}
      </LiveLoaded>
    </>
  )
}

function Missing() {
  const { t } = useTranslation()
  return (
    <Card title={t('hq.branch.name')}>
      <EmptyState title={t('hq.branch.missing')} />
    </Card>
  )
}

function Whole({ branch }: { branch: Branch }) {
  return (
    <>
      <div className="zk-grid zk-two">
        <SyncCard branch={branch} />
        <MachineFacts branch={branch} />
      </div>
      <BranchWishes box={branch.box_id} />
      <Samples box={branch.box_id} />
    </>
  )
}

function SyncCard({ branch }: { branch: Branch }) {
  const { t } = useTranslation()
  const tags = (
    <span className="zk-row">
      <LinkTag branch={branch} />
      <LagTag branch={branch} />
    </span>
  )
  return (
    <Card title={`${branch.name} · ${t('hq.branch.sync')}`} padded extra={tags}>
      <Facts
        rows={[
          [t('hq.branch.as_of'), <TimeCell key="as_of" at={branch.as_of} />],
          [t('hq.branch.last_seen'), <TimeCell key="seen" at={branch.last_seen} />],
          [t('hq.branch.link_since'), <TimeCell key="link" at={branch.link_changed} />],
          [t('hq.branch.head'), format.count(branch.head)],
          [t('hq.branch.applied'), format.count(branch.applied)],
          [t('hq.branch.safe'), format.count(branch.safe)],
          [t('hq.branch.epoch'), format.count(branch.epoch)],
          [t('hq.branch.dead_letters'), format.count(branch.dead_letters)],
          [t('hq.branch.clock_offset'), `${(branch.clock_offset_ms / 1000).toFixed(1)} s`],
          [
            t('hq.branch.trouble'),
            branch.last_error ? (
              <span key="trouble">
                {label('link_error', branch.last_error)} <TimeCell at={branch.last_error_at} />
              </span>
            ) : (
              t('hq.branch.no_trouble')
            ),
          ],
        ]}
      />
    </Card>
  )
}

/** Samples come every 30 s. */
const ASKED_EVERY_MS = 30_000

function Samples({ box }: { box: string }) {
  const { t } = useTranslation()
  const query = useQuery({
    queryKey: ['metrics', box],
    queryFn: () => hqApi.metrics(box, 24),
    refetchInterval: ASKED_EVERY_MS,
  })
  return (
    <Card
      title={t('hq.branch.metrics')}
      extra={<span className="zk-quiet">{t('hq.branch.period')}</span>}
    >
      <Loaded query={query}>{(page) => <SampleTable samples={page.items} />}</Loaded>
    </Card>
  )
}
