// How the appliance is doing: does headquarters have everything, is the machine well, is the clock right.
import { useQuery } from '@tanstack/react-query'
import { branchApi, type System } from '@zhunkehu/api/branch'
import { Card, Facts, Loaded, label, SpanText, StatusTag, TimeCell } from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'
import { useLive } from '../live'
import { HeadquartersCard } from './HeadquartersCard'
import { MachineCard } from './MachineCard'
import { SyncCard } from './SyncCard'

/** The machine is sampled every 30 s; the watermarks move faster. */
const ASKED_EVERY_MS = 5_000

export function SystemPage() {
  const link = useLive((now) => now.board?.link)
  const machine = useLive((now) => now.board?.machine)
  const query = useQuery({
    queryKey: ['system'],
    queryFn: branchApi.system,
    refetchInterval: ASKED_EVERY_MS,
  })
  return (
    <Loaded query={query} rows={10} alone>
      {(system) => (
        <div className="zk-grid zk-thirds">
          <SyncCard link={link ?? system.link} journal={system.journal} />
          <MachineCard machine={machine ?? system.machine} disk={system.disk} />
          <SoftwareCard system={system} />
          <HeadquartersCard />
        </div>
      )}
    </Loaded>
  )
}

function SoftwareCard({ system }: { system: System }) {
  const { t } = useTranslation()
  return (
    <Card title={t('branch.system.software')} padded>
      <Facts
        rows={[
          [t('branch.system.box'), system.box_id],
          [t('branch.system.version'), system.version],
          [t('branch.system.profile'), label('profile', system.profile)],
          [t('branch.system.uptime'), <SpanText key="up" ms={system.uptime_s * 1000} />],
          [
            t('branch.system.clock'),
            <span key="clock" className="zk-row" style={{ justifyContent: 'flex-end' }}>
              <TimeCell at={system.server_time} />
              <StatusTag tone={system.clock_trusted ? 'good' : 'warn'}>
                {t(
                  system.clock_trusted
                    ? 'branch.system.clock_trusted'
                    : 'branch.system.clock_untrusted',
                )}
              </StatusTag>
            </span>,
          ],
        ]}
      />
    </Card>
  )
}
