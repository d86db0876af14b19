// Who is there? Then either the log-in page or the desk.
import { RouterProvider } from '@tanstack/react-router'
import { asProblem } from '@zhunkehu/api'
import { branchApi } from '@zhunkehu/api/branch'
import {
  ErrorState,
  Frame,
  makeQueryClient,
  SignInPage,
  setSession,
  useSession,
  Waiting,
} from '@zhunkehu/kit'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { line } from './live'
import { makeRouter } from './router'

const client = makeQueryClient()

export async function askSession(): Promise<void> {
  try {
    setSession({ at: 'signed_in', who: await branchApi.session() })
  } catch (error) {
    const known = asProblem(error).status === 401
    setSession(known ? { at: 'signed_out', why: 'never' } : { at: 'unreachable', error })
  }
}

export function App() {
  useEffect(() => {
    void askSession()
  }, [])
  return (
    <Frame client={client}>
      <Door />
    </Frame>
  )
}

function Door() {
  const session = useSession()
  const [router] = useState(makeRouter)
  const signedIn = session.at === 'signed_in'
  useEffect(() => {
    if (!signedIn) {
      client.clear()
      return
    }
    line.start()
    return () => line.stop()
  }, [signedIn])

  if (session.at === 'signed_in') return <RouterProvider router={router} />
  if (session.at === 'asking') return <Waiting rows={8} />
  if (session.at === 'unreachable') {
    return <ErrorState error={session.error} onRetry={() => void askSession()} />
  }
  return <SignIn expired={session.why === 'expired'} />
}

function SignIn({ expired }: { expired: boolean }) {
  const { t } = useTranslation()
  return (
    <SignInPage
      brand={t('brand')}
      place={t('branch.place')}
      expired={expired}
      signIn={async (user, password) => {
        setSession({ at: 'signed_in', who: await branchApi.signIn(user, password) })
      }}
      insecureHint={
        <>
          {t('sign_in.insecure')} <a href="/setup">{t('sign_in.setup')}</a>
        </>
      }
    />
  )
}
