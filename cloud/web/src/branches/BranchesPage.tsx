// All branches at a glance: which are there, how old what is shown of them is, how their machines are.
import { Card, Waiting } from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'
import { useLive } from '../live'
import { BranchTable } from './BranchTable'
import { OverviewFigures } from './OverviewFigures'

export function BranchesPage() {
  const { t } = useTranslation()
  const overview = useLive((now) => now.overview)
  const branches = useLive((now) => now.branches)
  if (!overview) return <Waiting rows={10} />
  return (
    <>
      <OverviewFigures overview={overview} />
      <Card title={t('hq.nav.branches')}>
        <BranchTable branches={branches} />
      </Card>
    </>
  )
}
