// A test call over one trunk: a phone of the branch rings, then the number; the record says what the carrier answered.
import { useMutation } from '@tanstack/react-query'
import { asProblem } from '@zhunkehu/api'
import { branchApi } from '@zhunkehu/api/branch'
import { textOfCode, textOfProblem, useSession } from '@zhunkehu/kit'
import { Alert, App, Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'

const FIELDS = ['extension', 'number'] as const

export function TestCall({ trunk, onClose }: { trunk: string; onClose: () => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const session = useSession()
  const own = session.at === 'signed_in' ? (session.who.extension ?? '') : ''
  const id = useId()
  const [typed, setTyped] = useState({ extension: own, number: '' })
  const call = useMutation({
    mutationFn: () => branchApi.testTrunk(trunk, typed.number, typed.extension),
    onSuccess: () => {
      void message.success(t('branch.trunk.test_begun', { extension: typed.extension }))
      onClose()
    },
  })
  const problem = call.error ? asProblem(call.error) : undefined
  return (
    <Modal
      open
      title={t('branch.trunk.test_title', { trunk })}
      okText={t('branch.trunk.test_go')}
      okButtonProps={{ disabled: FIELDS.some((field) => typed[field].trim() === '') }}
      confirmLoading={call.isPending}
      onOk={() => call.mutate()}
      onCancel={onClose}
      width={420}
      destroyOnHidden
    >
      <div className="zk-stack">
        <span className="zk-quiet">{t('branch.trunk.test_hint')}</span>
        {FIELDS.map((field) => {
          const wrong = problem?.errors.find((one) => one.pointer === `/${field}`)
          return (
            <div key={field}>
              <label htmlFor={`${id}-${field}`}>{t(`branch.trunk.test_${field}`)}</label>
              <Input
                id={`${id}-${field}`}
                value={typed[field]}
                maxLength={32}
                onChange={(event) => setTyped({ ...typed, [field]: event.target.value })}
                {...(wrong ? { status: 'error' as const } : {})}
              />
              {wrong ? (
                <span role="alert" style={{ color: '#c62a1d' }}>
                  {textOfCode(wrong.code)}
                </span>
              ) : null}
            </div>
          )
        })}
        {problem && problem.errors.length === 0 ? (
          <Alert type="error" showIcon title={textOfProblem(problem)} />
        ) : null}
      </div>
    </Modal>
  )
}
