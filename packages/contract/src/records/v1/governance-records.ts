import { z } from 'zod'
import { about, all, count, hash, id, saltedDigest, time, trust, word } from './atoms.ts'
import { kind } from './record-kind.ts'

const resource = z
  .string()
  .regex(/^(?:\*|[a-z][a-z-]{0,39}\/.{1,400})$/)
  .describe('`capsule/<id>`; `*` where it came into being, or was no single one.')

const decided = {
  action: word.describe('What was to be done.'),
  resource,
  decision: word.describe('`allow`, `deny`, `require_approval`, or `would_deny` where the mode let it pass.'),
  mode: word.describe('`audit`, `warn` or `enforce`, as it held for this decision.'),
  reasons: z
    .array(
      z.strictObject({
        step: word.describe('The step of the gate that says it.'),
        code: word.describe('What it says, as the catalogue of reasons names it.'),
        policy_id: z.string().max(200).nullable().describe('The policy that it rests on; null for none.'),
      }),
    )
    .describe('Why.'),
  trust: trust.nullable().describe('Trust of the subject at that moment; null for nobody.'),
  risk: count.max(100).describe('The guardian’s score.'),
  bundle: hash.describe('Digest of the policies that it was decided by.'),
}
const inputs = saltedDigest.describe(
  'Of everything that it was decided from, as canonical JSON; that stands beside the log, until it expires or is erased.',
)

const EMERGENCY = all('system/emergency')
const epoch = count.describe('Which emergency it is, counted from 1.')
const reason = { reason: saltedDigest.describe('Of the reason that was given.') }

const APPROVAL = about('approval')
const said = { reason: saltedDigest.describe('Of the reason that was given; of nothing where there was none.') }

/** What the gate says, and what it says it by. */
export const GOVERNANCE_RECORDS = {
  'decision.made': kind('The gate decided whether something may be done.', {
    subject: about('decision'),
    payload: decided,
    digests: { inputs },
  }),
  'decision.gathered': kind('The gate decided what changed nothing: reading, mostly.', {
    subject: all('governance/decisions'),
    payload: {
      decisions: z
        .array(
          z.strictObject({
            ...decided,
            subject: id.nullable().describe('Who asked; null for nobody in particular.'),
            first: id.describe('Id of the first of them; the others count up from it in their last 32 bits.'),
            count: count.min(1).describe('How many there were: the same was decided from the same.'),
            inputs,
          }),
        )
        .min(1)
        .describe('Those of a moment, equal ones together.'),
    },
  }),
  'decision.ended': kind('What was allowed and acts outside the store has ended, or nobody knows what became of it.', {
    subject: about('decision'),
    payload: {
      action: word.describe('What was to be done.'),
      outcome: word.describe('`done`, `failed`, or `unknown` where the process ended in between.'),
      code: word.nullable().describe('Why it failed, or NOT_BEGUN; null where it did not fail.'),
    },
    digests: {},
  }),
  'policy.applied': kind('Other policies are in force from here on.', {
    subject: all('governance/policies'),
    payload: {
      bundle: hash.describe('Digest of the policies from here on.'),
      previous: hash.describe('Digest of those before.'),
      policies: count.describe('How many there are.'),
    },
  }),
  'policy.doubted': kind('Compiled policies decided otherwise than Cedar itself, which decides from here on.', {
    subject: all('governance/policies'),
    payload: {
      bundle: hash.describe('Digest of the policies.'),
      policies: z
        .array(z.string().max(200))
        .max(20)
        .describe('Those by which either of the two decided; the first twenty.'),
    },
    digests: {},
  }),
  'routing.applied': kind('Other rules of routing are in force from here on.', {
    subject: all('system/routing'),
    payload: {
      digest: hash.describe('SHA-256 of the text of the rules; of nothing where there are none.'),
      previous: hash.describe('Of those before.'),
      rules: count.describe('How many rules there are.'),
      providers: count.describe('How many providers they declare.'),
      cause: word.describe('`call`, or `file` where the file was changed by hand.'),
    },
    digests: {},
  }),
  'emergency.raised': kind('An emergency was turned on, or what was asked to lift it was taken back.', {
    subject: EMERGENCY,
    payload: { epoch, cause: word.describe('`call` or `file`.') },
    digests: reason,
  }),
  'emergency.lift_asked': kind('Somebody asked to lift an emergency, and waits for a second person.', {
    subject: EMERGENCY,
    payload: { epoch },
    digests: reason,
  }),
  'emergency.lifted': kind('An emergency was lifted.', {
    subject: EMERGENCY,
    payload: {
      epoch,
      first: id.describe('The subject who asked first.'),
      second: id.describe('The subject who lifted it.'),
      alone: z.boolean().describe('Whether both are one, because nobody else could lift it.'),
      asked_at: time.describe('When the first asked.'),
    },
    digests: reason,
  }),
  'subject.trust_changed': kind('A piece of evidence about a subject was kept, with the trust that follows from it.', {
    subject: about('subject'),
    payload: {
      old: trust,
      new: trust,
      reason: word.describe('Why it came out so: the kind of evidence, or the rule that kept it from counting.'),
      evidence: z
        .strictObject({
          id: id.describe('Of the evidence.'),
          kind: word.describe('`success`, `failure`, `vote`, `incident`, `denial`, `service`, `set` or `released`.'),
          by: id.describe('The subject that caused it.'),
          own: z.boolean().describe('Whether the one behind it is the one behind the subject.'),
          value: z.int().nullable().describe('Of a vote 1 or -1, of `set` the score; null of all others.'),
          at: time.describe('When it came.'),
        })
        .describe('The evidence.'),
    },
  }),
  'approval.parked': kind('Something waits for an approval.', {
    subject: APPROVAL,
    payload: {
      action: word.describe('What is to be done.'),
      resource,
      expires_at: time.describe('When it waits no longer.'),
    },
    digests: { request: saltedDigest.describe('Of everything that is to be done, and on what state of it.') },
  }),
  'approval.approved': kind('Somebody approved what waits.', { subject: APPROVAL, payload: {}, digests: said }),
  'approval.rejected': kind('Somebody rejected what waits.', { subject: APPROVAL, payload: {}, digests: said }),
  'approval.started': kind('What was approved is begun, where no transaction of the store reaches.', {
    subject: APPROVAL,
    payload: {},
    digests: {},
  }),
  'approval.executed': kind('What was approved is carried out.', { subject: APPROVAL, payload: {}, digests: {} }),
  'approval.failed': kind('What was approved is not carried out.', {
    subject: APPROVAL,
    payload: { code: word.describe('Why not.') },
    digests: {},
  }),
  'approval.expired': kind('What waited was not decided in time.', { subject: APPROVAL, payload: {}, digests: {} }),
}
