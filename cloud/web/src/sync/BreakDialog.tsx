// The end of a break: why it is well, and, of a copied box, which run goes on.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { asProblem } from '@zhunkehu/api'
import { hqApi, type LineBreak } from '@zhunkehu/api/hq'
import { label, textOfProblem } from '@zhunkehu/kit'
import { Alert, Input, Modal, Radio } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'

export function BreakDialog({ one, onClose }: { one: LineBreak; onClose: () => void }) {
  const { t } = useTranslation()
  const id = useId()
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const [run, setRun] = useState<string>()
  const runs = one.runs ?? []
  const close = useMutation({
    mutationFn: () => hqApi.closeBreak(one.box_id, one.id, reason.trim(), run),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['breaks'] })
      void client.invalidateQueries({ queryKey: ['sync'] })
      onClose()
    },
  })
  const incomplete = reason.trim() === '' || (runs.length > 0 && run === undefined)
  return (
    <Modal
      open
      title={`${one.box_id} · ${label('line_break', one.kind)}`}
      okText={t(runs.length > 0 ? 'hq.break.release' : 'hq.break.close')}
      okButtonProps={{ disabled: incomplete }}
      confirmLoading={close.isPending}
      cancelText={t('hq.box.close')}
      onOk={() => close.mutate()}
      onCancel={onClose}
      destroyOnHidden
    >
      <div className="zk-stack">
        <p>{t(`hq.break.help.${one.kind}`)}</p>
        {runs.length > 0 ? (
          <Radio.Group
            aria-label={t('hq.break.run')}
            value={run}
            onChange={(event) => setRun(event.target.value)}
            options={runs.map((value, at) => ({
              value,
              label: `${t(at === 0 ? 'hq.break.run_last' : 'hq.break.run_before')} ${value}`,
            }))}
            vertical
          />
        ) : null}
        <label htmlFor={id}>{t('hq.box.reason')}</label>
        <Input.TextArea
          id={id}
          rows={2}
          maxLength={200}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        {close.isError ? (
          <Alert type="error" showIcon title={textOfProblem(asProblem(close.error))} />
        ) : null}
      </div>
    </Modal>
  )
}
