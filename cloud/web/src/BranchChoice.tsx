// Of which branch: all, or one.
import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useLive } from './live'

export function BranchChoice({ box, onChoose }: { box: string; onChoose: (box: string) => void }) {
  const { t } = useTranslation()
  const branches = useLive((now) => now.branches)
  return (
    <Select
      aria-label={t('hq.branch.name')}
      value={box}
      onChange={onChoose}
      style={{ width: 180 }}
      options={[
        { value: '', label: t('hq.call.all_branches') },
        ...branches.map((one) => ({ value: one.box_id, label: one.name })),
      ]}
    />
  )
}

/** The as-of of one branch, or the oldest of all. */
export function useAsOf(box: string): number | null | undefined {
  return useLive((now) =>
    box === '' ? now.overview?.as_of : now.branches.find((one) => one.box_id === box)?.as_of,
  )
}
