// What stands around every screen: language, theme, questions to the server.
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { asProblem } from '@zhunkehu/api'
import { App as AntApp, ConfigProvider } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { sessionStore, setSession } from './session'
import { houseTheme } from './theme'
import './parts.css'
import './shell.css'

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
    defaultOptions: {
      queries: {
        retry: (failures, error) => failures < 2 && asProblem(error).status === 0,
        staleTime: 5_000,
        refetchOnWindowFocus: false,
      },
      mutations: { retry: false, onError: leaveWhenSignedOut },
    },
  })
}

/** A session that the server no longer knows ends on the log-in page, not in forty red boxes. */
export function leaveWhenSignedOut(error: unknown): void {
  if (asProblem(error).status === 401 && sessionStore.getState().at === 'signed_in') {
    setSession({ at: 'signed_out', why: 'expired' })
  }
}

function pageNonce(): string | undefined {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')
  const nonce = meta?.nonce || meta?.content
  return nonce && !nonce.startsWith('__') ? nonce : undefined
}

export function Frame({ client, children }: { client: QueryClient; children: ReactNode }) {
  const { i18n } = useTranslation()
  const nonce = pageNonce()
  return (
    <ConfigProvider
      theme={houseTheme}
      locale={i18n.language === 'en' ? enUS : zhCN}
      button={{ autoInsertSpace: false }}
      {...(nonce ? { csp: { nonce } } : {})}
    >
      <QueryClientProvider client={client}>
        <AntApp component={false}>{children}</AntApp>
      </QueryClientProvider>
    </ConfigProvider>
  )
}
