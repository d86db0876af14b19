// The whole number, for a reason that is written into the audit. It is kept nowhere and goes when the box closes.
import { EyeOutlined } from '@ant-design/icons'
import { useMutation } from '@tanstack/react-query'
import { asProblem } from '@zhunkehu/api'
import { branchApi, type Customer } from '@zhunkehu/api/branch'
import { textOfProblem, useMay } from '@zhunkehu/kit'
import { Alert, Button, Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'

export function NumberView({ customer }: { customer: Customer }) {
  const { t } = useTranslation()
  const mayView = useMay('view_number')
  const [open, setOpen] = useState(false)
  if (!mayView || !customer.number.includes('*')) return null
  return (
    <>
      <Button size="small" icon={<EyeOutlined aria-hidden />} onClick={() => setOpen(true)}>
        {t('branch.number_view.open')}
      </Button>
      {open ? <Dialog customer={customer.id} onClose={() => setOpen(false)} /> : null}
    </>
  )
}

function Dialog({ customer, onClose }: { customer: string; onClose: () => void }) {
  const { t } = useTranslation()
  const id = useId()
  const [reason, setReason] = useState('')
  const view = useMutation({
    mutationFn: () => branchApi.viewNumber(customer, reason.trim()),
    gcTime: 0,
  })
  const ready = reason.trim() !== '' && !view.isPending
  return (
    <Modal
      open
      title={t('branch.number_view.title')}
      onCancel={onClose}
      destroyOnHidden
      footer={
        view.data ? (
          <Button type="primary" onClick={onClose}>
            {t('branch.number_view.close')}
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>{t('branch.number_view.cancel')}</Button>
            <Button
              type="primary"
              disabled={!ready}
              loading={view.isPending}
              onClick={() => view.mutate()}
            >
              {t('branch.number_view.go')}
            </Button>
          </>
        )
      }
    >
      {view.data ? (
        <div className="zk-stack">
          <span>{t('branch.number_view.shown')}</span>
          <strong className="zk-num" style={{ fontSize: 26 }}>
            {view.data.number}
          </strong>
          <span className="zk-quiet">{t('branch.number_view.recorded')}</span>
        </div>
      ) : (
        <div className="zk-stack">
          <label htmlFor={id}>{t('branch.number_view.reason')}</label>
          <Input.TextArea
            id={id}
            rows={3}
            maxLength={200}
            autoFocus
            value={reason}
            placeholder={t('branch.number_view.reason_hint')}
            onChange={(event) => setReason(event.target.value)}
          />
          {view.isError ? (
            <Alert type="error" showIcon title={textOfProblem(asProblem(view.error))} />
          ) : null}
        </div>
      )}
    </Modal>
  )
}
