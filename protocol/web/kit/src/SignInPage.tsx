// Log-in: name, password, and why it did not work, with the time after which it may.
import { asProblem, type Problem } from '@zhunkehu/api'
import { Alert, Button, Input } from 'antd'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { LanguageSwitch } from './LanguageSwitch'
import { textOfProblem } from './problemText'
import { SpanText, TimeCell, useSecond } from './time'

type Props = {
  brand: string
  place: string
  expired: boolean
  signIn: (user: string, password: string) => Promise<void>
  /** Shown where the page was not opened over https. */
  insecureHint?: ReactNode
  foot?: ReactNode
}

type Refused = { problem: Problem; untilMs: number | undefined }

export function SignInPage({ brand, place, expired, signIn, insecureHint, foot }: Props) {
  const { t } = useTranslation()
  const [user, setUser] = useState('')
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<Refused>()

  async function submit(event: FormEvent) {
    event.preventDefault()
    if (busy || user.trim() === '' || password === '') return
    setBusy(true)
    setRefused(undefined)
    try {
      await signIn(user.trim(), password)
    } catch (error) {
      const problem = asProblem(error)
      const wait = problem.retryAfterS
      setRefused({ problem, untilMs: wait === undefined ? undefined : Date.now() + wait * 1000 })
      setPassword('')
    } finally {
      setBusy(false)
    }
  }

  return (
    <main className="zk-signin">
      <form className="zk-signin-box zk-stack" onSubmit={submit}>
        <div className="zk-spread">
          <div className="zk-row">
            <img src="/icon.svg" alt="" width={32} height={32} />
            <div>
              <h1 style={{ fontSize: 20, lineHeight: '26px' }}>{brand}</h1>
              <p className="zk-quiet">{place}</p>
            </div>
          </div>
          <LanguageSwitch />
        </div>
        {globalThis.isSecureContext === false ? (
          <Alert type="warning" showIcon title={insecureHint ?? t('sign_in.insecure')} />
        ) : null}
        {expired && !refused ? <Alert type="info" showIcon title={t('sign_in.expired')} /> : null}
        {refused ? <RefusedNote {...refused} /> : null}
        <div className="zk-field">
          <label htmlFor="user">{t('sign_in.user')}</label>
          <Input
            id="user"
            value={user}
            onChange={(event) => setUser(event.target.value)}
            autoComplete="username"
            autoFocus
            maxLength={32}
            name="user"
          />
        </div>
        <div className="zk-field">
          <label htmlFor="password">{t('sign_in.password')}</label>
          <Input.Password
            id="password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            autoComplete="current-password"
            maxLength={256}
            name="password"
          />
        </div>
        <Button
          type="primary"
          htmlType="submit"
          loading={busy}
          disabled={user.trim() === '' || password === ''}
          block
        >
          {t('sign_in.go')}
        </Button>
        <p className="zk-quiet">{foot ?? t('sign_in.help')}</p>
      </form>
    </main>
  )
}

function RefusedNote({ problem, untilMs }: Refused) {
  const { t } = useTranslation()
  const now = useSecond()
  const left = untilMs === undefined ? 0 : untilMs - now
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={textOfProblem(problem)}
      description={
        left > 0 ? (
          <>
            {t('sign_in.wait')} <SpanText ms={left} /> ({t('sign_in.until')}{' '}
            <TimeCell at={untilMs} />)
          </>
        ) : problem.traceId && problem.status >= 500 ? (
          <>
            {t('error.trace')} <code>{problem.traceId}</code>
          </>
        ) : undefined
      }
    />
  )
}
