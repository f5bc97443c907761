import type { Severity } from '@forge-cascade/contract'
import { isCascadeError } from '#base'
import { fixOf } from '../error-fix.ts'

/** One thing that was looked at. */
export interface DoctorFinding {
  readonly check: string
  /** True when nothing is wrong with it. */
  readonly ok: boolean
  readonly severity: Severity
  readonly detail: string
  /** What it leads to; for what is not fine. */
  readonly means?: string
  /** What to do about it; for what is not fine. */
  readonly fix?: string
}

export const fine = (check: string, detail: string): DoctorFinding => ({ check, ok: true, severity: 'fine', detail })

/** Something that works, or will for a while, and is worth a look. */
export const warning = (check: string, detail: string, help: { means: string; fix: string }): DoctorFinding => ({
  check,
  ok: false,
  severity: 'warning',
  detail,
  ...help,
})

/** Something that does not work. */
export const problem = (check: string, detail: string, help: { means?: string; fix: string }): DoctorFinding => ({
  check,
  ok: false,
  severity: 'problem',
  detail,
  ...help,
})

/** What an error means to a doctor. */
export function findingOf(check: string, error: unknown, help: string): DoctorFinding {
  if (!isCascadeError(error)) throw error
  const severity = error.code === 'DATA_CORRUPT' ? 'damage' : 'problem'
  return { check, ok: false, severity, detail: `${error.detail} (${error.code})`, fix: fixOf(error, help) }
}
