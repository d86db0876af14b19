// 三方通话: where the phone has a second call, whoever is in it can be brought into this one.
import { asProblem } from '@zhunkehu/api'
import { branchApi, type LiveCall } from '@zhunkehu/api/branch'
import { textOfProblem } from '@zhunkehu/kit'
import { App, Button, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLive } from '../live'
import { extensions, OtherParty } from './OtherParty'

const NO_CALLS: LiveCall[] = []

type Props = {
  call: { id: string }
  /** Whose calls they are. */
  extension?: string | undefined
  size?: 'small' | 'large'
}

/** The other calls of the phone that can come in. */
export function others(calls: LiveCall[], call: string, extension?: string): LiveCall[] {
  const of = (one: LiveCall) => [one.extension, one.other_extension].includes(extension)
  const up = (one: LiveCall) => one.phase === 'talking' || one.phase === 'held'
  const own = calls.find((one) => one.id === call)
  if (extension === undefined || !own || !up(own) || own.three) return []
  return calls.filter((one) => one.id !== call && of(one) && up(one) && !one.three)
}

export function Confer({ call, extension, size = 'small' }: Props) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const calls = useLive((now) => now.board?.calls ?? NO_CALLS)
  const [open, setOpen] = useState(false)
  const [busy, setBusy] = useState(false)
  const waiting = others(calls, call.id, extension)
  if (waiting.length === 0) return null

  async function go(other: string) {
    setBusy(true)
    try {
      await branchApi.confer(call.id, other, extension)
      setOpen(false)
      void message.success(t('branch.call.confer_begun'))
    } catch (error) {
      void message.error(textOfProblem(asProblem(error)))
    } finally {
      setBusy(false)
    }
  }

  return (
    <>
      <Button size={size} onClick={() => setOpen(true)}>
        {t('branch.call.confer')}
      </Button>
      <Modal
        title={t('branch.call.confer_ask', { extension })}
        open={open}
        onCancel={() => setOpen(false)}
        footer={null}
        width={400}
        destroyOnHidden
      >
        <p className="zk-quiet">{t('branch.call.confer_hint')}</p>
        {waiting.map((other) => (
          <div key={other.id} className="zk-row zk-nowrap">
            {other.number === undefined && !other.customer ? (
              <span className="zk-num">{extensions(other)}</span>
            ) : (
              <OtherParty call={other} />
            )}
            <Button type="primary" loading={busy} onClick={() => void go(other.id)}>
              {t('branch.call.confer_with')}
            </Button>
          </div>
        ))}
      </Modal>
    </>
  )
}
