// Which colour each coded state has.
import type { Tone } from './StatusTag'

export const toneOfResult: Record<string, Tone> = {
  answered: 'good',
  busy: 'warn',
  no_answer: 'warn',
  rejected: 'warn',
  unreachable: 'warn',
  cancelled: 'idle',
  vacant: 'bad',
  congestion: 'bad',
  no_common_codec: 'bad',
  blocked: 'bad',
  trunk_failed: 'bad',
  media_timeout: 'bad',
  max_length: 'warn',
  restarted: 'bad',
  other_failure: 'bad',
}

export const toneOfStage: Record<string, Tone> = {
  lead: 'idle',
  contacted: 'busy',
  interested: 'busy',
  negotiating: 'warn',
  won: 'good',
  lost: 'bad',
}

export const STAGES = ['lead', 'contacted', 'interested', 'negotiating', 'won', 'lost'] as const
export type StageCode = (typeof STAGES)[number]
