// Ends somebody's running call; names whose before it does.
import { asProblem } from '@zhunkehu/api'
import { branchApi } from '@zhunkehu/api/branch'
import { textOfProblem } from '@zhunkehu/kit'
import { App, Button, Popconfirm } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

export function HangUp({ call }: { call: { id: string; extension?: string } }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [busy, setBusy] = useState(false)
  async function go() {
    setBusy(true)
    try {
      await branchApi.hangUp(call.id)
    } catch (error) {
      void message.error(textOfProblem(asProblem(error)))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Popconfirm
      title={t('branch.call.hang_up_ask', { extension: call.extension ?? '' })}
      okText={t('branch.call.hang_up')}
      onConfirm={go}
      okButtonProps={{ autoFocus: true }}
    >
      <Button size="small" danger loading={busy}>
        {t('branch.call.hang_up')}
      </Button>
    </Popconfirm>
  )
}
