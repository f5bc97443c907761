import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { commit, grantOf, noteOf, recordOf, type StoreUnderTest, shareStore } from '../store/testing.ts'
import type { Leaf } from './leaf.ts'
import type { LeafFilter } from './ledger-store.ts'

/** A store whose log a test can damage: puts `text` in the place of the canonical bytes of the entry at `index`. */
export interface LedgerUnderTest extends StoreUnderTest {
  readonly tamper?: (index: number, text: string) => Promise<void>
}

/** What every store promises about its log. */
export function describeLedgerStore(name: string, open: () => Promise<LedgerUnderTest>): void {
  describe(`${name}: ledger`, () => {
    describe('leaves', () => testLeaves(shareStore(open)))
    describe('lists', () => testLists(shareStore(open)))
    test('an empty log is a sound one', async () => {
      const { store } = await open()
      expect(await store.ledger.find(0)).toBeUndefined()
      expect(await store.ledger.range(0, 10)).toEqual([])
      expect(await store.ledger.list({}, { limit: 10 })).toEqual([])
      expect((await store.ledger.verifyChain(0)).firstBad).toBeUndefined()
      await store[Symbol.asyncDispose]()
    })
    test('an altered entry is found and named', async ({ skip }) => {
      const { store, tamper } = await open()
      if (!tamper) return skip('this store keeps its log where no test can reach it')
      await store.append(Array.from({ length: 9 }, (_, index) => noteOf({ payload: { index } })))
      const entry = await store.ledger.find(4)
      await tamper(4, entry!.text.replace('"index":4,', '"index":5,'))
      expect((await store.ledger.verifyChain(0)).firstBad).toBe(4)
      expect((await store.ledger.verifyChain(6)).firstBad).toBeUndefined()
      await store[Symbol.asyncDispose]()
    })
  })
}

function testLeaves(under: StoreUnderTest): void {
  test('a leaf says what its record said, and where it stands', async () => {
    const { store, clock } = under
    const grant = grantOf('system.read')
    const about = { subject: 'capsule/42', digests: { content: 'c'.repeat(64) }, payload: { b: [1, 'ä'], a: null } }
    const record = recordOf(grant, { category: 'capsule', type: 'capsule.created', ...about })
    const { sequence } = await commit(store, { ...noteOf(), grant, records: [record] })
    const stored = await store.ledger.find(sequence)
    const before = await store.ledger.find(sequence - 1)
    expect(stored!.leaf).toEqual({
      v: 1,
      index: sequence,
      prev: before?.hash ?? '0'.repeat(64),
      time: new Date(clock.clock()).toISOString(),
      category: 'capsule',
      type: 'capsule.created',
      actor: grant.subject,
      correlation_id: grant.correlationId,
      ...about,
    })
  })

  test('the text is canonical JSON and its hash that of a Merkle leaf', async () => {
    const { store } = under
    // Members in the order of RFC 8785 section 3.2.3: by UTF-16 code units, the surrogate pair before U+FB33.
    const payload = { '\ufb33': 1, '😀': 2, a: 1e21, '': '\u0000\u001f"\\/' }
    const { sequence } = await commit(store, noteOf({ payload }))
    const { text, hash, leaf } = (await store.ledger.find(sequence))!
    expect(JSON.parse(text)).toEqual(leaf)
    expect(text.startsWith('{"actor":"')).toBe(true)
    expect(text).toContain('"payload":{"":"\\u0000\\u001f\\"\\\\/","a":1e+21,"😀":2,"\ufb33":1}')
    // RFC 6962 section 2.1: SHA-256(0x00 || leaf), worked out here by other means than the store's.
    expect(hash).toBe(
      createHash('sha256')
        .update(Buffer.from([0]))
        .update(text, 'utf8')
        .digest('hex'),
    )
  })

  test('the first leaf follows nothing and each other the one before', async () => {
    const { store } = under
    const records = [1, 2, 3].map(() => recordOf(grantOf('system.read')))
    await store.append(Array.from({ length: 20 }, () => ({ ...noteOf(), records })))
    const all = await store.ledger.range(0, 1000)
    expect(all.map(({ leaf }) => leaf.index)).toEqual(all.map((_, index) => index))
    expect(all.map(({ leaf }) => leaf.prev)).toEqual(['0'.repeat(64), ...all.map(({ hash }) => hash).slice(0, -1)])
    for (const from of [0, 1, 7, store.head()]) {
      expect(await store.ledger.verifyChain(from)).toEqual({ checkedTo: store.head(), firstBad: undefined })
    }
  })

  test('a range begins at its first and ends at its limit or with the log', async () => {
    const { store } = under
    await store.append(Array.from({ length: 12 }, () => noteOf()))
    const indexes = async (from: number, limit: number) =>
      (await store.ledger.range(from, limit)).map(({ leaf }) => leaf.index)
    expect(await indexes(3, 4)).toEqual([3, 4, 5, 6])
    expect(await indexes(store.head(), 10)).toEqual([store.head()])
    expect(await indexes(store.head() + 1, 10)).toEqual([])
    expect(await store.ledger.find(store.head() + 1)).toBeUndefined()
  })
}

function testLists(under: StoreUnderTest): void {
  const actors = ['01900000-0000-7000-8000-0000000000a1', '01900000-0000-7000-8000-0000000000a2']

  /** 48 leaves with every combination of two or three values for each member. */
  async function fill(): Promise<void> {
    if (under.store.head() >= 0) return
    const commands = Array.from({ length: 48 }, (_, index) =>
      noteOf({
        category: (['capsule', 'trust', 'system'] as const)[index % 3]!,
        type: `test.${index % 4}`,
        actor: actors[index % 2]!,
        subject: `capsule/${index % 6}`,
        correlationId: `c${index % 8}`,
      }),
    )
    await under.store.append(commands)
  }

  test.for<LeafFilter>([
    {},
    { category: 'trust' },
    { type: 'test.3' },
    { actor: actors[1]! },
    { subject: 'capsule/5' },
    { correlationId: 'c7' },
    { category: 'capsule', actor: actors[0]! },
    { category: 'system', type: 'test.1', actor: actors[1]!, subject: 'capsule/5', correlationId: 'c5' },
    { category: 'capsule', subject: 'capsule/1' },
    { type: "' OR 1=1 --" },
  ])('lists those that match, newest first, in pages: %o', async (filter) => {
    await fill()
    const { ledger } = under.store
    const all = await ledger.range(0, 1000)
    const expected = all
      .filter(({ leaf }) => matches(leaf, filter))
      .map(({ leaf }) => leaf.index)
      .reverse()
    for (const limit of [1, 5, 1000]) {
      const listed: number[] = []
      let page = await ledger.list(filter, { limit })
      while (page.length > 0) {
        expect(page.length).toBeLessThanOrEqual(limit)
        listed.push(...page.map(({ leaf }) => leaf.index))
        page = await ledger.list(filter, { limit, before: page.at(-1)!.leaf.index })
      }
      expect(listed).toEqual(expected)
    }
  })

  test('nothing stands before the first', async () => {
    await fill()
    expect(await under.store.ledger.list({}, { limit: 10, before: 0 })).toEqual([])
  })
}

const matches = (leaf: Leaf, { correlationId, ...others }: LeafFilter): boolean =>
  (correlationId === undefined || leaf.correlation_id === correlationId) &&
  Object.entries(others).every(([member, value]) =>
    Object.entries(leaf).some(([name, own]) => name === member && own === value),
  )
