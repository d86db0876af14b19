// Whether the live line is down for long enough to be worth a word.
import { useLine } from '@zhunkehu/live'
import { useEffect, useState } from 'react'

/** A short break is nobody's business. */
const SHOWN_AFTER_MS = 1_500

export function useBrokenLine(): boolean {
  const state = useLine((line) => line.state)
  const broken = state.at === 'waiting' || state.at === 'connecting'
  const [shown, setShown] = useState(false)
  useEffect(() => {
    if (!broken) {
      setShown(false)
      return
    }
    const timer = setTimeout(() => setShown(true), SHOWN_AFTER_MS)
    return () => clearTimeout(timer)
  }, [broken])
  return shown && broken
}
