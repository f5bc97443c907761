import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { commit, grantOf, noteOf, recordOf, type StoreUnderTest, shareStore } from '../store/testing.ts'
import type { Leaf } from './leaf.ts'
import type { LeafFilter, StoredCheckpoint } from './ledger-store.ts'
import { tileTree, verifyConsistency, verifyInclusion } from './merkle/index.ts'

/** A store whose log a test can damage: puts `text` in the place of the canonical bytes of the entry at `index`. */
export interface LedgerUnderTest extends StoreUnderTest {
  readonly tamper?: (index: number, text: string) => Promise<void>
}

/** What every store promises about its log. */
export function describeLedgerStore(name: string, open: () => Promise<LedgerUnderTest>): void {
  describe(`${name}: ledger`, () => {
    describe('leaves', () => testLeaves(shareStore(open)))
    describe('lists', () => testLists(shareStore(open)))
    describe('tree', () => testTree(shareStore(open)))
    describe('checkpoints', () => testCheckpoints(shareStore(open)))
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
    test('an entry that is no JSON is called damaged by whoever reads it, and given as it lies', async ({ skip }) => {
      const { store, tamper } = await open()
      if (!tamper) return skip('this store keeps its log where no test can reach it')
      await store.append(Array.from({ length: 3 }, () => noteOf()))
      const before = await store.ledger.rawRange(0, 10)
      await tamper(1, 'torn')
      for (const read of [() => store.ledger.find(1), () => store.ledger.range(0, 10)])
        await expect(read()).rejects.toMatchObject({ code: 'DATA_CORRUPT' })
      const torn = { ...before[1]!, bytes: Uint8Array.from(Buffer.from('torn')) }
      expect(await store.ledger.rawRange(0, 10)).toEqual(before.with(1, torn))
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
    const raw = await store.ledger.rawRange(3, 4)
    const bytes = (await store.ledger.range(3, 4)).map(({ text, hash }) => [text, hash])
    expect(raw.map(({ index }) => index)).toEqual([3, 4, 5, 6])
    expect(raw.map((entry) => [String(Buffer.from(entry.bytes)), Buffer.from(entry.hash).toString('hex')])).toEqual(
      bytes,
    )
    expect(await store.ledger.rawRange(store.head() + 1, 10)).toEqual([])
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

function testTree(under: StoreUnderTest): void {
  /** RFC 6962 section 2.1, word for word. */
  function brute(hashes: readonly Buffer[]): Buffer {
    if (hashes.length === 0) return createHash('sha256').digest()
    if (hashes.length === 1) return hashes[0]!
    const left = 2 ** Math.ceil(Math.log2(hashes.length) - 1)
    const parts = [Buffer.from([1]), brute(hashes.slice(0, left)), brute(hashes.slice(left))]
    return createHash('sha256').update(Buffer.concat(parts)).digest()
  }

  const hashesOf = async (size: number): Promise<Buffer[]> => {
    const hashes: Buffer[] = []
    while (hashes.length < size) {
      const page = await under.store.ledger.range(hashes.length, Math.min(1000, size - hashes.length))
      hashes.push(...page.map(({ hash }) => Buffer.from(hash, 'hex')))
    }
    return hashes
  }

  /** Brings the log to `size` entries at least, in transactions of different sizes, and the tree along. */
  async function fill(size: number): Promise<void> {
    while (under.store.head() + 1 < size) {
      const missing = size - under.store.head() - 1
      await under.store.append(Array.from({ length: Math.min(missing, 1 + (missing % 97)) }, () => noteOf()))
    }
    await under.store.ledger.grow()
  }

  test('an empty tree has the root of nothing, and nothing to prove', async () => {
    const { ledger } = under.store
    expect(under.store.head()).toBe(-1)
    expect(await ledger.grow()).toMatchObject({ size: 0 })
    expect(Buffer.from(await ledger.rootAt(0))).toEqual(brute([]))
    expect(await ledger.tile(0, 0, 1)).toBeUndefined()
    await expect(ledger.proveInclusion(0, 0)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(ledger.rootAt(1)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('grows with the log, whatever came at once, and has the root of the definition at each size', async () => {
    for (const size of [1, 2, 3, 255, 256, 257, 300, 512, 700]) {
      await fill(size)
      const head = await under.store.ledger.grow()
      expect([head.size, Buffer.from(head.root)]).toEqual([under.store.head() + 1, brute(await hashesOf(head.size))])
    }
    const all = await hashesOf(700)
    for (const size of [0, 1, 2, 128, 255, 256, 257, 511, 512, 513, 699, 700])
      expect(Buffer.from(await under.store.ledger.rootAt(size))).toEqual(brute(all.slice(0, size)))
  })

  test('its proofs are accepted, and not for another entry or size', async () => {
    await fill(700)
    const { ledger } = under.store
    const all = await hashesOf(700)
    for (const [index, size] of [
      [0, 1],
      [0, 700],
      [255, 256],
      [256, 257],
      [699, 700],
      [300, 513],
    ] as const) {
      const root = brute(all.slice(0, size))
      const shown = { index, size, leafHash: all[index]!, proof: await ledger.proveInclusion(index, size), root }
      expect(verifyInclusion(shown)).toBe(true)
      expect(verifyInclusion({ ...shown, index: index + 1 })).toBe(false)
      expect(verifyInclusion({ ...shown, leafHash: all[index + 1] ?? brute([]) })).toBe(false)
    }
    for (const [from, to] of [
      [1, 2],
      [255, 256],
      [256, 700],
      [257, 512],
      [699, 700],
      [700, 700],
    ] as const) {
      const shown = { from, to, fromRoot: brute(all.slice(0, from)), toRoot: brute(all.slice(0, to)) }
      const proof = await ledger.proveConsistency(from, to)
      expect(verifyConsistency({ ...shown, proof })).toBe(true)
      expect(verifyConsistency({ ...shown, proof, fromRoot: brute(all.slice(1, from + 1)) })).toBe(false)
    }
  })

  test('its tiles hold the roots of subtrees, as far as there are any', async () => {
    await fill(700)
    const { ledger } = under.store
    const all = await hashesOf(700)
    const joined = (hashes: readonly Buffer[]): Uint8Array => Uint8Array.from(Buffer.concat(hashes))
    expect(await ledger.tile(0, 0, 256)).toEqual(joined(all.slice(0, 256)))
    expect(await ledger.tile(0, 1, 7)).toEqual(joined(all.slice(256, 263)))
    expect(await ledger.tile(0, 2, 188)).toEqual(joined(all.slice(512, 700)))
    const roots = [0, 256].map((from) => brute(all.slice(from, from + 256)))
    expect(await ledger.tile(1, 0, 2)).toEqual(joined(roots))
    expect(await ledger.keptTile(0, 1)).toEqual(tileTree(joined(all.slice(256, 512))))
    for (const [level, index] of [
      [0, 9],
      [1, 0],
      [40, 0],
    ] as const)
      expect(await ledger.keptTile(level, index)).toBeUndefined()
    for (const [level, index, width] of [
      [0, 2, 256],
      [0, 9, 1],
      [1, 0, 3],
      [1, 1, 1],
      [2, 0, 1],
      [40, 0, 1],
    ] as const)
      if ((await ledger.grow()).size < 768 || level > 1) expect(await ledger.tile(level, index, width)).toBeUndefined()
  })

  test.for([
    { name: 'an entry behind the end', ask: ['proveInclusion', 700, 700] },
    { name: 'an entry before the first', ask: ['proveInclusion', -1, 700] },
    { name: 'half an entry', ask: ['proveInclusion', 0.5, 700] },
    { name: 'a tree that is larger than the log', ask: ['proveInclusion', 0, 2 ** 53] },
    { name: 'a size that is no number', ask: ['proveInclusion', 0, Number.NaN] },
    { name: 'a past that is larger', ask: ['proveConsistency', 2, 1] },
    { name: 'a past before the first', ask: ['proveConsistency', -1, 1] },
    { name: 'a future', ask: ['proveConsistency', 1, 2 ** 40] },
  ] as const)('$name is refused', async ({ ask: [proof, a, b] }) => {
    await fill(700)
    await expect(under.store.ledger[proof](a, b)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
}

function testCheckpoints(under: StoreUnderTest): void {
  const of = (origin: string, size: number): StoredCheckpoint => {
    return { origin, size, root: new Uint8Array(32).fill(size), note: `${origin}\n${size}\n` }
  }

  test('the newest of an origin is kept, and those of others beside it', async () => {
    const { ledger } = under.store
    expect(await ledger.checkpoint('one')).toBeUndefined()
    for (const checkpoint of [of('one', 3), of('two', 9), of('one', 4)]) await ledger.keepCheckpoint(checkpoint)
    expect(await ledger.checkpoint('one')).toEqual(of('one', 4))
    expect(await ledger.checkpoint('two')).toEqual(of('two', 9))
  })

  test('none is kept twice, and none that is smaller: it would say something else of the same log', async () => {
    const { ledger } = under.store
    await ledger.keepCheckpoint(of('three', 5))
    for (const size of [5, 4, 0])
      await expect(ledger.keepCheckpoint(of('three', size))).rejects.toMatchObject({ code: 'INTERNAL' })
    expect(await ledger.checkpoint('three')).toEqual(of('three', 5))
  })

  test('one that must follow a certain other is kept after that one alone', async () => {
    const { ledger } = under.store
    await expect(ledger.keepCheckpoint(of('four', 5), 4)).rejects.toMatchObject({ code: 'CONFLICT' })
    await ledger.keepCheckpoint(of('four', 5), 0)
    for (const after of [0, 4, 6])
      await expect(ledger.keepCheckpoint(of('four', 7), after)).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await ledger.checkpoint('four')).toEqual(of('four', 5))
    await ledger.keepCheckpoint(of('four', 7), 5)
    expect(await ledger.checkpoint('four')).toEqual(of('four', 7))
  })

  test('of several that would follow the same one, a single one is kept', async () => {
    const { ledger } = under.store
    await ledger.keepCheckpoint(of('five', 5), 0)
    const rivals = [8, 9, 10, 11].map((size) => ledger.keepCheckpoint(of('five', size), 5))
    const kept = (await Promise.allSettled(rivals)).filter(({ status }) => status === 'fulfilled')
    expect(kept).toHaveLength(1)
  })
}

const matches = (leaf: Leaf, { correlationId, ...others }: LeafFilter): boolean =>
  (correlationId === undefined || leaf.correlation_id === correlationId) &&
  Object.entries(others).every(([member, value]) =>
    Object.entries(leaf).some(([name, own]) => name === member && own === value),
  )
