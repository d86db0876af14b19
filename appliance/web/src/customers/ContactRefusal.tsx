// A customer who does not want to be called: recorded with the reason, and lifted by an administrator only.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { asProblem } from '@zhunkehu/api'
import { branchApi, type Customer } from '@zhunkehu/api/branch'
import { textOfProblem, useMay } from '@zhunkehu/kit'
import { Alert, Button, Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'

export function ContactRefusal({ customer }: { customer: Customer }) {
  const { t } = useTranslation()
  const act = customer.do_not_call ? 'allow' : 'refuse'
  const may = useMay(customer.do_not_call ? 'lift_refusal' : 'refuse_contact')
  const [open, setOpen] = useState(false)
  if (!may) return null
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {t(`branch.contact_refusal.open_${act}`)}
      </Button>
      {open ? <Dialog customer={customer.id} act={act} onClose={() => setOpen(false)} /> : null}
    </>
  )
}

type Asked = { customer: string; act: 'allow' | 'refuse'; onClose: () => void }

function Dialog({ customer, act, onClose }: Asked) {
  const { t } = useTranslation()
  const id = useId()
  const cache = useQueryClient()
  const [reason, setReason] = useState('')
  const change = useMutation({
    mutationFn: () =>
      act === 'refuse'
        ? branchApi.refuseContact(customer, reason.trim())
        : branchApi.allowContact(customer, reason.trim()),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: ['customer', customer] })
      onClose()
    },
  })
  return (
    <Modal
      open
      title={t(`branch.contact_refusal.title_${act}`)}
      onCancel={onClose}
      destroyOnHidden
      okText={t(`branch.contact_refusal.go_${act}`)}
      cancelText={t('branch.contact_refusal.cancel')}
      okButtonProps={{ disabled: reason.trim() === '', danger: act === 'refuse' }}
      confirmLoading={change.isPending}
      onOk={() => change.mutate()}
    >
      <div className="zk-stack">
        <span>{t(`branch.contact_refusal.warn_${act}`)}</span>
        <label htmlFor={id}>{t('branch.contact_refusal.reason')}</label>
        <Input.TextArea
          id={id}
          rows={3}
          maxLength={200}
          autoFocus
          value={reason}
          placeholder={t('branch.contact_refusal.reason_hint')}
          onChange={(event) => setReason(event.target.value)}
        />
        {change.isError ? (
          <Alert type="error" showIcon title={textOfProblem(asProblem(change.error))} />
        ) : null}
      </div>
    </Modal>
  )
}
