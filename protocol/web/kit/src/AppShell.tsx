// The house from the inside: places at the left, state and person at the top, the page in the middle.
import { LogoutOutlined } from '@ant-design/icons'
import { useLine } from '@zhunkehu/live'
import { Button } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { LanguageSwitch } from './LanguageSwitch'
import { ReconnectBanner } from './ReconnectBanner'
import { StatusTag } from './StatusTag'
import type { SignedIn } from './session'

type Props = {
  brand: string
  place: string
  title: string
  nav: ReactNode
  who: SignedIn
  profile: string | undefined
  onSignOut: () => void
  onRetryLine: () => void
  children: ReactNode
}

export function AppShell(props: Props) {
  const { brand, place, title, nav, who, profile, onSignOut, onRetryLine, children } = props
  const { t } = useTranslation()
  return (
    <div className="zk-shell">
      <a className="zk-skip" href="#main">
        {t('shell.skip')}
      </a>
      <nav className="zk-nav" aria-label={t('shell.nav')}>
        <div className="zk-brand">
          <img src="/icon.svg" alt="" />
          <span>{brand}</span>
        </div>
        {nav}
        <div className="zk-nav-foot">{place}</div>
      </nav>
      <div className="zk-body">
        <header className="zk-top">
          <h1>{title}</h1>
          <div className="zk-top-end">
            <LineTag />
            <span className="zk-top-wide">
              {who.user} · {t(`role.${who.role}`, { defaultValue: who.role })}
              {who.extension ? ` · ${t('shell.extension', { n: who.extension })}` : ''}
            </span>
            <LanguageSwitch />
            <Button
              type="text"
              size="small"
              icon={<LogoutOutlined aria-hidden />}
              onClick={onSignOut}
            >
              {t('shell.sign_out')}
            </Button>
          </div>
        </header>
        <section aria-label={t('shell.notices')}>
          <ProfileBanner profile={profile} />
          <ReconnectBanner onRetry={onRetryLine} />
        </section>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and on some pages nothing in it takes the focus */}
        <main id="main" className="zk-main" tabIndex={0}>
          {children}
        </main>
      </div>
    </div>
  )
}

function LineTag() {
  const { t } = useTranslation()
  const at = useLine((line) => line.state.at)
  const tone = at === 'live' ? 'good' : at === 'connecting' ? 'idle' : 'warn'
  return <StatusTag tone={tone}>{t(`line.at.${at}`)}</StatusTag>
}

/** Demonstration and laboratory never look like the real thing. */
function ProfileBanner({ profile }: { profile: string | undefined }) {
  const { t } = useTranslation()
  if (profile !== 'demo' && profile !== 'lab') return null
  return (
    <div className="zk-banner zk-banner-info" role="note">
      <strong>{t(`profile.${profile}`)}</strong>
      <span>{t(`shell.profile_${profile}`)}</span>
    </div>
  )
}
