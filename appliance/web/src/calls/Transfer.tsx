// Gives a running call on to a number: it rings there, and has the call when it answers.
import { asProblem } from '@zhunkehu/api'
import { branchApi } from '@zhunkehu/api/branch'
import { textOfProblem } from '@zhunkehu/kit'
import { App, Button, Input, Modal } from 'antd'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'

const DIGITS_MAX = 32

type Props = {
  call: { id: string }
  /** Whose side of it; the own phone where it is not said. */
  extension?: string | undefined
  size?: 'small' | 'large'
}

export function Transfer({ call, extension, size = 'small' }: Props) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [open, setOpen] = useState(false)
  const [to, setTo] = useState('')
  const [busy, setBusy] = useState(false)

  async function go(event: FormEvent) {
    event.preventDefault()
    setBusy(true)
    try {
      await branchApi.transfer(call.id, to.trim(), extension)
      setOpen(false)
      void message.success(t('branch.call.transfer_begun', { to: to.trim() }))
      setTo('')
    } catch (error) {
      void message.error(textOfProblem(asProblem(error)))
    } finally {
      setBusy(false)
    }
  }

  const title = extension
    ? t('branch.call.transfer_ask', { extension })
    : t('branch.call.transfer_own')
  return (
    <>
      <Button size={size} onClick={() => setOpen(true)}>
        {t('branch.call.transfer')}
      </Button>
      <Modal
        title={title}
        open={open}
        onCancel={() => setOpen(false)}
        footer={null}
        width={400}
        destroyOnHidden
      >
        <form className="zk-row zk-nowrap" onSubmit={(event) => void go(event)}>
          <Input
            aria-label={t('branch.call.transfer_to')}
            placeholder={t('branch.call.transfer_to')}
            inputMode="tel"
            maxLength={DIGITS_MAX}
            value={to}
            autoFocus
            onChange={(event) => setTo(event.target.value)}
          />
          <Button type="primary" htmlType="submit" loading={busy} disabled={to.trim() === ''}>
            {t('branch.call.transfer_go')}
          </Button>
        </form>
      </Modal>
    </>
  )
}
