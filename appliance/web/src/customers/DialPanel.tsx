// 拨打: the own phone rings, then the customer's. Each step is shown as the branch reports it.
import { PhoneOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { asProblem } from '@zhunkehu/api'
import { branchApi } from '@zhunkehu/api/branch'
import { RunningCell, StatusTag, textOfProblem, useSession } from '@zhunkehu/kit'
import { serverNow, useLine } from '@zhunkehu/live'
import { Alert, App, Button, Select } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Confer } from '../calls/Confer'
import { Transfer } from '../calls/Transfer'
import { useLive } from '../live'
import { type Dial, followed, STEPS } from './dialStep'
import { EndedCall } from './EndedCall'

const NO_CALLS: never[] = []
const MISSED_AFTER_MS = 3_000

export function DialPanel({ customer }: { customer: string }) {
  const { t } = useTranslation()
  const session = useSession()
  const client = useQueryClient()
  const calls = useLive((now) => now.board?.calls ?? NO_CALLS)
  const own = session.at === 'signed_in' ? (session.who.extension ?? undefined) : undefined
  const [lent, setLent] = useState<string>()
  const [dial, setDial] = useState<Dial>({ at: 'idle' })

  // The branch may report a call before its own answer to the request is here: both may come last.
  useEffect(() => setDial(followed(dial, calls)), [dial, calls])
  useMissedCall(dial, setDial)
  const over = dial.at === 'over'
  const step = dial.at === 'running' && dial.seen ? dial.step : undefined
  useEffect(() => {
    if (step) void client.invalidateQueries({ queryKey: ['calls', customer] })
  }, [step, client, customer])

  async function go() {
    setDial({ at: 'asking' })
    try {
      const { call } = await branchApi.dial(customer, own ? undefined : lent)
      const since = serverNow()
      setDial({ at: 'running', call, step: 'own_phone', since, seen: false })
    } catch (error) {
      setDial({ at: 'refused', error })
    }
  }

  const panel = useKeptFocus(dial.at)
  const waiting = dial.at === 'asking' || dial.at === 'running'
  return (
    <div className="zk-dial" ref={panel} tabIndex={-1}>
      <div className="zk-row">
        {own ? null : <PhoneChoice chosen={lent} onChoose={setLent} />}
        {dial.at === 'running' ? (
          <>
            <EndButton call={dial.call} />
            {dial.step === 'talking' ? (
              <Transfer call={{ id: dial.call }} extension={own ? undefined : lent} size="large" />
            ) : null}
            <Confer call={{ id: dial.call }} extension={own ?? lent} size="large" />
          </>
        ) : (
          <Button
            type="primary"
            size="large"
            icon={<PhoneOutlined aria-hidden />}
            loading={dial.at === 'asking'}
            disabled={!own && !lent}
            onClick={() => void go()}
          >
            {over ? t('branch.dial.again') : t('branch.dial.go')}
          </Button>
        )}
      </div>
      {dial.at === 'idle' ? <span className="zk-quiet">{t('branch.dial.how')}</span> : null}
      {dial.at === 'refused' ? (
        <Alert type="error" showIcon role="alert" title={textOfProblem(asProblem(dial.error))} />
      ) : null}
      {waiting ? <Progress dial={dial} /> : null}
      {dial.at === 'over' ? <EndedCall call={dial.call} customer={customer} /> : null}
    </div>
  )
}

/** When the pressed button gives way to another one, the keyboard stays here; it never lands on 挂断 by itself. */
function useKeptFocus(at: Dial['at']) {
  const panel = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (at !== 'idle' && document.activeElement === document.body) panel.current?.focus()
  }, [at])
  return panel
}

/** A call that the board never showed, although the line is good, was over before we looked. */
function useMissedCall(dial: Dial, setDial: (dial: Dial) => void) {
  const live = useLine((line) => line.state.at === 'live')
  const missed = live && dial.at === 'running' && !dial.seen ? dial.call : undefined
  useEffect(() => {
    if (missed === undefined) return
    const timer = setTimeout(() => setDial({ at: 'over', call: missed }), MISSED_AFTER_MS)
    return () => clearTimeout(timer)
  }, [missed, setDial])
}

function Progress({ dial }: { dial: Dial }) {
  const { t } = useTranslation()
  if (dial.at !== 'running') return <StatusTag tone="busy">{t('branch.dial.asking')}</StatusTag>
  const stands = STEPS.indexOf(dial.step)
  return (
    <ol className="zk-progress" aria-label={t('branch.dial.title')} aria-live="polite">
      {STEPS.map((step, at) => (
        <li
          key={step}
          className={at < stands ? 'zk-progress-done' : at === stands ? 'zk-progress-here' : ''}
          aria-current={at === stands ? 'step' : undefined}
        >
          {t(`branch.dial.${step}`)}
          {at === stands ? <RunningCell since={dial.since} /> : null}
        </li>
      ))}
    </ol>
  )
}

function EndButton({ call }: { call: string }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [busy, setBusy] = useState(false)
  async function end() {
    setBusy(true)
    try {
      await branchApi.hangUp(call)
    } catch (error) {
      setBusy(false)
      void message.error(textOfProblem(asProblem(error)))
    }
  }
  return (
    <Button danger size="large" loading={busy} onClick={() => void end()}>
      {t('branch.dial.hang_up')}
    </Button>
  )
}

/** For those without a phone of their own: which one shall ring. */
function PhoneChoice({
  chosen,
  onChoose,
}: {
  chosen: string | undefined
  onChoose: (one: string) => void
}) {
  const { t } = useTranslation()
  const phones = useLive((now) => now.board?.phones ?? NO_CALLS)
  return (
    <Select
      aria-label={t('branch.dial.extension')}
      placeholder={t('branch.dial.extension_hint')}
      style={{ width: 260 }}
      {...(chosen ? { value: chosen } : {})}
      onChange={onChoose}
      options={phones
        .filter((phone) => phone.registered)
        .map((phone) => ({ value: phone.extension, label: `${phone.extension} ${phone.label}` }))}
    />
  )
}
