import { describe, expect, test } from 'vitest'
import { codeOf, commit, nextId, shareStore, TEST_SUBJECT } from '../../platform/store/testing.ts'
import type { CapsuleDraft } from './capsule-draft.ts'
import {
  addVersion,
  create,
  createCommand,
  draftOf,
  getHead,
  idsOf,
  linkCommand,
  listAll,
  type OpenStore,
  statusCommand,
  trustCommand,
  type Under,
  versionCommand,
  versionOf,
} from './testing.ts'

/** Capsules as they are written and read again. */
export function describeVersions(name: string, open: OpenStore): void {
  describe(`${name}: capsules and versions`, () => {
    const under = shareStore(open)
    describe('a capsule', () => testCapsule(under))
    describe('hostile texts', () => testTexts(under))
    describe('versions', () => testVersions(under))
  })
}

const FULL: Partial<CapsuleDraft> = {
  type: 'decision',
  title: 'A title',
  content: 'The council of Lisbon decided to keep the old harbour open.',
  tags: ['one', 'two words'],
  category: 'history',
  licence: 'for-sale',
  licenceTerms: 'Ten coins.',
  identity: 'scribe',
  lane: 'lane/1',
  fold: 'fold-2',
  metadata: { nested: { list: [1, 'two', null, true] }, '': 'empty key' },
  source: { kind: 'chat', conversation: 'c1', session: 3, index: 7, speaker: 'Ada', at: '2026-02-01T00:00:00Z' },
  trust: 75,
}

function testCapsule(under: Under): void {
  test('comes back with everything it was created with', async () => {
    const { store, clock } = under
    const [owner, author] = [nextId(), nextId()]
    const parent = await create(store, { trust: 70 })
    const edge = { id: parent.id, version: '1.0.0', reason: 'why "not"', at: 12_345, changes: { lines: [1, 2] } }
    const draft = draftOf({ ...FULL, owner, author, parents: [edge], validFrom: 1_000_000 })
    const receipt = await commit(store, createCommand(store, draft))
    expect(receipt).toMatchObject({ outcome: 'created', id: draft.id, version: '1.0.0', near_duplicates: [] })
    expect(await getHead(store, draft.id)).toEqual({
      ...Object.fromEntries(Object.entries(FULL)),
      id: draft.id,
      version: '1.0.0',
      ordinal: 1,
      isHead: true,
      revision: 1,
      owner,
      author,
      trust: 75,
      effectiveTrust: 70,
      status: 'ACTIVE',
      archivedIn: null,
      parents: [edge],
      partOf: null,
      embeddingModel: null,
      fingerprint: draft.fingerprint,
      createdAt: clock.clock(),
      updatedAt: clock.clock(),
      validFrom: 1_000_000,
      validTo: null,
    })
  })

  test('is valid from its writing unless told otherwise', async () => {
    const { store, clock } = under
    const { id } = await create(store)
    expect((await getHead(store, id)).validFrom).toBe(clock.clock())
  })

  test('is found among others in the order asked; those that do not exist are left out', async () => {
    const { store } = under
    const [a, b, c] = [await create(store), await create(store), await create(store)]
    const asked = [c.id, nextId(), a.id, b.id]
    expect(idsOf(await store.capsules.getHeads(asked))).toEqual([c.id, a.id, b.id])
    expect(await store.capsules.getHeads([])).toEqual([])
  })

  test('is a copy: altering the draft later changes nothing', async () => {
    const { store } = under
    const [tags, vector, metadata] = [['kept'], Float32Array.of(1, 2), { list: [1] }]
    const { id } = await create(store, { tags, metadata, embedding: { model: 'copies', vector } })
    tags.push('late')
    metadata.list.push(2)
    vector.fill(9)
    expect(await getHead(store, id)).toMatchObject({ tags: ['kept'], metadata: { list: [1] } })
    const stored = await store.capsules.findEmbedding(id, '1.0.0')
    expect(stored!.vector).toEqual(Float32Array.of(1, 2))
    stored!.vector.fill(9)
    expect((await store.capsules.findEmbedding(id, '1.0.0'))!.vector).toEqual(Float32Array.of(1, 2))
  })

  test('an id is used once', async () => {
    const { store } = under
    const { id } = await create(store, { content: 'the first' })
    expect(await codeOf(() => create(store, { id, content: 'the second' }))).toBe('CONFLICT')
    expect((await getHead(store, id)).content).toBe('the first')
  })

  test('what does not exist has no version, no history and no lineage', async () => {
    const { capsules } = under.store
    const id = nextId()
    expect(await capsules.findVersion(id, '1.0.0')).toBeUndefined()
    expect(await capsules.findAsOf(id, Date.now())).toBeUndefined()
    expect(await capsules.lineage(id, { direction: 'ancestors', nodesMax: 10 })).toBeUndefined()
    expect(await capsules.findEmbedding(id, '1.0.0')).toBeUndefined()
    expect((await capsules.listVersions(id, { limit: 10 })).items).toEqual([])
    expect(await capsules.readVersions(id)).toEqual([])
    expect(await capsules.trustHistory(id, 10)).toEqual([])
    expect(await capsules.links(id)).toEqual([])
  })

  test('no change of what does not exist is carried out, nor anything beside it', async () => {
    const { store } = under
    const [id, other] = [nextId(), await create(store)]
    const head = store.head()
    const commands = [
      versionCommand(store, versionOf(draftOf({ id }), '1.1.0')),
      statusCommand(store, id, 'ARCHIVED'),
      trustCommand(store, id, 10),
      linkCommand(store, other.id, id, 'RELATED_TO'),
      linkCommand(store, id, other.id, 'RELATED_TO'),
    ]
    for (const command of commands) expect(await codeOf(() => commit(store, command))).toBe('NOT_FOUND')
    expect([store.head(), (await getHead(store, other.id)).revision]).toEqual([head, 1])
  })
}

const TEXTS = [
  { name: 'NUL', text: 'before\u0000after' },
  { name: 'a lone quote', text: `it's "half` },
  { name: 'SQL', text: `'); DROP TABLE capsules; --` },
  { name: 'Cypher', text: '`}) DETACH DELETE n // $id {id: 1}' },
  { name: 'right to left', text: 'مرحبا بالعالم \u202eevil\u202c עברית' },
  { name: 'emoji with joiners', text: '👩‍👩‍👧‍👦 🏳️‍🌈 🇵🇹' },
  { name: 'combining marks', text: 'Z\u0351\u036b\u0343a\u0300\u0301l\u0334g\u0335o e\u0301 \u00e9' },
  { name: 'byte order mark and odd spaces', text: '\ufeff \u00a0\u2028\u2029\u200b tab\tline\r\nend  ' },
  { name: 'control characters', text: '\u0001\u0007\u001b[31mred\u007f\u0085' },
  { name: 'noncharacters', text: 'a\uffff\ufffe\u{10ffff}b' },
  { name: 'white space at the ends', text: '  \n kept \n  ' },
]

function testTexts(under: Under): void {
  test.for(TEXTS)('$name comes back exactly, in every member that holds text', async ({ text }) => {
    const { store } = under
    const members = { content: text, title: text, tags: [text], category: text, licenceTerms: text }
    const scope = { identity: text, lane: text, fold: text, metadata: { [text]: text } }
    const draft = await create(store, { ...members, ...scope, source: { kind: 'person', name: text } })
    const head = await getHead(store, draft.id)
    expect(head).toMatchObject({ ...members, ...scope, source: { kind: 'person', name: text } })
    expect(idsOf((await store.capsules.list({ identity: text, tags: [text] }, { limit: 10 })).items)).toEqual([
      draft.id,
    ])
  })

  test.for(TEXTS)('$name in a query is no operator and no failure', async ({ text }) => {
    const { store } = under
    const found = await store.capsules.candidates({ text, filter: {}, perSignal: 10 })
    expect(found.sequence).toBeGreaterThanOrEqual(-1)
  })

  test('1 MiB comes back exactly', async () => {
    const { store } = under
    const content = 'grüße 🌍 '.repeat(Math.floor((1024 * 1024) / 13))
    const { id } = await create(store, { content })
    // Compared as one boolean: a difference of a mebibyte is nothing to print.
    expect((await getHead(store, id)).content === content).toBe(true)
  })
}

function testVersions(under: Under): void {
  test('the newest is the head, the old ones stay readable as they were', async () => {
    const { store, clock } = under
    const first = await create(store, { content: 'one', title: 'first', tags: ['a'] })
    clock.advance(1000)
    const receipt = await addVersion(store, {
      ...versionOf(first, '1.1.0', { content: 'two', title: null, tags: ['b'], author: nextId() }),
      versionReason: 'because',
    })
    expect(receipt).toMatchObject({ outcome: 'updated', id: first.id, version: '1.1.0' })
    const head = await getHead(store, first.id)
    expect(head).toMatchObject({ version: '1.1.0', ordinal: 2, isHead: true, content: 'two', title: null, tags: ['b'] })
    const old = await store.capsules.findVersion(first.id, '1.0.0')
    expect(old).toMatchObject({
      version: '1.0.0',
      ordinal: 1,
      isHead: false,
      content: 'one',
      title: 'first',
      tags: ['a'],
    })
    expect(old!.validTo).toBe(head.validFrom)
    expect(old!.createdAt).toBe(head.createdAt - 1000)
    expect(old!.author).toBe(TEST_SUBJECT)
    expect(head.author).not.toBe(TEST_SUBJECT)
    expect(await store.capsules.findVersion(first.id, '9.9.9')).toBeUndefined()
  })

  test('a version that is not above the newest is refused', async () => {
    const { store } = under
    const first = await create(store)
    await addVersion(store, versionOf(first, '1.9.0'))
    for (const version of ['1.9.0', '1.0.0', '1.8.9', '0.9.9']) {
      expect(await codeOf(() => addVersion(store, versionOf(first, version)))).toBe('CONFLICT')
    }
    // Numbers, not text: 10 is above 9.
    expect(await codeOf(() => addVersion(store, versionOf(first, '1.10.0')))).toBe('carried out')
    expect((await getHead(store, first.id)).ordinal).toBe(3)
  })

  test('history lists the newest first, in pages of any size, and reads oldest first', async () => {
    const { store, clock } = under
    const first = await create(store, { content: 'text 0', title: 't0' })
    for (let minor = 1; minor < 12; minor++) {
      clock.advance(10)
      const draft = versionOf(first, `1.${minor}.0`, { content: `text ${minor}`, title: `t${minor}` })
      await addVersion(store, { ...draft, versionReason: `reason ${minor}` })
    }
    const versions = Array.from({ length: 12 }, (_, minor) => `1.${minor}.0`)
    for (const limit of [1, 5, 12, 100]) {
      const listed = await listAll((cursor) => store.capsules.listVersions(first.id, { limit, ...cursor }))
      expect(listed.map(({ version }) => version)).toEqual(versions.toReversed())
      expect(listed[0]).toMatchObject({ ordinal: 12, title: 't11', versionReason: 'reason 11', validTo: null })
      expect(listed.at(-1)).toMatchObject({ ordinal: 1, versionReason: null, validTo: listed.at(-2)!.validFrom })
    }
    const read = await store.capsules.readVersions(first.id)
    expect(read.map(({ content }) => content)).toEqual(versions.map((_, minor) => `text ${minor}`))
    expect(read.map(({ isHead }) => isHead)).toEqual(versions.map((_, minor) => minor === 11))
  })

  test('validity never begins before the predecessor’s', async () => {
    const { store } = under
    const first = await create(store, { validFrom: 5000 })
    await addVersion(store, versionOf(first, '1.1.0', { validFrom: 4000 }))
    const [old, head] = await store.capsules.readVersions(first.id)
    expect([old!.validFrom, old!.validTo, head!.validFrom, head!.validTo]).toEqual([5000, 5000, 5000, null])
  })
}
