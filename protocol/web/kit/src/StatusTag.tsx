// One state, one colour, one sign, one word: everywhere the same.
import type { ReactNode } from 'react'

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'idle'

const SIGN: Record<Tone, string> = { good: '●', busy: '◆', warn: '▲', bad: '■', idle: '○' }

export function StatusTag({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={`zk-tag zk-tag-${tone}`}>
      <i aria-hidden="true">{SIGN[tone]}</i>
      {children}
    </span>
  )
}
