// Where the customer stands on the way to a deal; a press moves, after a question that names the stage.
import { CheckOutlined } from '@ant-design/icons'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { asProblem } from '@zhunkehu/api'
import { branchApi, type Customer, type Stage } from '@zhunkehu/api/branch'
import { label, STAGES, textOfProblem } from '@zhunkehu/kit'
import { App, Popconfirm } from 'antd'
import { useTranslation } from 'react-i18next'

export function StageStepper({ customer }: { customer: Customer }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const client = useQueryClient()
  const move = useMutation({
    mutationFn: (stage: Stage) => branchApi.moveStage(customer.id, stage),
    onSuccess: async (_, stage) => {
      await client.invalidateQueries({ queryKey: ['customer', customer.id] })
      void client.invalidateQueries({ queryKey: ['customers'] })
      void message.success(t('branch.customer.stage_moved', { stage: label('stage', stage) }))
    },
    onError: (error) => void message.error(textOfProblem(asProblem(error))),
  })
  const stands = (STAGES as readonly string[]).indexOf(customer.stage)
  return (
    <ol className="zk-steps">
      {STAGES.map((code, at) => {
        const here = at === stands
        const passed = at < stands && customer.stage !== 'lost'
        return (
          <li key={code} className={here ? 'zk-step-here' : passed ? 'zk-step-passed' : ''}>
            <Popconfirm
              title={t('branch.customer.stage_move_ask', { stage: label('stage', code) })}
              onConfirm={() => move.mutate(code)}
              disabled={here || move.isPending}
              okButtonProps={{ autoFocus: true }}
            >
              <button
                type="button"
                disabled={move.isPending}
                aria-current={here ? 'step' : undefined}
              >
                <i aria-hidden="true">{passed ? <CheckOutlined aria-hidden /> : at + 1}</i>
                {label('stage', code)}
              </button>
            </Popconfirm>
          </li>
        )
      })}
    </ol>
  )
}
