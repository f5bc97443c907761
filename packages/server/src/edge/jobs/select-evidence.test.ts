import { EVIDENCE_LIMITS } from '@forge-cascade/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type LedgerStore, type StoredCheckpoint, type StoredLeaf, toLeaf } from '#ledger'
import { openMemoryStore } from '../../adapters/memory/index.ts'
import { createTestClock, grantOf, noteOf, recordOf } from '../../platform/store/testing.ts'
import { selectEvidence } from './select-evidence.ts'

const never = new AbortController().signal
const checkpointOf = (size: number): StoredCheckpoint => ({ origin: 'log', size, root: new Uint8Array(32), note: '' })

test('entries of more bytes than a bundle holds are refused', async () => {
  const text = 'x'.repeat(65_535)
  const record = recordOf(grantOf('system.read'))
  const entries = Array.from({ length: 4100 }, (_, index): StoredLeaf => {
    const leaf = toLeaf(record, index, '0'.repeat(64), '2026-03-01T09:00:00.000Z')
    return { leaf, text, hash: '' }
  })
  const list: LedgerStore['list'] = async (_filter, { limit, before = entries.length }) =>
    entries.slice(Math.max(0, before - limit), before).reverse()
  const select = (size: number) => selectEvidence({ list, find: async () => undefined }, {}, checkpointOf(size), never)
  expect(Math.ceil(EVIDENCE_LIMITS.bytesMax / text.length)).toBeLessThan(entries.length)
  await expect(select(entries.length)).rejects.toMatchObject({ code: 'UNPROCESSABLE' })
  expect(await select(2000)).toHaveLength(2000)
})

test('what is selected is what a look at every entry finds, in order, below the checkpoint', async () => {
  const { clock, advance } = createTestClock()
  const store = openMemoryStore({ collections: [], clock })
  const types = ['test.a', 'test.b']
  for (let made = 0; made < 60; made++) {
    // Some entries share a moment.
    if (made % 3 === 0) advance(1000)
    await store.append([noteOf({ type: types[made % 2] ?? '', subject: `test/${made % 5}` })])
  }
  const all = await store.ledger.range(0, 100)
  const times = all.map(({ leaf }) => leaf.time)
  const moment = fc.constantFrom(...times, '2020-01-01T00:00:00.000Z', '2100-01-01T00:00:00.000Z')
  const asked = fc.record(
    {
      since: moment,
      until: moment,
      operation: fc.constantFrom(...types),
      category: fc.constantFrom('system', 'trust'),
    },
    { requiredKeys: [] },
  )
  const meant = asked.filter(({ since = '', until = '9' }) => since <= until)
  const law = fc.asyncProperty(meant, fc.integer({ min: 1, max: 60 }), async (query, size) => {
    const { since = '', until = '9', operation, category = 'system' } = query
    const expected = all
      .map(({ leaf }) => leaf)
      .filter(({ index, time, type }) => index < size && time >= since && time < until && type === (operation ?? type))
      .filter((leaf) => leaf.category === category)
    const found = await selectEvidence(store.ledger, query, checkpointOf(size), never)
    expect(found.map(({ index }) => index)).toEqual(expected.map(({ index }) => index))
  })
  await fc.assert(law)
})
