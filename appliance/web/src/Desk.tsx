// The frame of all pages behind the log-in.
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { branchApi } from '@zhunkehu/api/branch'
import { AppShell, setSession, useSession } from '@zhunkehu/kit'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { line, useLive } from './live'
import { PLACES } from './router'

export function Desk() {
  const { t, i18n } = useTranslation()
  const session = useSession()
  const path = useRouterState({ select: (state) => state.location.pathname })
  const profile = useLive((now) => now.board?.profile)
  const here = PLACES.find((place) => place.to !== '/' && path.startsWith(place.to)) ?? PLACES[0]
  const title = t(`branch.nav.${here?.name}`)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the language changes the title
  useEffect(() => {
    document.title = `${title} · ${t('brand')}`
  }, [title, i18n.language])
  if (session.at !== 'signed_in') return null
  const { who } = session
  return (
    <AppShell
      brand={t('brand')}
      place={who.box_id ?? t('branch.place')}
      title={title}
      who={who}
      profile={profile ?? who.profile}
      onSignOut={() => void leave()}
      onRetryLine={() => line.retryNow()}
      nav={
        <ul>
          {PLACES.filter((place) => !place.needs || who.may?.includes(place.needs)).map((place) => (
            <li key={place.to}>
              <Link to={place.to} activeOptions={{ exact: place.to === '/' }}>
                {place.icon} {t(`branch.nav.${place.name}`)}
              </Link>
            </li>
          ))}
        </ul>
      }
    >
      <Outlet />
    </AppShell>
  )
}

/** The page forgets at once; the server is told, and may be out of reach. */
async function leave(): Promise<void> {
  try {
    await branchApi.signOut()
  } finally {
    setSession({ at: 'signed_out', why: 'left' })
  }
}
