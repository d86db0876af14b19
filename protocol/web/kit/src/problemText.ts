// The words for a coded no: refusals of the branch first, then problems of the API itself.
import type { Problem } from '@zhunkehu/api'
import i18next from 'i18next'

export function textOfCode(code: string): string {
  return i18next.t([`refusal.${code}`, `problem.${code}`, 'problem.unknown'], { code })
}

export function textOfProblem(problem: Problem): string {
  return textOfCode(problem.code)
}
