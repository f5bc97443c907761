import { z } from 'zod'
import { about, all, count, id, saltedDigest, time, trust, word } from './atoms.ts'
import { kind } from './record-kind.ts'

const EMERGENCY = all('system/emergency')
const epoch = count.describe('Which emergency it is, counted from 1.')
const reason = { reason: saltedDigest.describe('Of the reason that was given.') }

/** What people decide about what may happen at all. */
export const GOVERNANCE_RECORDS = {
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
      evidence: z.strictObject({
        id: id.describe('Of the evidence.'),
        kind: word.describe('`success`, `failure`, `vote`, `incident`, `denial`, `service`, `set` or `released`.'),
        by: id.describe('The subject that caused it.'),
        own: z.boolean().describe('Whether the one behind it is the one behind the subject.'),
        value: z.int().nullable().describe('Of a vote 1 or -1, of `set` the score; null of all others.'),
        at: time.describe('When it came.'),
      }),
    },
  }),
}
