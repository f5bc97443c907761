import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { addVersion, create, draftOf, getHead, maintain, setTrust, versionOf } from '../../domain/capsules/testing.ts'
import type { Store } from '../../domain/store.ts'
import { commandOf, commit, createSeeded, grantOf, pick } from '../../platform/store/testing.ts'
import type { SqliteStore } from './sqlite-store.ts'
import { scanBytes, scanFolders } from './testing/scan-bytes.ts'
import { createFolders, openTestStore } from './testing.ts'
import { DATABASE_FILE } from './writer-operations.ts'

const folder = createFolders()
const MARKER = 'zymurgistmarker'

async function erase(store: Store, id: string): Promise<void> {
  const grant = grantOf('capsule.erase')
  await commit(store, commandOf(grant, [store.capsules.erase(grant, id)]))
}

/** Words of about `length` characters, the marker among them where one is given. */
function textOf(random: () => number, length: number, marker?: string): string {
  const words: string[] = []
  for (let size = 0; size <= length; size += 9) words.push(`w${Math.floor(random() * 1e7).toString(36)}`)
  if (marker !== undefined) words.splice(Math.floor(random() * words.length), 0, marker, `${marker}s`)
  return words.join(' ')
}

/** A history that moves cells between pages: texts of all sizes, versions, records that grow and shrink. */
async function fill(store: SqliteStore, seed: number, rounds: number): Promise<{ secret: string[]; kept: string[] }> {
  const random = createSeeded(seed)
  const [secret, kept]: [string[], string[]] = [[], []]
  const grant = grantOf('subject.create', { reach: 'lines' })
  for (let round = 0; round < rounds; round++) {
    const isSecret = random() < 0.2
    const marker = isSecret ? MARKER : undefined
    const size = () => Math.floor(random() ** 3 * 20_000)
    const draft = draftOf({
      content: textOf(random, size(), marker),
      title: textOf(random, 20, marker),
      tags: isSecret ? [`${MARKER} ${round % 7}`] : ['common'],
      metadata: { note: textOf(random, size() / 20, marker) },
      lane: isSecret ? `${MARKER} lane` : 'common',
      source: { kind: 'chat', conversation: 'c', index: round, speaker: isSecret ? `${MARKER} speaker` : 'Ada' },
      place: textOf(random, 30, marker),
      embedding: { model: 'm', vector: Float32Array.from([random(), random() + 1]) },
    })
    await commit(store, commandOf(grantOf('capsule.create'), [store.capsules.create(grant, draft, 'none')]))
    if (random() < 0.3) await addVersion(store, versionOf(draft, '1.1.0', { content: textOf(random, size(), marker) }))
    if (random() < 0.3) await setTrust(store, draft.id, 50, textOf(random, 30, marker))
    const key = `${Math.floor(random() * 40)}`
    await commit(store, commandOf(grant, [store.records.put(grant, 'places', key, textOf(random, size() / 10))]))
    ;(isSecret ? secret : kept).push(draft.id)
  }
  return { secret, kept }
}

/** A vector whose numbers are spelled by the words. */
function vectorOf(model: string, words: string): { readonly model: string; readonly vector: Float32Array } {
  const bytes = Uint8Array.from(Buffer.from(words.padEnd(64, '-')))
  return { model, vector: new Float32Array(bytes.buffer) }
}

/** Machines that do other work beside it take their time. */
const TEST_MS_MAX = 120_000

describe('what is left in the file', { timeout: TEST_MS_MAX }, () => {
  test.for([1, 2])('after a scrub not one byte of what was erased, history %i', async (seed) => {
    const directory = folder()
    const store = await openTestStore(directory)
    const { secret, kept } = await fill(store, seed, 60)
    const before = scanFolders([directory], [MARKER])
    expect(before.some(({ isPacked }) => isPacked) && before.some(({ isPacked }) => !isPacked)).toBe(true)
    const contents = async () => (await store.capsules.getHeads(kept)).map(({ content, title }) => [title, content])
    const expected = await contents()
    for (const id of secret) await erase(store, id)
    await store.scrub()
    expect(scanFolders([directory], [MARKER])).toEqual([])
    expect(await contents()).toEqual(expected)
    expect((await store.doctor('full')).filter(({ ok }) => !ok)).toEqual([])
    await store[Symbol.asyncDispose]()
    expect(scanFolders([directory], [MARKER])).toEqual([])
  })

  test('nor when others write and read all the while', async () => {
    const directory = folder()
    const store = await openTestStore(directory, { readers: 2 })
    const { secret } = await fill(store, 4, 40)
    const random = createSeeded(5)
    let isScrubbing = true
    const busy = async (work: () => Promise<unknown>) => {
      while (isScrubbing) await work()
    }
    const others = [
      busy(() => create(store, { content: textOf(random, Math.floor(random() * 5000)) })),
      busy(() => store.capsules.candidates({ text: `w${pick(random, [1, 2, 3])}`, filter: {}, perSignal: 10 })),
      busy(() => store.capsules.list({}, { limit: 100 })),
    ]
    for (const id of secret) await erase(store, id)
    await store.scrub()
    isScrubbing = false
    await Promise.all(others)
    expect(scanFolders([directory], [MARKER])).toEqual([])
    await store[Symbol.asyncDispose]()
    expect(scanFolders([directory], [MARKER])).toEqual([])
  })

  test('again and again, while what was free is used and what was used becomes free', async () => {
    const directory = folder()
    const store = await openTestStore(directory)
    const kept: string[] = []
    for (let round = 0; round < 4; round++) {
      const filled = await fill(store, 100 + round, 15)
      kept.push(...filled.kept)
      for (const id of filled.secret) await erase(store, id)
      await store.scrub()
      expect(scanFolders([directory], [MARKER])).toEqual([])
      expect((await store.doctor('full')).filter(({ ok }) => !ok)).toEqual([])
    }
    expect(await store.capsules.getHeads(kept)).toHaveLength(kept.length)
    await store[Symbol.asyncDispose]()
  })

  test('nor of its vectors, in the space that is there, in the one that is being filled and in the one that goes', async () => {
    const directory = folder()
    const store = await openTestStore(directory)
    const open = (role: 'active' | 'shadow', model: string) =>
      maintain(store, (grant) => store.capsules.openSpace(grant, role, { model, dimensions: 16 }))
    const vectorsOf = (words: string) => ({ embedding: vectorOf('old', words), shadow: vectorOf('new', words) })
    await open('active', 'old')
    await open('shadow', 'new')
    const erased = [1, 2, 3].map(() => draftOf({ ...vectorsOf(MARKER) }))
    const kept = draftOf({ ...vectorsOf('other numbers') })
    for (const draft of [...erased, kept]) {
      const grant = grantOf('capsule.create')
      await commit(store, commandOf(grant, [store.capsules.create(grant, draft, 'none')]))
    }
    await addVersion(store, versionOf(erased[0]!, '1.1.0', { content: 'again', ...vectorsOf(`${MARKER} again`) }))
    expect(scanFolders([directory], [MARKER])).not.toEqual([])
    await erase(store, erased[0]!.id)
    await maintain(store, (grant) => store.capsules.switchSpace(grant, 'new'))
    await erase(store, erased[1]!.id)
    await maintain(store, (grant) => store.capsules.dropVectors(grant, 'old'))
    await erase(store, erased[2]!.id)
    await store.scrub()
    expect(scanFolders([directory], [MARKER])).toEqual([])
    expect(scanFolders([directory], ['other numbers'])).not.toEqual([])
    expect((await store.doctor('full')).filter(({ ok }) => !ok)).toEqual([])
    await store[Symbol.asyncDispose]()
    expect(scanFolders([directory], [MARKER])).toEqual([])
  })

  test('a word that others use stays, and one that nobody uses is gone from the names', async () => {
    const directory = folder()
    const store = await openTestStore(directory)
    const erased = await create(store, { tags: ['shared', 'lonely'], identity: 'somebody', lane: 'capsule' })
    const kept = await create(store, { tags: ['shared'], lane: 'other' })
    await erase(store, erased.id)
    await store.scrub()
    const database = new DatabaseSync(join(directory, DATABASE_FILE), { readOnly: true })
    const names = database.prepare('SELECT text FROM names').all()
    database.close()
    const texts = names.map(({ text }) => String(text))
    expect(texts).toEqual(expect.arrayContaining(['shared', 'other', 'capsule']))
    expect(texts).not.toContain('lonely')
    expect(texts).not.toContain('somebody')
    // The key of a word that went may be given to another one: nobody may take the one for the other.
    const again = await create(store, { tags: ['new word'], lane: 'lonely' })
    expect(await getHead(store, again.id)).toMatchObject({ tags: ['new word'], lane: 'lonely' })
    expect(await getHead(store, kept.id)).toMatchObject({ tags: ['shared'], lane: 'other' })
    const { items } = await store.capsules.list({ lane: 'lonely' }, { limit: 10 })
    expect(items.map(({ id }) => id)).toEqual([again.id])
    await store[Symbol.asyncDispose]()
  })

  test('the digest of the request is gone, and its key is still taken', async () => {
    const directory = folder()
    const store = await openTestStore(directory)
    const draft = draftOf()
    const grant = grantOf('capsule.create')
    const bodyDigest = 'd'.repeat(64)
    const command = commandOf(grant, [store.capsules.create(grant, draft, 'none')], { bodyDigest })
    await commit(store, command)
    await erase(store, draft.id)
    await store.scrub()
    const [outcome] = await store.append([command])
    expect(outcome).toMatchObject({ ok: false, error: { code: 'IDEMPOTENCY_KEY_REUSED' } })
    expect(scanFolders([directory], [bodyDigest])).toEqual([])
    await store[Symbol.asyncDispose]()
  })
})

test('the scan finds a word in a frame, in a frame of frames, and in one that was cut', async () => {
  const { zstdCompressSync } = await import('node:zlib')
  const inner = zstdCompressSync(`${'x'.repeat(500)}${MARKER.toUpperCase()}${'y'.repeat(500)}`)
  const outer = zstdCompressSync(Buffer.concat([Buffer.from('before'), inner, Buffer.from('after')]))
  const noise = Buffer.from('noise')
  const found = scanBytes('a file', Buffer.concat([noise, inner, noise]), [MARKER])
  expect(found).toContainEqual({ file: 'a file', word: MARKER, offset: 5, isPacked: true })
  expect(scanBytes('a file', outer, [MARKER]).length).toBeGreaterThan(0)
  expect(scanBytes('a file', inner.subarray(0, -1), ['nowhere'])).toEqual([])
})

test('it tells in words which names went: those that the erased alone bore', async () => {
  await using store = await openTestStore(folder())
  const told = async () => (await store.scrub()).find(({ place }) => place === 'names')?.detail
  const { id: one } = await create(store, { tags: ['shared', 'own'] })
  await create(store, { tags: ['shared'] })
  await erase(store, one)
  expect(await told()).toBe('tags, scopes, identities and speakers that the erased alone bore: 1 deleted')
  expect(await told()).toBe('no tag, scope, identity or speaker was left that the erased alone bore')
})
