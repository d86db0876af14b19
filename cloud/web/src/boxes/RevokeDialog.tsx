// The end of a box's certificates: named, with a reason, at once.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { asProblem } from '@zhunkehu/api'
import { hqApi } from '@zhunkehu/api/hq'
import { textOfProblem } from '@zhunkehu/kit'
import { Alert, Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'

export function RevokeDialog({ box, onClose }: { box: string; onClose: () => void }) {
  const { t } = useTranslation()
  const id = useId()
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const revoke = useMutation({
    mutationFn: () => hqApi.revokeBox(box, reason.trim()),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['certificates'] })
      onClose()
    },
  })
  return (
    <Modal
      open
      title={t('hq.box.revoke_title', { box })}
      okText={t('hq.box.revoke_go')}
      okButtonProps={{ danger: true, disabled: reason.trim() === '' }}
      confirmLoading={revoke.isPending}
      cancelText={t('hq.box.close')}
      onOk={() => revoke.mutate()}
      onCancel={onClose}
      destroyOnHidden
    >
      <div className="zk-stack">
        <p>{t('hq.box.revoke_note')}</p>
        <label htmlFor={id}>{t('hq.box.reason')}</label>
        <Input.TextArea
          id={id}
          rows={2}
          maxLength={200}
          autoFocus
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        {revoke.isError ? (
          <Alert type="error" showIcon title={textOfProblem(asProblem(revoke.error))} />
        ) : null}
      </div>
    </Modal>
  )
}
