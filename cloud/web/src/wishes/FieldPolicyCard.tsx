// What headquarters may see of the branches' personal values. An admin changes it; every branch hears of it.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { asProblem } from '@zhunkehu/api'
import { type FieldPolicy, hqApi } from '@zhunkehu/api/hq'
import { Card, Facts, format, Loaded, label, TimeCell, textOfProblem } from '@zhunkehu/kit'
import { Alert, Button, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useIsAdmin } from '../role'

const WORDS = ['never', 'masked', 'clear'] as const

export function FieldPolicyCard() {
  const { t } = useTranslation()
  const query = useQuery({ queryKey: ['field_policy'], queryFn: () => hqApi.fieldPolicy() })
  const save = useSaving()
  return (
    <Card title={t('hq.policy.title')} padded>
      <Loaded query={query}>
        {(policy) => <Form key={policy.version} policy={policy} save={save} />}
      </Loaded>
    </Card>
  )
}

/** Outlives the form, which begins anew with each version. */
function useSaving() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (wish: Pick<FieldPolicy, 'name' | 'number'>) => hqApi.setFieldPolicy(wish),
    onSuccess: (now) => cache.setQueryData(['field_policy'], now),
  })
}

type FormProps = { policy: FieldPolicy; save: ReturnType<typeof useSaving> }

function Form({ policy, save }: FormProps) {
  const { t } = useTranslation()
  const admin = useIsAdmin()
  const [name, setName] = useState(policy.name)
  const [number, setNumber] = useState(policy.number)
  const changed = name !== policy.name || number !== policy.number
  const choice = (value: string, choose: (word: string) => void, said: string) =>
    admin ? (
      <Select
        aria-label={said}
        value={value}
        onChange={choose}
        style={{ width: 200 }}
        options={WORDS.map((word) => ({ value: word, label: label('hq_sees', word) }))}
      />
    ) : (
      label('hq_sees', value)
    )
  return (
    <div className="zk-stack">
      <p className="zk-quiet">{t('hq.policy.note')}</p>
      <Facts
        rows={[
          [t('branch.customer.name'), choice(name, setName, t('branch.customer.name'))],
          [t('branch.customer.number'), choice(number, setNumber, t('branch.customer.number'))],
          [t('hq.policy.version'), format.count(policy.version)],
          [t('hq.policy.changed'), <TimeCell key="changed" at={policy.changed} />],
          [t('hq.policy.by'), policy.by ?? t('hq.policy.by_config')],
        ]}
      />
      {save.isError ? (
        <Alert type="error" showIcon title={textOfProblem(asProblem(save.error))} />
      ) : null}
      {save.isSuccess && !changed ? (
        <Alert type="success" showIcon title={t('hq.policy.saved')} />
      ) : null}
      {admin ? (
        <div>
          <Button
            type="primary"
            disabled={!changed}
            loading={save.isPending}
            onClick={() => save.mutate({ name, number })}
          >
            {t('hq.policy.save')}
          </Button>
        </div>
      ) : null}
    </div>
  )
}
