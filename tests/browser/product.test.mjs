// Each action of both applications against the real binaries, with real phones' SIP behind them.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { axe, openBrowser, openPage, shoot } from './browser.mjs'
import { CUSTOMERS, missingBinaries, numberOf, PASSWORD, startWorld } from './world.mjs'

const missing = missingBinaries()
const skip = missing.length > 0 ? `not built: ${missing.join(', ')}` : false
/** No Chinese mobile number in clear. */
const CLEAR = /(?<!\d)139\d{8}(?!\d)/

describe('the product in a browser', { skip }, () => {
  let browser
  let world
  const pages = {}

  before(
    async () => {
      world = await startWorld()
      browser = await openBrowser()
    },
    { timeout: 150_000 },
  )
  after(
    async () => {
      await browser?.close()
      await world?.stop()
    },
    { timeout: 60_000 },
  )

  async function signIn(url, user) {
    const opened = await openPage(browser, { url, trust: true })
    const { page } = opened
    await page.getByLabel('用户名').fill(user)
    await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.getByRole('navigation').waitFor()
    return opened
  }

  /** The page of somebody, opened at the first use. */
  async function pageOf(user) {
    const url = user === 'analyst' ? world.hqUrl : world.branchUrl
    pages[user] ??= await signIn(url, user)
    return pages[user].page
  }

  const go = (page, name) =>
    page.getByRole('navigation').getByRole('link', { name, exact: true }).click()

  async function whole(page, name) {
    await shoot(page, `product-${name}`)
    assert.deepEqual(await axe(page), [], name)
    assert.doesNotMatch(page.url(), /139|客户/)
    assert.doesNotMatch(await page.title(), /139|客户\d/)
  }

  async function openCustomer(page, at) {
    await go(page, '客户')
    await page.getByLabel('搜索姓名或号码后四位').fill(`客户${at}号`)
    await page.getByRole('link', { name: `客户${at}号`, exact: true }).click()
    await page.getByRole('heading', { name: `客户${at}号` }).waitFor()
  }

  /** One promise; where it is broken, every open page leaves a picture. */
  function promise(name, keep) {
    it(name, { timeout: 60_000 }, async () => {
      try {
        await keep()
      } catch (error) {
        for (const [user, { page }] of Object.entries(pages)) await shoot(page, `broken-${user}`)
        throw error
      }
    })
  }

  promise('refuses a wrong password in words', async () => {
    const { page, context } = await openPage(browser, { url: world.branchUrl, trust: true })
    await page.getByLabel('用户名').fill('agent')
    await page.getByLabel('密码', { exact: true }).fill('wrong')
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await page.getByText('用户名或密码不正确').waitFor()
    await context.close()
  })

  promise('logs in by keyboard alone and shows phones and lines as they are', async () => {
    const page = await pageOf('agent')
    await page.getByText('演示', { exact: true }).waitFor()
    const phones = page.getByRole('region', { name: '话机' })
    await phones.getByRole('row', { name: /1000/ }).getByText('空闲').waitFor()
    await phones.getByRole('row', { name: /1009/ }).getByText('未注册').waitFor()
    await page.getByRole('region', { name: '中继' }).getByText('可达').waitFor()
    await whole(page, 'overview')
  })

  promise(
    'lists customers masked, page by page, and finds one by name or last digits',
    async () => {
      const page = await pageOf('agent')
      await go(page, '客户')
      const rows = page.locator('tbody tr.ant-table-row')
      await rows.first().waitFor()
      const first = await rows.count()
      await page.getByRole('button', { name: '加载更多' }).click()
      await page.waitForFunction(
        (n) => document.querySelectorAll('tbody tr.ant-table-row').length > n,
        first,
      )
      assert.equal(await rows.count(), CUSTOMERS)
      assert.doesNotMatch(await page.content(), CLEAR)
      await page.getByLabel('搜索姓名或号码后四位').fill(numberOf(7).slice(-4))
      await page.getByRole('link', { name: '客户7号', exact: true }).waitFor()
      await whole(page, 'customers')
      await page.getByLabel('搜索姓名或号码后四位').fill('没有这个人')
      await page.getByText('没有符合条件的客户').waitFor()
      await page.getByRole('button', { name: '清除筛选' }).click()
      await rows.first().waitFor()
    },
  )

  promise('moves a customer to another stage, and it stays there', async () => {
    const page = await pageOf('agent')
    await openCustomer(page, 5)
    await page.getByRole('button', { name: '有意向' }).click()
    await page
      .locator('.ant-popconfirm')
      .getByRole('button', { name: /确\s*定/ })
      .click()
    await page.getByText('阶段已改为「有意向」').waitFor()
    await page.reload()
    await page.locator('[aria-current=step]', { hasText: '有意向' }).waitFor()
  })

  promise(
    'calls a customer: the own phone, then the customer, talking, hung up, written down',
    async () => {
      const page = await pageOf('agent')
      await openCustomer(page, 3)
      const step = (text) =>
        page.locator('.zk-progress [aria-current=step]', { hasText: text }).waitFor()
      await page.getByRole('button', { name: '拨打' }).focus()
      await page.keyboard.press('Enter')
      await step('请摘机')
      await step('客户振铃中')
      await step('通话中')
      await whole(page, 'talking')
      const leader = await pageOf('leader')
      await go(leader, '概览')
      await leader.getByRole('region', { name: '实时通话' }).getByText('通话中').waitFor()
      await whole(leader, 'live')
      // so that the recording has something in it
      await page.waitForFunction(() =>
        /0:0[3-9]/.test(document.querySelector('.zk-progress')?.textContent ?? ''),
      )
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.getByRole('status').getByText('已接通').waitFor()
      await page.locator('tbody').getByText('已接通').first().waitFor()
      assert.doesNotMatch(await page.content(), CLEAR)
      await leader.getByText('现在没有通话').waitFor()
    },
  )

  promise('ends the running call of somebody else, by name, if the role allows', async () => {
    const page = await pageOf('agent')
    await openCustomer(page, 4)
    await page.getByRole('button', { name: '拨打' }).click()
    const leader = await pageOf('leader')
    await go(leader, '概览')
    await leader.getByRole('button', { name: '挂断' }).click()
    await leader.getByText('挂断分机 1000 的这通电话？').waitFor()
    await leader
      .locator('.ant-popconfirm')
      .getByRole('button', { name: /挂\s*断/ })
      .click()
    await page.getByRole('button', { name: '再拨一次' }).waitFor()
  })

  promise('gives a running call on to another phone, for oneself and for others', async () => {
    const page = await pageOf('agent')
    await openCustomer(page, 4)
    await page.getByRole('button', { name: '拨打' }).click()
    await page.locator('.zk-progress [aria-current=step]', { hasText: '通话中' }).waitFor()
    const leader = await pageOf('leader')
    await go(leader, '概览')
    const calls = leader.getByRole('region', { name: '实时通话' })
    await calls.getByRole('button', { name: /转\s*接/ }).click()
    await leader.getByText('把分机 1000 的这通电话转给').waitFor()
    await whole(leader, 'transfer')
    await leader.getByLabel('分机或号码').fill('x')
    await leader.keyboard.press('Enter')
    await leader.getByText('号码格式不对').waitFor()
    await leader.getByLabel('分机或号码').fill('1001')
    await leader.keyboard.press('Enter')
    await leader.getByText('正在转接到 1001').waitFor()
    await calls.getByText('1001', { exact: true }).waitFor()
    await calls.getByRole('button', { name: '挂断' }).click()
    await leader
      .locator('.ant-popconfirm')
      .getByRole('button', { name: /挂\s*断/ })
      .click()
    await page.getByRole('button', { name: '再拨一次' }).waitFor()
  })

  promise('says in words why a call was refused', async () => {
    const page = await pageOf('idle')
    await openCustomer(page, 9)
    await page.getByRole('button', { name: '拨打' }).click()
    await page.getByRole('alert').getByText('您的话机没有注册').waitFor()
    await whole(page, 'refused')
  })

  promise('lets somebody without a phone choose one that is there', async () => {
    const page = await pageOf('admin')
    await openCustomer(page, 10)
    await page.getByLabel('使用的分机').click()
    await page.locator('.ant-select-item-option', { hasText: '1001' }).click()
    await page.getByRole('button', { name: '拨打' }).click()
    await page.locator('.zk-progress [aria-current=step]', { hasText: '通话中' }).waitFor()
    await page.getByRole('button', { name: '挂断' }).click()
    await page.getByRole('button', { name: '再拨一次' }).waitFor()
  })

  promise('plays a recording, and seeks in it', async () => {
    const page = await pageOf('agent')
    await go(page, '录音')
    await page
      .getByRole('row', { name: /完整/ })
      .last()
      .getByRole('button', { name: '播放' })
      .click()
    await page.waitForFunction(() => (document.querySelector('audio')?.currentTime ?? 0) > 0.2)
    const heard = await page.evaluate(async () => {
      const audio = document.querySelector('audio')
      audio.pause()
      const there = new Promise((done) => audio.addEventListener('seeked', done, { once: true }))
      audio.currentTime = audio.duration / 2
      await there
      return { at: audio.currentTime, length: audio.duration, error: audio.error?.message }
    })
    assert.equal(heard.error, undefined)
    assert.ok(
      heard.length > 2 && Math.abs(heard.at - heard.length / 2) < 0.3,
      JSON.stringify(heard),
    )
    await whole(page, 'playing')
  })

  promise('shows a whole number to a supervisor for a reason, and the audit knows it', async () => {
    const leader = await pageOf('leader')
    await openCustomer(leader, 11)
    assert.doesNotMatch(await leader.content(), CLEAR)
    await leader.getByRole('button', { name: '申请查看号码' }).click()
    await leader.getByLabel('原因').fill('客户要求短信确认')
    await leader.getByRole('button', { name: '查看', exact: true }).click()
    await leader.getByText(numberOf(11)).waitFor()
    await leader.locator('.ant-modal-footer').getByRole('button', { name: '关闭' }).click()
    await leader.getByText(numberOf(11)).waitFor({ state: 'detached' })
    const admin = await pageOf('admin')
    await go(admin, '审计')
    await admin
      .getByRole('row', { name: /用户 leader.*查看号码/ })
      .first()
      .waitFor()
    await whole(admin, 'audit')
  })

  promise('takes down who does not want to be called, and calls them no more', async () => {
    const page = await pageOf('agent')
    await openCustomer(page, 12)
    await page.getByRole('button', { name: '登记拒绝来电' }).click()
    await page.getByLabel('原因').fill('明确表示不再接听')
    await page.locator('.ant-modal-footer').getByRole('button', { name: '登记' }).click()
    await page.locator('.zk-tag', { hasText: '禁呼' }).waitFor()
    await page.getByRole('button', { name: '拨打', exact: true }).click()
    await page.getByText('对方已拒绝来电').waitFor()
    await whole(page, 'refused')
    const admin = await pageOf('admin')
    await openCustomer(admin, 12)
    await admin.getByRole('button', { name: '解除禁呼' }).click()
    await admin.getByLabel('原因').fill('客户要求恢复')
    await admin.locator('.ant-modal-footer').getByRole('button', { name: '解除' }).click()
    await admin.getByRole('button', { name: '登记拒绝来电' }).waitFor()
  })

  promise('tells how the sync and the machine are', async () => {
    const page = await pageOf('agent')
    await go(page, '系统')
    await page.getByRole('region', { name: '同步健康' }).getByText('已连接').waitFor()
    await page.getByText('全部已确认').waitFor({ timeout: 30_000 })
    await page.getByRole('region', { name: '设备' }).getByText('处理器').waitFor()
    await whole(page, 'system')
  })

  promise('shows headquarters the branch, in step and with its machine', async () => {
    const page = await pageOf('analyst')
    const row = page.getByRole('row', { name: /sz-01/ })
    await row.getByText('在线').waitFor()
    await row.getByText('已同步').waitFor({ timeout: 30_000 })
    await whole(page, 'branches')
    await row.getByRole('link', { name: 'sz-01' }).click()
    await page.getByRole('region', { name: '设备' }).getByText('处理器').waitFor()
    await page.locator('tbody tr.ant-table-row').first().waitFor()
    await whole(page, 'branch')
    await page.reload()
    await page.getByRole('region', { name: '设备' }).getByText('处理器').waitFor()
  })

  promise('shows headquarters the calls, and the hours with their n', async () => {
    const page = await pageOf('analyst')
    await go(page, '通话')
    await page
      .getByRole('row', { name: /sz-01.*已接通/ })
      .first()
      .waitFor()
    await whole(page, 'hq-calls')
    await go(page, '时段分析')
    const picture = page.getByRole('img', { name: '每小时呼叫与接通' })
    await picture.locator('svg text').first().waitFor()
    const cells = await page.locator('tbody tr.ant-table-row').first().locator('td').allInnerTexts()
    assert.ok(Number(cells[1]) >= 2 && Number(cells[2]) >= 1, cells.join(' | '))
    await whole(page, 'hours')
  })

  promise('keeps from headquarters what the field policy does not open, and says so', async () => {
    const page = await pageOf('analyst')
    await go(page, '客户')
    await page.getByText('未授权').first().waitFor()
    assert.doesNotMatch(await page.content(), CLEAR)
    await whole(page, 'hq-customers')
  })

  promise('speaks English when asked, and remembers it', async () => {
    const page = await pageOf('admin')
    await page.getByRole('button', { name: '切换语言：English' }).click()
    await page.getByRole('link', { name: 'Customers', exact: true }).waitFor()
    await page.reload()
    await page.getByRole('link', { name: 'Customers', exact: true }).waitFor()
  })

  promise('says that it is cut off, and is right again by itself after a restart', async () => {
    const page = await pageOf('leader')
    await go(page, '概览')
    await world.end(world.gateway)
    await page.getByText('与服务器的实时连接已断开').waitFor()
    await shoot(page, 'product-cut-off')
    world.startGateway()
    await world.healthy(world.gateway, world.ports.web)
    await page
      .getByText('实时', { exact: true })
      .or(page.getByLabel('用户名'))
      .first()
      .waitFor({ timeout: 30_000 })
  })

  promise('logs out', async () => {
    const page = await pageOf('analyst')
    await page.getByRole('button', { name: '退出' }).click()
    await page.getByLabel('用户名').waitFor()
    await page.goBack()
    await page.reload()
    await page.getByLabel('用户名').waitFor()
  })

  promise('complained about nothing on the way', () => {
    const complaints = Object.entries(pages).flatMap(([user, { complaints }]) =>
      complaints.map((one) => `${user}: ${one}`),
    )
    assert.deepEqual(complaints, [])
    assert.deepEqual(world.errors(), [])
  })
})
