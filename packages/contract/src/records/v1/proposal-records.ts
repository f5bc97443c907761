import { z } from 'zod'
import { about, all, count, hash, id, time, word } from './atoms.ts'
import { kind } from './record-kind.ts'

const clause = z.string().max(100)
const PROPOSAL = about('proposal')
const topic = word.describe('What it is about: `policy`, `trust`, …')
const digest = hash.describe('Of what is to be done, as canonical JSON.')
const at = (meaning: string) => time.nullable().describe(meaning)

/** What people change by vote. Titles and descriptions are in none of them. */
export const PROPOSAL_RECORDS = {
  'proposal.created': kind('Somebody proposes a change.', { subject: PROPOSAL, payload: { topic, digest } }),
  'proposal.activated': kind('A proposal is to be voted on.', {
    subject: PROPOSAL,
    payload: { opens_at: time.describe('When voting opens.') },
  }),
  'proposal.opened': kind('Voting is open; rules, weights and delegations are fixed.', {
    subject: PROPOSAL,
    payload: {
      digest,
      election: hash.describe('Of all that the result is worked out from beside the ballots, as canonical JSON.'),
      voters: count.describe('How many may vote.'),
      total: count.describe('Weight of all of them.'),
      closes_at: time.describe('When voting closes, unless a late quorum extends it.'),
    },
  }),
  'proposal.advised': kind('The council commented on a proposal; nothing of it is counted.', {
    subject: PROPOSAL,
    payload: {
      digest: hash.describe('Of the comments, as canonical JSON.'),
      analysis: hash.nullable().describe('Of the analysis that they comment on; null where there could be none.'),
      given: count.describe('Advisers who said something.'),
      failed: count.describe('Advisers who failed.'),
    },
  }),
  'proposal.voted': kind('Somebody voted, or voted anew.', {
    subject: PROPOSAL,
    payload: {
      sequence: count.describe('Counts the ballots of the proposal from 0; the last one of a voter counts.'),
      vote: word.describe('`for`, `against` or `abstain`.'),
    },
  }),
  'proposal.closed': kind('A proposal is closed.', {
    subject: PROPOSAL,
    payload: {
      outcome: word.describe('`passed`, `rejected`, `no_quorum`, `vetoed` or `withdrawn`.'),
      clause: z.string().max(200).nullable().describe('Of a veto: the rule of the constitution.'),
      ballots: count.describe('How many were taken.'),
      weight_for: count.describe('Weight for, with that of those for whom they speak.'),
      weight_against: count.describe('Weight against, with that of those for whom they speak.'),
      weight_abstain: count.describe('Weight abstaining, with that of those for whom they speak.'),
      timelock_until: at('When it is carried out; null for what is not passed.'),
    },
  }),
  'proposal.executed': kind('What was passed is carried out.', { subject: PROPOSAL, payload: { digest } }),
  'proposal.execution_failed': kind('What was passed could not be carried out.', {
    subject: PROPOSAL,
    payload: { digest, code: word.describe('Why not.') },
  }),
  'configuration.changed': kind('Settings were changed by vote.', {
    subject: all('governance/settings'),
    payload: {
      set: z.array(word).max(20).describe('Keys that have the value that was voted for from here on.'),
      unset: z.array(word).max(20).describe('Keys that have the value again that is configured.'),
      digest: hash.describe('Of all values that were voted for and count from here on, as canonical JSON.'),
    },
  }),
  'constitution.amended': kind('Clauses of the constitution that are of the instance itself were changed by vote.', {
    subject: all('governance/constitution'),
    payload: {
      added: z.array(clause).max(20).describe('Ids of clauses that are new.'),
      replaced: z.array(clause).max(20).describe('Ids of clauses that say something else from here on.'),
      removed: z.array(clause).max(20).describe('Ids of clauses that are gone.'),
      bundle: hash.describe('Digest of the policies from here on.'),
    },
  }),
  'delegation.given': kind('Somebody speaks for the subject in votes where it says nothing itself.', {
    subject: about('subject'),
    payload: { to: id.describe('Who speaks.'), topic: word.describe('A kind of proposals, or `all`.') },
  }),
  'delegation.revoked': kind('Nobody speaks for the subject any more.', {
    subject: about('subject'),
    payload: { topic: word.describe('A kind of proposals, or `all`.') },
  }),
}
