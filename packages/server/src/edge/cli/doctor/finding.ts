import type { Severity } from '@forge-cascade/contract'
import { CascadeError, isCascadeError, isErrno, messageOf } from '#base'
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
  const told = isCascadeError(error) ? error : new CascadeError('INTERNAL', messageOf(error), { cause: error })
  const severity = told.code === 'DATA_CORRUPT' ? 'damage' : 'problem'
  return { check, ok: false, severity, detail: `${told.detail} (${told.code})`, fix: fixOf(told, help) }
}

/** The findings of a check; one that breaks is a finding itself, and the others are looked at all the same. */
export async function attempt(check: string, work: () => Promise<DoctorFinding[]>): Promise<DoctorFinding[]> {
  try {
    return await work()
  } catch (error) {
    return [isDenied(error) ? denied(check, error) : findingOf(check, error, 'doctor --help')]
  }
}

const NO_RIGHT = ['EACCES', 'EPERM'] as const

/** Whether this user has no right to a file or folder; what was thrown, or what caused it. */
export const isDenied = (error: unknown): boolean =>
  isErrno(error, ...NO_RIGHT) || (isCascadeError(error) && isErrno(error.cause, ...NO_RIGHT))

export const denied = (check: string, error: unknown): DoctorFinding =>
  problem(check, messageOf(error), {
    means: 'What is there cannot be used by this user.',
    fix: 'Run the command as the user whose it is, or name another folder with --data.',
  })
