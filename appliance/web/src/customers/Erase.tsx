// Forgets a person for good: the box names whom, says what goes, and asks why.
import { DeleteOutlined } from '@ant-design/icons'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { asProblem } from '@zhunkehu/api'
import { branchApi, type Customer } from '@zhunkehu/api/branch'
import { textOfProblem, useMay } from '@zhunkehu/kit'
import { Alert, Button, Checkbox, Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'

export function Erase({ customer }: { customer: Customer }) {
  const { t } = useTranslation()
  const mayErase = useMay('erase_customer')
  const [open, setOpen] = useState(false)
  if (!mayErase || customer.erased) return null
  return (
    <>
      <Button
        size="small"
        danger
        icon={<DeleteOutlined aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {t('branch.erasure.open')}
      </Button>
      {open ? <Dialog customer={customer} onClose={() => setOpen(false)} /> : null}
    </>
  )
}

function Dialog({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const { t } = useTranslation()
  const id = useId()
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const [neverCall, setNeverCall] = useState(false)
  const [sure, setSure] = useState(false)
  const erase = useMutation({
    mutationFn: () => branchApi.erase(customer.id, reason.trim(), neverCall),
    onSuccess: async () => {
      // nothing that was shown before stays in this browser's memory
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== 'customer' })
      await client.resetQueries({ queryKey: ['customer', customer.id] })
      onClose()
    },
  })
  const ready = sure && reason.trim() !== '' && !erase.isPending
  return (
    <Modal
      open
      title={t('branch.erasure.title', { name: customer.name })}
      onCancel={onClose}
      destroyOnHidden
      footer={
        <>
          <Button onClick={onClose}>{t('branch.erasure.cancel')}</Button>
          <Button
            danger
            type="primary"
            disabled={!ready}
            loading={erase.isPending}
            onClick={() => erase.mutate()}
          >
            {t('branch.erasure.go')}
          </Button>
        </>
      }
    >
      <div className="zk-stack">
        <Alert type="warning" showIcon title={t('branch.erasure.what')} />
        <label htmlFor={id}>{t('branch.erasure.reason')}</label>
        <Input.TextArea
          id={id}
          rows={3}
          maxLength={200}
          autoFocus
          value={reason}
          placeholder={t('branch.erasure.reason_hint')}
          onChange={(event) => setReason(event.target.value)}
        />
        <Checkbox checked={neverCall} onChange={(event) => setNeverCall(event.target.checked)}>
          {t('branch.erasure.never_call')}
        </Checkbox>
        <Checkbox checked={sure} onChange={(event) => setSure(event.target.checked)}>
          {t('branch.erasure.confirm')}
        </Checkbox>
        {erase.isError ? (
          <Alert type="error" showIcon title={textOfProblem(asProblem(erase.error))} />
        ) : null}
      </div>
    </Modal>
  )
}
