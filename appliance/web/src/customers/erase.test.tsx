// A person is forgotten only by somebody who may, who was told what goes, and who says why.
import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { setSession, startLanguages } from '@zhunkehu/kit'
import { answerWith } from '@zhunkehu/kit/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import zh from '../../../../protocol/web/locales/zh-CN.json'
import { App } from '../App'

const ID = '01977000-0000-7000-8000-000000000001'
const DAY = 86_400_000
const ADMIN = {
  user: 'admin',
  role: 'admin',
  since: 1,
  may: ['move_stage', 'erase_customer'],
  profile: 'demo',
  box_id: 'sz-01',
  version: '0.1.0',
  server_time: 1,
}
const CUSTOMER = {
  id: ID,
  name: '王小芳',
  number: '13800138000',
  stage: 'lead',
  imported: 1,
  attempts: 2,
  do_not_call: false,
}
const ERASED = { ...CUSTOMER, name: '', number: '', erased: 'pending' }
const RECEIPT = {
  asked: 20_000 * DAY,
  due: 20_007 * DAY,
  copies: [{ copy: 'branch_vault', gone: 20_000 * DAY }, { copy: 'branch_backups' }],
}

class Line {
  onmessage = null
  onclose = null
  send() {}
  close() {}
}

function open(may: string[]) {
  let erased = false
  const asked = answerWith({
    'GET /api/v1/session': { ...ADMIN, may },
    [`GET /api/v1/customers/${ID}`]: () =>
      erased
        ? { customer: ERASED, calls: [], erasure: RECEIPT }
        : { customer: CUSTOMER, calls: [] },
    'GET /api/v1/calls': { items: [] },
    [`POST /api/v1/customers/${ID}/erasure`]: () => {
      erased = true
      return RECEIPT
    },
  })
  history.pushState(null, '', `/customers/${ID}`)
  render(<App />)
  return asked
}

beforeEach(() => {
  startLanguages('zh-CN')
  vi.stubGlobal('WebSocket', Line)
})

afterEach(() => {
  setSession({ at: 'asking' })
  vi.unstubAllGlobals()
})

describe('forgetting a person', () => {
  it('is offered only to those who may', async () => {
    open(['move_stage'])
    await screen.findByText('王小芳')
    expect(screen.queryByRole('button', { name: zh.branch.erasure.open })).toBeNull()
  })

  it('names whom, wants a reason and a second yes, and shows the receipt', async () => {
    const asked = open(ADMIN.may)
    await userEvent.click(await screen.findByRole('button', { name: zh.branch.erasure.open }))
    await screen.findByText('永久清除「王小芳」')
    const go = screen.getByRole<HTMLButtonElement>('button', { name: zh.branch.erasure.go })
    await userEvent.type(screen.getByLabelText(zh.branch.erasure.reason), '客户要求')
    expect(go.disabled).toBe(true)
    await userEvent.click(screen.getByLabelText(zh.branch.erasure.never_call))
    await userEvent.click(screen.getByLabelText(zh.branch.erasure.confirm))
    await userEvent.click(go)
    await screen.findByText(zh.branch.erasure.receipt)
    expect(asked.find((one) => one.method === 'POST')?.body).toEqual({
      reason: '客户要求',
      never_call: true,
    })
    await waitFor(() => expect(screen.queryByText(/王小芳/)).toBeNull())
    expect(screen.getAllByText(zh.branch.erasure.pending).length).toBeGreaterThan(0)
    screen.getByText(zh.data_copy.branch_backups)
    screen.getByText(zh.branch.erasure.copy_pending)
    expect(screen.queryByText('13800138000')).toBeNull()
  })
})
