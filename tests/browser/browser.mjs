// One real Chromium for a run of tests, with its own empty profile, and the pages that are opened in it.
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const require = createRequire(import.meta.url)
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const FLAGS = [
  '--no-sandbox',
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const SHOTS = process.env.ZK_SHOTS ?? mkdtempSync(join(tmpdir(), 'zk-shots-'))
mkdirSync(SHOTS, { recursive: true })

/** The office PC first. */
export const OFFICE = { width: 1366, height: 768 }

export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.ZK_CHROMIUM ?? '/usr/bin/chromium',
    args: FLAGS,
    timeout: 30_000,
  })
}

/** A page whose script errors, refused policies and console errors fail the test that asks for them. */
export async function openPage(
  browser,
  { url, viewport = OFFICE, language = 'zh-CN', trust = false },
) {
  const context = await browser.newContext({
    viewport,
    locale: language,
    timezoneId: 'Asia/Shanghai',
    ignoreHTTPSErrors: trust,
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(10_000)
  if (language === 'en') {
    await context.addInitScript(() => localStorage.setItem('zk_language', 'en'))
  }
  const page = await context.newPage()
  const complaints = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    const text = message.text()
    if (message.type() === 'error' && !/Failed to load resource|WebSocket connection/.test(text)) {
      complaints.push(text)
    }
  })
  await page.goto(url)
  return { page, context, complaints }
}

export async function shoot(page, name) {
  await page.screenshot({ path: join(SHOTS, `${name}.png`) })
}

/** What a person with a screen reader or weak eyes would stumble over: rule and place. */
export async function axe(page) {
  await page.evaluate(AXE)
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] })
    return violations.map(
      (one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`,
    )
  })
}
