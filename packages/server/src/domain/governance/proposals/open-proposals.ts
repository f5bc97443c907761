import type { GovernanceGate } from '../governance-gate.ts'
import { Electorate, type ElectorateOptions } from './electorate.ts'
import { ProposalCourse, type ProposalCourseOptions } from './proposal-course.ts'
import { ProposalExecution, type ProposalExecutionOptions } from './proposal-execution.ts'
import { ProposalJournal } from './proposal-journal.ts'
import { Proposals, type ProposalsOptions } from './proposals.ts'

type Made = 'book' | 'journal' | 'electorate' | 'execution' | 'course' | 'gate' | 'instance'

export type OpenProposalsOptions = Omit<ElectorateOptions, Made> &
  Omit<ProposalExecutionOptions, Made> &
  Omit<ProposalCourseOptions, Made> &
  Omit<ProposalsOptions, Made> & {
    readonly book: ProposalCourseOptions['book']
    readonly gate: Pick<GovernanceGate, 'decide' | 'inputOf' | 'release' | 'retried'>
    readonly instance: ElectorateOptions['instance']
  }

/** What people propose, what becomes of it in its time, and what carries it out. */
export interface OpenProposals {
  readonly electorate: Electorate
  readonly execution: ProposalExecution
  readonly course: ProposalCourse
  readonly proposals: Proposals
}

/** Puts the parts of voting together. */
export function openProposals(options: OpenProposalsOptions): OpenProposals {
  const journal = new ProposalJournal(options)
  const electorate = new Electorate(options)
  const execution = new ProposalExecution({ ...options, journal, electorate })
  const course = new ProposalCourse({ ...options, journal, electorate, execution })
  const proposals = new Proposals({ ...options, course, electorate, instance: options.instance.id })
  return { electorate, execution, course, proposals }
}
