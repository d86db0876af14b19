// The phones of the branch, each with its device and how far that has come.
import { useQueryClient } from '@tanstack/react-query'
import { asProblem } from '@zhunkehu/api'
import { branchApi, type Device } from '@zhunkehu/api/branch'
import {
  AgeCell,
  Card,
  type Column,
  DataTable,
  EmptyState,
  label,
  StatusTag,
  type Tone,
  textOfProblem,
  useMay,
} from '@zhunkehu/kit'
import { App, Button, Tooltip } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Assign } from './Assign'
import { History } from './History'
import type { Place } from './PhonesPage'

const TONE: Record<Device['phase'], Tone> = {
  waiting: 'busy',
  never_came: 'bad',
  provisioning: 'busy',
  registered: 'good',
  fault: 'bad',
}

export function PhoneList({ places }: { places: Place[] }) {
  const { t } = useTranslation()
  const [history, setHistory] = useState<string>()
  const columns: Column<Place>[] = [
    {
      key: 'extension',
      title: t('branch.phone.extension'),
      width: 80,
      cell: (place) => <span className="zk-num">{place.extension}</span>,
    },
    { key: 'label', title: t('branch.phone.label'), cell: (place) => place.label || '—' },
    {
      key: 'state',
      title: t('branch.phone.state'),
      width: 100,
      cell: (place) => <State place={place} />,
    },
    {
      key: 'device',
      title: t('branch.device.device'),
      cell: (place) => (place.device ? <Named device={place.device} /> : '—'),
    },
    {
      key: 'phase',
      title: t('branch.device.phase'),
      width: 120,
      cell: (place) =>
        place.device ? (
          <StatusTag tone={TONE[place.device.phase]}>
            {label('device_phase', place.device.phase)}
          </StatusTag>
        ) : (
          '—'
        ),
    },
    {
      key: 'given',
      title: t('branch.device.given'),
      width: 120,
      cell: (place) => (place.device?.given ? <AgeCell at={place.device.given} /> : '—'),
    },
    {
      key: 'act',
      title: t('branch.call.action'),
      width: 250,
      cell: (place) => (
        <span className="zk-row zk-nowrap">
          <Button size="small" onClick={() => setHistory(place.extension)}>
            {t('branch.device.history')}
          </Button>
          {place.device ? <Acts device={place.device} /> : null}
        </span>
      ),
    },
  ]
  return (
    <Card title={t('branch.nav.phones')}>
      <DataTable
        name={t('branch.nav.phones')}
        rows={places}
        rowKey={(place) => `${place.extension} ${place.device?.mac ?? ''}`}
        columns={columns}
        empty={
          <EmptyState
            title={t('branch.overview.phones_none')}
            hint={t('branch.device.none_hint')}
          />
        }
      />
      {history === undefined ? null : (
        <History extension={history} onClose={() => setHistory(undefined)} />
      )}
    </Card>
  )
}

function State({ place }: { place: Place }) {
  const { t } = useTranslation()
  if (place.phone?.in_call) return <StatusTag tone="busy">{t('branch.phone.in_call')}</StatusTag>
  if (place.phone?.registered) return <StatusTag tone="good">{t('branch.phone.free')}</StatusTag>
  return <StatusTag tone="idle">{t('branch.phone.offline')}</StatusTag>
}

/** Who made it, which model, and its address on the wire. */
export function Named({ device }: { device: { vendor?: string; model: string; mac: string } }) {
  const vendor = device.vendor ? label('device_vendor', device.vendor) : ''
  const name = [vendor, device.model].filter((word) => word !== '').join(' ')
  return (
    <>
      {name === '' ? null : `${name} `}
      <span className="zk-num zk-quiet">{device.mac}</span>
    </>
  )
}

function Acts({ device }: { device: Device }) {
  const { t } = useTranslation()
  const { message, modal } = App.useApp()
  const client = useQueryClient()
  const may = useMay('configure')
  const [again, setAgain] = useState(false)

  async function go(act: () => Promise<unknown>, done: string) {
    try {
      await act()
      void message.success(done)
    } catch (error) {
      void message.error(textOfProblem(asProblem(error)))
    } finally {
      void client.invalidateQueries({ queryKey: ['devices'] })
    }
  }

  const release = () =>
    modal.confirm({
      title: t('branch.device.release_ask', { extension: device.extension }),
      content: t('branch.device.release_hint'),
      okText: t('branch.device.release'),
      okButtonProps: { danger: true },
      onOk: () => go(() => branchApi.releaseDevice(device.mac), t('branch.device.released')),
    })

  return (
    <>
      {device.phase === 'registered' ? (
        <Tooltip title={t('branch.device.resync_hint')}>
          <Button
            size="small"
            onClick={() => void go(() => branchApi.resync(device.mac), t('branch.device.resynced'))}
          >
            {t('branch.device.resync')}
          </Button>
        </Tooltip>
      ) : null}
      {may && device.phase !== 'registered' ? (
        <Button size="small" onClick={() => setAgain(true)}>
          {t('branch.device.again')}
        </Button>
      ) : null}
      {may ? (
        <Button size="small" danger onClick={release}>
          {t('branch.device.release')}
        </Button>
      ) : null}
      {again ? (
        <Assign
          device={device}
          free={[]}
          fixed={device.extension}
          onClose={() => setAgain(false)}
        />
      ) : null}
    </>
  )
}
