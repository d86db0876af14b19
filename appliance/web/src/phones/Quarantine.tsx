// Devices that showed themselves and have no number: one click gives them one.
import type { SeenDevice } from '@zhunkehu/api/branch'
import { AgeCell, Card, type Column, DataTable, useMay } from '@zhunkehu/kit'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Assign } from './Assign'
import { Named } from './PhoneList'
import type { Place } from './PhonesPage'

export function Quarantine({ seen, free }: { seen: SeenDevice[]; free: Place[] }) {
  const { t } = useTranslation()
  const may = useMay('configure')
  const [chosen, setChosen] = useState<SeenDevice>()
  const columns: Column<SeenDevice>[] = [
    { key: 'device', title: t('branch.device.device'), cell: (one) => <Named device={one} /> },
    {
      key: 'from',
      title: t('branch.device.from'),
      width: 170,
      cell: (one) => <span className="zk-num">{one.from}</span>,
    },
    {
      key: 'last',
      title: t('branch.device.last'),
      width: 120,
      cell: (one) => <AgeCell at={one.last} />,
    },
    {
      key: 'act',
      title: t('branch.call.action'),
      width: 100,
      cell: (one) =>
        may ? (
          <Button size="small" type="primary" onClick={() => setChosen(one)}>
            {t('branch.device.assign')}
          </Button>
        ) : (
          '—'
        ),
    },
  ]
  return (
    <Card title={t('branch.device.quarantine', { n: seen.length })}>
      <DataTable
        name={t('branch.device.quarantine', { n: seen.length })}
        rows={seen}
        rowKey={(one) => one.mac}
        columns={columns}
        empty={null}
      />
      {chosen === undefined ? null : (
        <Assign device={chosen} free={free} onClose={() => setChosen(undefined)} />
      )}
    </Card>
  )
}
