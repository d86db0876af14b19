// What headquarters shows, typed here: address, code, fingerprint. Each wrong one is said beside its field.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { asProblem, type Problem } from '@zhunkehu/api'
import { branchApi } from '@zhunkehu/api/branch'
import { textOfCode, textOfProblem } from '@zhunkehu/kit'
import { Alert, Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'

const FIELDS = ['url', 'code', 'fingerprint'] as const
type Field = (typeof FIELDS)[number]
type Typed = Record<Field, string>

const HINT: Typed = {
  url: 'https://hq.example:8443',
  code: 'ABCD-2345',
  fingerprint: '64A1 90FE …',
}

export function EnrolForm({ box, onClose }: { box: string; onClose: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [typed, setTyped] = useState<Typed>({ url: '', code: '', fingerprint: '' })
  const enrol = useMutation({
    mutationFn: () => branchApi.enrol(typed),
    gcTime: 0,
    onSuccess: (hq) => client.setQueryData(['headquarters'], hq),
  })
  const problem = enrol.error ? asProblem(enrol.error) : undefined
  const whole = FIELDS.every((field) => typed[field].trim() !== '')
  if (enrol.data) return <Done box={box} onClose={onClose} />
  return (
    <Modal
      open
      title={t('branch.hq.enrol_title', { box })}
      okText={t(enrol.isPending ? 'branch.hq.enrolling' : 'branch.hq.go')}
      okButtonProps={{ disabled: !whole }}
      confirmLoading={enrol.isPending}
      cancelText={t('branch.hq.close')}
      maskClosable={false}
      onOk={() => enrol.mutate()}
      onCancel={onClose}
      destroyOnHidden
    >
      <div className="zk-stack">
        <span className="zk-quiet">{t('branch.hq.how')}</span>
        {FIELDS.map((field) => (
          <Line
            key={field}
            field={field}
            value={typed[field]}
            problem={problem}
            onChange={(value) => setTyped({ ...typed, [field]: value })}
          />
        ))}
        {problem && problem.errors.length === 0 ? (
          <Alert
            type="error"
            showIcon
            title={textOfProblem(problem)}
            description={
              problem.retryAfterS === undefined
                ? undefined
                : t('branch.hq.wait', { n: Math.ceil(problem.retryAfterS / 60) })
            }
          />
        ) : null}
      </div>
    </Modal>
  )
}

type LineProps = {
  field: Field
  value: string
  problem: Problem | undefined
  onChange: (value: string) => void
}

function Line({ field, value, problem, onChange }: LineProps) {
  const { t } = useTranslation()
  const id = useId()
  const wrong = problem?.errors.find((one) => one.pointer === `/${field}`)
  return (
    <div>
      <label htmlFor={id}>{t(`branch.hq.${field}`)}</label>
      <Input
        id={id}
        maxLength={field === 'code' ? 16 : 256}
        autoFocus={field === 'url'}
        autoComplete="off"
        spellCheck={false}
        placeholder={HINT[field]}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        {...(wrong ? { status: 'error' as const, 'aria-describedby': `${id}-wrong` } : {})}
      />
      {wrong ? (
        <span id={`${id}-wrong`} role="alert" style={{ color: '#c62a1d' }}>
          {textOfCode(wrong.code)}
        </span>
      ) : null}
    </div>
  )
}

function Done({ box, onClose }: { box: string; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Modal
      open
      title={t('branch.hq.enrol_title', { box })}
      okText={t('branch.hq.close')}
      cancelButtonProps={{ style: { display: 'none' } }}
      onOk={onClose}
      onCancel={onClose}
    >
      <Alert
        type="success"
        showIcon
        title={t('branch.hq.done')}
        description={t('branch.hq.done_hint')}
      />
    </Modal>
  )
}
