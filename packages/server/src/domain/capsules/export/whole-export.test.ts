import { EXPORT_LIMITS, type ExportedCapsule, type ExportLine, exportLine } from '@forge-cascade/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ImportWorld, openImportWorld, TestFolder } from '../import/testing.ts'
import { commitAll, create, parentOf, trustCommand } from '../testing.ts'
import { quarantineCapsule, releaseCapsule } from '../use-cases/life.ts'
import { openWorld } from '../use-cases/testing.ts'
import { listTrustEvents } from '../use-cases/trust-history.ts'
import { capsuleLines } from './capsule-lines.ts'
import { exportLineage, exportStore } from './export-store.ts'
import { toProvDocument } from './prov.ts'
import { exportTo } from './testing.ts'

const ID = '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'
const OPTIONS = { instance: 'test', vectors: false, signal: new AbortController().signal }
const { linksMax, trustEntriesMax } = EXPORT_LIMITS

function capsuleWith(links: number, entries: number): ExportedCapsule {
  const entry = { what: 'changed', old: 1, new: 2, at: '2026-01-01T00:00:00Z', actor: 'a' } as const
  return {
    ...{ kind: 'capsule', id: ID, owner: 'a', trust: 60, status: 'ACTIVE', chunk: false, title: null },
    versions: ['1.0.0'],
    links: Array.from({ length: links }, (_, index) => ({ to: ID, link: 'RELATED_TO', weight: index / links })),
    trust_history: Array.from({ length: entries }, (_, index) => ({ ...entry, reason: `${index}` })),
  }
}

/** Near the size of one line, two, three, and anywhere. */
const sizes = (max: number) =>
  fc.oneof(
    fc.integer({ min: 0, max: 3 }).chain((lines) => fc.integer({ min: -1, max: 1 }).map((off) => lines * max + off)),
    fc.integer({ min: 0, max: 3 * max }),
  )

test('whatever a capsule has, its lines are of the contract, and together they hold all of it in its order', () => {
  fc.assert(
    fc.property(sizes(linksMax), sizes(trustEntriesMax), (links, entries) => {
      const capsule = capsuleWith(Math.max(0, links), Math.max(0, entries))
      const lines = [...capsuleLines(capsule)]
      for (const line of lines) expect(exportLine.safeParse(line).error).toBeUndefined()
      expect(lines.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
        `capsule ${ID}`,
        ...lines.slice(1).map(() => `more ${ID}`),
      ])
      expect(lines.flatMap((line) => line.links)).toEqual(capsule.links)
      expect(lines.flatMap((line) => line.trust_history)).toEqual(capsule.trust_history)
    }),
    { numRuns: 20 },
  )
}, 60_000)

async function linesOf(world: ImportWorld): Promise<readonly ExportLine[]> {
  const lines: ExportLine[] = []
  for await (const line of exportStore(world.context, OPTIONS)) lines.push(line)
  return lines
}

test('a trust history of several lines goes out whole, and comes back whole', async () => {
  using folder = new TestFolder()
  const world = await openImportWorld()
  const owner = world.call().subject.id
  const { id } = await create(world.store, { owner, author: owner })
  const changes = 2 * trustEntriesMax + 1
  await commitAll(
    world.store,
    Array.from({ length: changes }, (_, index) => trustCommand(world.store, id, index % 100, `change ${index}`)),
  )
  const lines = await linesOf(world)
  expect(lines.map(({ kind }) => kind)).toEqual(['export', 'capsule', 'more', 'more', 'version', 'end'])
  expect(lines.at(-1)).toMatchObject({ counts: { trust_entries: changes } })
  const digest = await exportTo(world, `${folder.path}/first`)
  const copy = await openImportWorld()
  expect(await copy.run(`${folder.path}/first`, { kind: 'cascade' })).toMatchObject({ imported: 1, failed: 0 })
  expect(await exportTo(copy, `${folder.path}/second`)).toBe(digest)
  await copy.run(`${folder.path}/first`, { kind: 'cascade' })
  expect(await exportTo(copy, `${folder.path}/third`)).toBe(digest)
}, 60_000)

test('the ledger tells a trust history of several pages whole, and no more than is asked for', async () => {
  const { context, call, administrator } = await openWorld()
  const { id } = await create(context.store, { owner: administrator.id, author: administrator.id })
  for (let round = 0; round <= trustEntriesMax; round++) {
    await quarantineCapsule(context, call('capsule.trust'), id, `round ${round}`)
    await releaseCapsule(context, call('capsule.trust'), id, 'fine')
  }
  const events = await listTrustEvents(context, id)
  expect(events).toHaveLength(2 * (trustEntriesMax + 1))
  expect(events.map(({ reason }) => reason)).toContain('round 0')
  expect(await listTrustEvents(context, id, 7)).toEqual(events.slice(0, 7))
}, 60_000)

test.for([
  { nodesMax: 3, isCut: false, others: 2 },
  { nodesMax: 2, isCut: true, others: 1 },
])(
  'a lineage of three of which $nodesMax are taken says in PROV that it is cut: $isCut',
  async ({ nodesMax, isCut, others }) => {
    const world = await openImportWorld()
    const who = { owner: world.call().subject.id, author: world.call().subject.id }
    const first = await create(world.store, { ...who, content: 'first' })
    const second = await create(world.store, { ...who, content: 'second', parents: [parentOf(first.id)] })
    const third = await create(world.store, { ...who, content: 'third', parents: [parentOf(second.id)] })
    const lineage = await exportLineage(world.context, third.id, OPTIONS, nodesMax)
    expect(lineage.isCut).toBe(isCut)
    const { entity } = JSON.parse(JSON.stringify(await toProvDocument(lineage.lines, lineage)))
    const wholes = Object.keys(entity).filter((key) => !/-\d+\.\d+\.\d+$/.test(key))
    expect(wholes).toHaveLength(1 + others)
    expect(wholes.filter((key) => 'cascade:lineageIsCut' in entity[key])).toEqual(isCut ? [`cap:${third.id}`] : [])
  },
)
