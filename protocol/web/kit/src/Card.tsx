// A white room with a heading, and a figure with its unit, period and freshness.
import type { ReactNode } from 'react'

type CardProps = {
  title: string
  extra?: ReactNode
  padded?: boolean
  children: ReactNode
  grow?: boolean
}

export function Card({ title, extra, padded = false, grow = false, children }: CardProps) {
  return (
    <section className={grow ? 'zk-card zk-grow' : 'zk-card'} aria-label={title}>
      <header>
        <h2>{title}</h2>
        {extra}
      </header>
      {padded ? <div className="zk-card-body">{children}</div> : children}
    </section>
  )
}

type FigureProps = { name: string; value: string; unit?: string; note?: ReactNode }

export function Figure({ name, value, unit, note }: FigureProps) {
  return (
    <div className="zk-figure">
      <dt>{name}</dt>
      <dd>
        <div className="zk-figure-value">
          {value}
          {unit ? <small>{unit}</small> : null}
        </div>
        {note ? <div className="zk-figure-note">{note}</div> : null}
      </dd>
    </div>
  )
}

export function Figures({ children }: { children: ReactNode }) {
  return <dl className="zk-figures">{children}</dl>
}

/** Names and values in two columns. */
export function Facts({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="zk-facts">
      {rows.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** How full something is: the bar is beside the words, never instead of them. With `goal` full is good. */
export function Meter({
  used,
  total,
  warnAt = 0.8,
  goal = false,
}: {
  used: number
  total: number
  warnAt?: number
  goal?: boolean
}) {
  const share = total > 0 ? Math.min(1, Math.max(0, used / total)) : 0
  const colour = goal
    ? share === 1
      ? '#157347'
      : '#1556c5'
    : share >= 0.95
      ? '#c62a1d'
      : share >= warnAt
        ? '#9a5b00'
        : '#1556c5'
  return (
    <div className="zk-meter" aria-hidden="true">
      <i style={{ width: `${(share * 100).toFixed(1)}%`, background: colour }} />
    </div>
  )
}
