// Gives a device its number: one of the branch without a device, or a new one.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { asProblem } from '@zhunkehu/api'
import { branchApi, type DeviceAssignment } from '@zhunkehu/api/branch'
import { label, textOfCode, textOfProblem } from '@zhunkehu/kit'
import { Alert, App, AutoComplete, Input, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Named } from './PhoneList'
import type { Place } from './PhonesPage'

const VENDORS = ['yealink', 'grandstream', 'fanvil', 'snom', 'cisco_spa'] as const
type Vendor = (typeof VENDORS)[number]

type Props = {
  device: { mac: string; vendor?: Vendor; model: string }
  free: Place[]
  /** Its number stays: it only may fetch once more. */
  fixed?: string
  onClose: () => void
}

export function Assign({ device, free, fixed, onClose }: Props) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const client = useQueryClient()
  const ids = [useId(), useId(), useId()] as const
  const [extension, setExtension] = useState(fixed ?? free[0]?.extension ?? '')
  const [name, setName] = useState('')
  const [vendor, setVendor] = useState<Vendor | undefined>(device.vendor)
  const known = fixed !== undefined || free.some((place) => place.extension === extension)
  const assign = useMutation({
    mutationFn: () => {
      const body: DeviceAssignment = { extension, label: known ? '' : name }
      return branchApi.assignDevice(device.mac, vendor ? { ...body, vendor } : body)
    },
    onSuccess: () => {
      void message.success(t('branch.device.assigned', { extension }))
      void client.invalidateQueries({ queryKey: ['devices'] })
      onClose()
    },
  })
  const problem = assign.error ? asProblem(assign.error) : undefined
  const wrong = problem?.errors.find((one) => one.pointer === '/extension')
  return (
    <Modal
      open
      title={t(fixed === undefined ? 'branch.device.assign_title' : 'branch.device.again_title')}
      okText={t(fixed === undefined ? 'branch.device.assign' : 'branch.device.again')}
      okButtonProps={{ disabled: extension.trim() === '' || vendor === undefined }}
      confirmLoading={assign.isPending}
      onOk={() => assign.mutate()}
      onCancel={onClose}
      width={440}
      destroyOnHidden
    >
      <div className="zk-stack">
        <span>
          <Named device={device} />
        </span>
        {device.vendor === undefined ? (
          <div>
            <label htmlFor={ids[0]}>{t('branch.device.vendor')}</label>
            <Select
              id={ids[0]}
              value={vendor}
              onChange={setVendor}
              style={{ width: '100%' }}
              options={VENDORS.map((one) => ({ value: one, label: label('device_vendor', one) }))}
            />
          </div>
        ) : null}
        {fixed === undefined ? (
          <div>
            <label htmlFor={ids[1]}>{t('branch.phone.extension')}</label>
            <AutoComplete
              id={ids[1]}
              value={extension}
              onChange={setExtension}
              style={{ width: '100%' }}
              options={free.map((place) => ({
                value: place.extension,
                label: [place.extension, place.label].filter(Boolean).join(' · '),
              }))}
              {...(wrong
                ? { status: 'error' as const, 'aria-describedby': `${ids[1]}-wrong` }
                : {})}
            />
            {wrong ? (
              <span id={`${ids[1]}-wrong`} role="alert" style={{ color: '#c62a1d' }}>
                {textOfCode(wrong.code)}
              </span>
            ) : null}
          </div>
        ) : null}
        {known ? null : (
          <div>
            <label htmlFor={ids[2]}>{t('branch.device.label')}</label>
            <Input
              id={ids[2]}
              value={name}
              maxLength={64}
              onChange={(event) => setName(event.target.value)}
            />
          </div>
        )}
        <span className="zk-quiet">{t('branch.device.assign_hint')}</span>
        {problem && problem.errors.length === 0 ? (
          <Alert type="error" showIcon title={textOfProblem(problem)} />
        ) : null}
      </div>
    </Modal>
  )
}
