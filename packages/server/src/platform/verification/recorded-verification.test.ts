import { expect, test } from 'vitest'
import { type AnyRecord, FIRST_PREV, toLeaf } from '#ledger'
import { findVerification, VERIFIED } from './recorded-verification.ts'

const DIGEST = 'a'.repeat(64)
const payload = { digest: DIGEST, passed: true, score: 0.6, report_sha256: 'b'.repeat(64) }

/** A log of one leaf, which matches what is asked for. */
const logOf = (told: AnyRecord['payload']) => ({
  list: async ({ type, subject }: { readonly type?: string; readonly subject?: string }) => {
    const record = { category: 'verification', type: VERIFIED, actor: 'x', correlationId: 'y', digests: {} } as const
    const leaf = toLeaf(
      { ...record, subject: `artifact/${DIGEST}`, payload: told },
      7,
      FIRST_PREV,
      '2026-03-01T09:00:00.000Z',
    )
    return type === leaf.type && subject === leaf.subject ? [{ leaf, text: '', hash: '' }] : []
  },
})

test('what was recorded of an artifact is found by its digest', async () => {
  expect(await findVerification(logOf(payload), DIGEST)).toEqual({
    ...payload,
    ...{ verified_at: '2026-03-01T09:00:00.000Z', ledger_index: 7 },
  })
  expect(await findVerification(logOf(payload), 'c'.repeat(64))).toBeUndefined()
})

test.for([{}, { ...payload, score: 2 }, { ...payload, score: '1' }, { ...payload, passed: 1 }])(
  'a record that says %j counts for nothing',
  async (told) => {
    await expect(findVerification(logOf(told), DIGEST)).rejects.toMatchObject({ code: 'DATA_CORRUPT' })
  },
)
