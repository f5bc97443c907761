import { CascadeError } from '#base'
import type { Subject, Subjects } from '#identity'
import type { Grant } from '#store'
import type { PolicyDesk } from '../policy-desk.ts'
import type { Before, ProposalAction } from './proposal-row.ts'
import type { VotedSettings } from './voted-settings.ts'

/** What proposals change. */
export interface Changed {
  readonly policies: Pick<
    PolicyDesk,
    'active' | 'amend' | 'apply' | 'clausesOf' | 'clauseTouched' | 'clauseWeakened' | 'refresh' | 'reset'
  >
  readonly subjects: Pick<Subjects, 'change' | 'find'>
  readonly settings: Pick<VotedSettings, 'apply' | 'open' | 'votedFor'>
}

export interface CarryOut {
  readonly grant: Grant<'proposal.execute'>
  /** As whom it is carried out. */
  readonly subject: Subject
  readonly command: { readonly id: string }
  /** Id of the proposal. */
  readonly proposal: string
  /** @see PolicyDesk.amend */
  readonly canVote: (mayVote: (voter: Subject) => boolean) => Promise<boolean>
}

/** Does what was voted on; what it changes takes along that it was done. @throws CascadeError as what it changes does. */
export async function carryOut(
  { policies, subjects, settings }: Changed,
  call: CarryOut,
  action: ProposalAction,
): Promise<void> {
  switch (action.type) {
    case 'trust_change':
      await subjects.change(call, action.subject, { trust: action.trust }, () => true)
      return
    case 'configuration_change':
      return settings.apply(call, action.changes, call.proposal)
    case 'constitution_amendment':
      return policies.amend(call, action.clauses, call.canVote)
    case 'policy_change': {
      if (action.files === null) return policies.reset(call)
      const { bundle, findings } = await policies.apply(call, action.files)
      if (bundle !== undefined) return
      const [first] = findings
      throw new CascadeError(
        'UNPROCESSABLE',
        first ? `${first.file}:${first.line}: ${first.message}` : 'They are not sound.',
      )
    }
  }
}

/** What is there now, for somebody to bring it back. @throws CascadeError NOT_FOUND. */
export async function beforeOf({ policies, subjects, settings }: Changed, action: ProposalAction): Promise<Before> {
  switch (action.type) {
    case 'policy_change': {
      const { own, digest } = policies.active
      return { type: 'policies', digest: own === null ? null : digest }
    }
    case 'configuration_change':
      return { type: 'settings', values: settings.votedFor(action.changes) }
    case 'constitution_amendment':
      return { type: 'clauses', clauses: policies.clausesOf(action.clauses.map(({ id }) => id)) }
    case 'trust_change': {
      const subject = await subjects.find(action.subject)
      if (subject) return { type: 'trust', subject: subject.id, trust: subject.trust }
      throw new CascadeError('NOT_FOUND', `No subject has the id ${action.subject} any more.`)
    }
  }
}
