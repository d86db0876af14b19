// The frame of all pages behind the log-in.
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { hqApi } from '@zhunkehu/api/hq'
import { AppShell, setSession, useSession } from '@zhunkehu/kit'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { line } from './live'
import { PLACES } from './router'

export function Dashboard() {
  const { t, i18n } = useTranslation()
  const session = useSession()
  const path = useRouterState({ select: (state) => state.location.pathname })
  const here = PLACES.find((place) => place.to !== '/' && path.startsWith(place.to)) ?? PLACES[0]
  const title = t(`hq.nav.${here?.name}`)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the language changes the title
  useEffect(() => {
    document.title = `${title} · ${t('brand')}`
  }, [title, i18n.language])
  if (session.at !== 'signed_in') return null
  return (
    <AppShell
      brand={t('brand')}
      place={t('hq.place')}
      title={title}
      who={session.who}
      profile={undefined}
      onSignOut={() => void leave()}
      onRetryLine={() => line.retryNow()}
      nav={
        <ul>
          {PLACES.map((place) => (
            <li key={place.to}>
              <Link
                to={place.to}
                activeOptions={{ exact: place.to === '/' }}
                {...(place === here ? { 'aria-current': 'page' as const } : {})}
              >
                {place.icon} {t(`hq.nav.${place.name}`)}
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
    await hqApi.signOut()
  } finally {
    setSession({ at: 'signed_out', why: 'left' })
  }
}
