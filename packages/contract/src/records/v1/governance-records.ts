import { z } from 'zod'
import { all, count, id, saltedDigest, time, word } from './atoms.ts'
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
}
