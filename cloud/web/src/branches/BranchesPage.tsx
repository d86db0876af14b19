// All branches at a glance: which are there, how old what is shown of them is, how their machines are.
import { hqApi } from '@zhunkehu/api/hq'
import { Card, LiveLoaded } from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'
import { line, useLive } from '../live'
import { BranchTable } from './BranchTable'
import { OverviewFigures } from './OverviewFigures'

export function BranchesPage() {
  const { t } = useTranslation()
  const overview = useLive((now) => now.overview)
  const branches = useLive((now) => now.branches)
  return (
    <LiveLoaded data={overview} rows={10} ask={hqApi.overview} onRetry={() => line.retryNow()}>
      {(figures) => (
        <>
          <OverviewFigures overview={figures} />
          <Card title={t('hq.nav.branches')}>
            <BranchTable branches={branches} />
          </Card>
        </>
      )}
    </LiveLoaded>
  )
}
