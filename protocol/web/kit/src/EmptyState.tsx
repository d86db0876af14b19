// Nothing here: why, and how to begin.
import { InboxOutlined } from '@ant-design/icons'
import type { ReactNode } from 'react'

type Props = { title: string; hint?: ReactNode; action?: ReactNode }

export function EmptyState({ title, hint, action }: Props) {
  return (
    <div className="zk-state">
      <InboxOutlined className="zk-state-icon" aria-hidden />
      <strong>{title}</strong>
      {hint ? <p>{hint}</p> : null}
      {action}
    </div>
  )
}
