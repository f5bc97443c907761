import { z } from 'zod'
import { RECORD_CATEGORIES, type RecordType } from '../../record-categories.ts'
import { count, hash, id, time } from './atoms.ts'
import { RECORDS_V1 } from './index.ts'
import type { RecordKind } from './record-kind.ts'

/** The whole leaf of a kind: what stands in the log as canonical JSON. Nothing else is in it. */
export function leafSchema(type: RecordType) {
  const { meaning, subject, digests, payload }: RecordKind = RECORDS_V1[type]
  return z
    .strictObject({
      v: z.literal(1).describe('Version of the schema.'),
      index: count.describe('Counts from 0 without gaps, in the order of commits.'),
      prev: hash.describe('Leaf hash of the entry before; 64 zeros in the first.'),
      time: time.describe('Never earlier than the entry before.'),
      category: z.literal(RECORD_CATEGORIES[type]),
      type: z.literal(type),
      actor: id.describe('The subject who acted.'),
      correlation_id: z
        .string()
        .regex(/^[A-Za-z0-9._:-]{1,128}$/)
        .describe('The request that it belongs to.'),
      subject: subject.describe('What it is about.'),
      digests: digests.describe('HMAC-SHA-256 of what is personal, under keys that go with it.'),
      payload: payload.extend({ decision_id: id.describe('The decision on which it was done.') }),
    })
    .describe(meaning)
}
