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
  children: (data: Data) => ReactNode
}

export function Loaded<Data>({ query, rows, children }: Props<Data>) {
  const { t } = useTranslation()
  if (query.data === undefined) {
    if (query.isError)
      return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
    return <Waiting {...(rows ? { rows } : {})} />
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
