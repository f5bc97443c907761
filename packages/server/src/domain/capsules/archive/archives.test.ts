import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { FolderObjects } from '../../../adapters/objects/folder-objects.ts'
import { codeOf } from '../../../platform/store/testing.ts'
import { placeHold } from '../keeping/holds.ts'
import { searchCapsules } from '../search/search-capsules.ts'
import { forkCapsule } from '../use-cases/fork-capsule.ts'
import { archiveCapsule, quarantineCapsule, restoreCapsule, setTrust } from '../use-cases/life.ts'
import { getCapsule, getVersion } from '../use-cases/read-capsule.ts'
import { openWorld } from '../use-cases/testing.ts'
import { updateCapsule } from '../use-cases/update-capsule.ts'
import { Archives } from './archives.ts'

async function open() {
  const world = await openWorld()
  const directory = mkdtempSync(join(tmpdir(), 'cascade-archives-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const objects = new FolderObjects(directory, true)
  const archives = new Archives({ context: world.context, objects, compressionLevel: 6 })
  const move = (...ids: string[]) => archives.archive(world.call('capsule.offload'), { kind: 'named', ids })
  const back = (...ids: string[]) => archives.restore(world.call('capsule.reload'), ids)
  return { ...world, directory, archives, move, back }
}

const refusals = (outcome: { readonly refused: readonly { readonly error: { readonly code: string } }[] }): string[] =>
  outcome.refused.map(({ error }) => error.code)

describe('what does not move', () => {
  test('what is not there, a chunk, what is quarantined, and what lies in an archive already', async () => {
    const { context, call, add, addDocument, move } = await open()
    const quarantined = await add({ content: 'quarantined' })
    await quarantineCapsule(context, call('capsule.trust'), quarantined.id, 'why')
    const { chunks } = await addDocument('one two', ['one', 'two'])
    const away = await add({ content: 'away' })
    await move(away.id)
    const outcome = await move('01900000-0000-7000-8000-00000000ffff', chunks[0]!.id, quarantined.id, away.id)
    expect(refusals(outcome)).toEqual(['NOT_FOUND', 'UNPROCESSABLE', 'CONFLICT', 'IN_ARCHIVE'])
    expect([outcome.capsules, outcome.rows]).toEqual([0, []])
  })

  test('what a legal hold covers, a chunk of it as well; others move without it', async () => {
    const { context, call, add, addDocument, move } = await open()
    const held = await add({ content: 'held', lane: 'contracts' })
    const { document, chunks } = await addDocument('one two', ['one', 'two'])
    const free = await add({ content: 'free' })
    const reason = 'Case 4711'
    await placeHold(context, call('capsule.hold'), { target: { kind: 'scope', lane: 'contracts' }, reason })
    await placeHold(context, call('capsule.hold'), { target: { kind: 'capsule', capsule: chunks[1]!.id }, reason })
    const outcome = await move(held.id, document.id, free.id)
    expect(refusals(outcome)).toEqual(['LEGAL_HOLD', 'LEGAL_HOLD'])
    expect(outcome.refused[0]?.error.detail).toContain(reason)
    expect(outcome.capsules).toBe(1)
    expect((await getCapsule(context, held.id)).status).toBe('ACTIVE')
  })

  test('anything, where the place cannot be written to', async () => {
    const { context, call, add } = await open()
    const { id } = await add({ content: 'stays' })
    const objects = new FolderObjects('/proc/nowhere', false)
    const archives = new Archives({ context, objects, compressionLevel: 6 })
    const moving = () => archives.archive(call('capsule.offload'), { kind: 'named', ids: [id] })
    expect(await codeOf(moving)).toBe('UNAVAILABLE')
    expect((await getCapsule(context, id)).content).toBe('stays')
  })
})

describe('what is away', () => {
  test('is said to be, with where, by whatever asks for what it says', async () => {
    const { context, call, add, move, directory, archives } = await open()
    const { id } = await add({ content: 'away', title: 'A title' })
    const { rows } = await move(id)
    const attempts = [
      () => getCapsule(context, id),
      () => getVersion(context, id, '1.0.0'),
      () => updateCapsule(context, call('capsule.update'), id, { content: 'new' }, () => true),
      () => forkCapsule(context, call('capsule.create'), id, { reason: 'mine' }),
      () => restoreCapsule(context, call('capsule.restore'), id),
      () => setTrust(context, call('capsule.trust'), id, { trust: 50, reason: 'why' }),
    ]
    for (const attempt of attempts) expect(await codeOf(attempt)).toBe('IN_ARCHIVE')
    await expect(getCapsule(context, id)).rejects.toMatchObject({
      detail: expect.stringContaining(directory),
      extensions: { capsule_id: id, segment: rows[0]?.id, place: directory },
    })
    // Archived it is already.
    await archiveCapsule(context, call('capsule.archive'), id)
    expect(await archives.countAway(rows[0]!)).toBe(1)
  })

  test('cannot be read by who has the segment alone', async () => {
    const { add, move, directory } = await open()
    const { id } = await add({ content: 'a marker that nobody reads', title: 'another marker' })
    await move(id)
    const files = readdirSync(directory)
    expect(files).toHaveLength(2)
    for (const file of files) {
      const text = readFileSync(join(directory, file), 'latin1')
      expect(text).not.toContain('marker')
    }
  })

  test('a plan says what would move, and moves nothing', async () => {
    const { context, call, add, addDocument, archives } = await open()
    const one = await add({ content: 'one' })
    const { document } = await addDocument('one two', ['one', 'two'])
    const head = context.store.head()
    const target = { kind: 'named', ids: [one.id, document.id] } as const
    const plan = await archives.plan(target)
    const contentBytes = ['one', 'one two', 'one', 'two'].join('').length
    expect(plan).toEqual({ rows: [], capsules: 2, chunks: 2, versions: 4, contentBytes, refused: [], isMore: false })
    expect(context.store.head()).toBe(head)
    expect({ ...(await archives.archive(call('capsule.offload'), target)), rows: [] }).toEqual(plan)
  })

  test('by age: what was recorded long enough ago, and nothing younger', async () => {
    const { context, call, time, add, archives } = await open()
    const old = await add({ content: 'old' })
    const revised = await add({ content: 'revised' })
    time.advance(1000)
    const before = time.clock()
    time.advance(1000)
    await updateCapsule(context, call('capsule.update'), revised.id, { content: 'again' }, () => true)
    const young = await add({ content: 'young' })
    await archives.archive(call('capsule.offload'), { kind: 'aged', before, isDue: () => true })
    const heads = await context.store.capsules.getHeads([old.id, revised.id, young.id])
    expect(heads.map(({ archivedIn }) => archivedIn !== null)).toEqual([true, false, false])
  })
})

describe('what comes back', () => {
  test('a document by one of its chunks; what is here already is said to be', async () => {
    const { context, add, addDocument, move, back } = await open()
    const here = await add({ content: 'here' })
    const { document, chunks } = await addDocument('the first part. the second part.', [
      'the first part.',
      'the second part.',
    ])
    await move(document.id)
    expect(await back(chunks[1]!.id, here.id)).toEqual({ capsules: 1, chunks: 2, versions: 3, here: [here.id] })
    expect(await back(chunks[1]!.id)).toEqual({ capsules: 0, chunks: 0, versions: 0, here: [document.id] })
    expect((await getCapsule(context, chunks[0]!.id)).content).toBe('the first part.')
  })

  const words = fc.array(
    fc.constantFrom('bees', 'hive', 'honey', 'Übung', '🐝', 'a\u0000b', '"quoted"', 'line\nbreak'),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  const capsule = fc.record({
    content: words.map((all) => all.join(' ')),
    later: fc.option(words.map((all) => all.join('-'))),
    title: fc.option(fc.constantFrom('Bees', 'ein Titel')),
    tags: fc.uniqueArray(fc.constantFrom('t1', 't2', 'ü'), { maxLength: 3 }),
    lane: fc.option(fc.constantFrom('l1', 'l2')),
    metadata: fc.dictionary(fc.constantFrom('a', '__proto__', 'ö'), fc.jsonValue({ maxDepth: 2 })),
    trust: fc.integer({ min: 40, max: 60 }),
    archived: fc.boolean(),
    vector: fc.option(fc.constantFrom([1, 0, 0.1], [0.3, -7, 1e-6])),
  })

  test('whatever it was, every reader sees it as before, and every search answers as before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(capsule, { minLength: 1, maxLength: 5 }), async (inputs) => {
        const { context, call, add, move, back } = await open()
        const ids: string[] = []
        for (const { later, trust, archived, vector, title, lane, ...input } of inputs) {
          const given = vector ? { embedding: vector, embedding_model: 'given' } : {}
          const { id } = await add({ ...input, title, lane, dedupe: 'none', ...given } as Parameters<typeof add>[0])
          ids.push(id)
          if (later) await updateCapsule(context, call('capsule.update'), id, { content: later }, () => true)
          await setTrust(context, call('capsule.trust'), id, { trust, reason: 'a reason' })
          if (archived) await archiveCapsule(context, call('capsule.archive'), id)
        }
        const seen = async () => {
          const { capsules } = context.store
          const plain = <T extends object>(one: T) => ({ ...one, revision: 0, updatedAt: 0 })
          return {
            heads: (await capsules.getHeads(ids)).map(plain),
            versions: await Promise.all(ids.map(async (id) => (await capsules.readVersions(id)).map(plain))),
            trust: await Promise.all(ids.map((id) => capsules.trustHistory(id, 10))),
            found: await Promise.all(
              ['bees honey', 'Übung', 'hive-bees'].map(async (q) =>
                (
                  await searchCapsules(context, {
                    q,
                    limit: 10,
                    explain: true,
                    mode: 'hybrid',
                    status: ['ACTIVE', 'ARCHIVED'],
                  })
                ).hits.map(({ capsule, ...hit }) => ({ ...hit, id: capsule.id, content: capsule.content })),
              ),
            ),
          }
        }
        const before = await seen()
        const { capsules } = await move(...ids)
        expect(capsules).toBe(ids.length)
        await back(...ids)
        expect(await seen()).toEqual(before)
      }),
      { numRuns: 15 },
    )
  })
})

test('the doctor is told of segments that are missing, and of a place that is away', async () => {
  const { add, move, archives, directory, context } = await open()
  expect(await archives.finding()).toMatchObject({ ok: true, detail: 'nothing is in it' })
  await move((await add({ content: 'one' })).id)
  await move((await add({ content: 'two' })).id)
  expect(await archives.finding()).toMatchObject({ ok: true, detail: `2 segments in ${directory}` })
  const [first] = readdirSync(directory).filter((name) => name.endsWith('.segment'))
  rmSync(join(directory, first ?? ''))
  expect(await archives.finding()).toMatchObject({ check: 'archive', ok: false })
  const away = new FolderObjects(join(directory, 'away'), false)
  const finding = await new Archives({ context, objects: away, compressionLevel: 6 }).finding()
  expect([finding.ok, finding.detail.includes('away')]).toEqual([false, true])
})
