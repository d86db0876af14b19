// 话机: every phone of the branch, the device on its desk, devices that wait for a number, and what they asked for.
import { useQuery } from '@tanstack/react-query'
import { branchApi, type Device, type Phone } from '@zhunkehu/api/branch'
import { Loaded } from '@zhunkehu/kit'
import { useLive } from '../live'
import { PhoneList } from './PhoneList'
import { Quarantine } from './Quarantine'
import { Requests } from './Requests'

const ASKED_EVERY_MS = 5_000
const NO_PHONES: Phone[] = []

/** A number of the branch and the device that has it. */
export type Place = { extension: string; label: string; phone?: Phone; device?: Device }

/** A number without a device stays one line; one with two has two. */
export function places(phones: Phone[], devices: Device[]): Place[] {
  const of = (extension: string) => devices.filter((device) => device.extension === extension)
  return phones.flatMap((phone): Place[] => {
    const own = of(phone.extension)
    const line = { extension: phone.extension, label: phone.label, phone }
    return own.length === 0 ? [line] : own.map((device) => ({ ...line, device }))
  })
}

export function PhonesPage() {
  const phones = useLive((now) => now.board?.phones ?? NO_PHONES)
  const query = useQuery({
    queryKey: ['devices'],
    queryFn: branchApi.devices,
    refetchInterval: ASKED_EVERY_MS,
  })
  return (
    <Loaded query={query} rows={12}>
      {(all) => {
        const lines = places(phones, all.items)
        const free = lines.filter((line) => line.device === undefined)
        return (
          <div className="zk-stack">
            {all.quarantine.length > 0 ? <Quarantine seen={all.quarantine} free={free} /> : null}
            <PhoneList places={lines} />
            <Requests requests={all.requests} dnsmasq={all.dnsmasq} />
          </div>
        )
      }}
    </Loaded>
  )
}
