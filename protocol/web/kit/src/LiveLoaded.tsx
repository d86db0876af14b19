// What the live line brought. Until its first word: grey bars; where that does not come: why, and a way to try again.
import { useQuery } from '@tanstack/react-query'
import { Problem } from '@zhunkehu/api'
import type { ReactNode } from 'react'
import { useBrokenLine } from './brokenLine'
import { ErrorState } from './ErrorState'
import { Waiting } from './Waiting'

type Props<Data> = {
  data: Data | undefined
  rows?: number
  /** A question to the same server: a browser does not say why a socket was refused, an answer does. */
  ask: () => Promise<unknown>
  onRetry: () => void
  children: (data: Data) => ReactNode
}

export function LiveLoaded<Data>({ data, rows, ask, onRetry, children }: Props<Data>) {
  const broken = useBrokenLine() && data === undefined
  const why = useQuery({
    queryKey: ['line-broken'],
    queryFn: ask,
    enabled: broken,
    retry: false,
    gcTime: 0,
  })
  if (data !== undefined) return <>{children(data)}</>
  if (!broken || why.isPending) {
    return (
      <section className="zk-card">
        <Waiting {...(rows ? { rows } : {})} />
      </section>
    )
  }
  const retry = () => {
    void why.refetch()
    onRetry()
  }
  const error = why.error ?? new Problem(0, { code: 'line_broken' })
  return (
    <section className="zk-card">
      <ErrorState error={error} onRetry={retry} />
    </section>
  )
}
