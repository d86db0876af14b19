// One way to show what a question to the server came to: waiting, failed, old but kept, or there.
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorState } from './ErrorState'
import { AgeCell } from './time'
import { Waiting } from './Waiting'

type Props<Data> = {
  query: UseQueryResult<Data>
  rows?: number
  /** Not inside a card: waiting and failure get one of their own. */
  alone?: boolean
  children: (data: Data) => ReactNode
}

export function Loaded<Data>({ query, rows, alone = false, children }: Props<Data>) {
  const { t } = useTranslation()
  if (query.data === undefined) {
    const shown = query.isError ? (
      <ErrorState error={query.error} onRetry={() => void query.refetch()} />
    ) : (
      <Waiting {...(rows ? { rows } : {})} />
    )
    return alone ? <section className="zk-card">{shown}</section> : shown
  }
  return (
    <>
      {query.isError ? (
        <div className="zk-banner zk-banner-warn" role="status">
          {t('stale')} <AgeCell at={query.dataUpdatedAt} />
        </div>
      ) : null}
      {children(query.data)}
    </>
  )
}
