import { BULK_LIMITS, type BulkRequest, CAPSULE_LIMITS } from '@forge-cascade/contract'
import { describe, expect, test } from 'vitest'
import { CascadeError } from '#base'
import type { Command, UnitOfWork } from '#store'
import { codeOf } from '../../../platform/store/testing.ts'
import type { StoredCapsule } from '../capsule.ts'
import { Erasures, liftHold, placeHold } from '../keeping/index.ts'
import { createErasureFiles } from '../keeping/testing.ts'
import { carryOut } from '../use-cases/carry-out.ts'
import { archiveCapsule, quarantineCapsule } from '../use-cases/life.ts'
import { tellOf } from '../use-cases/tell.ts'
import { openWorld, type World } from '../use-cases/testing.ts'
import { updateCapsule } from '../use-cases/update-capsule.ts'
import { BULK_COLLECTIONS, PLAN_LIFE_MS, planPageKey } from './bulk-plan.ts'
import { getBulkPlan } from './bulk-plans.ts'
import { selectCapsules } from './select-capsules.ts'
import { bulkOf } from './testing.ts'

const ABSENT = '01900000-0000-7000-8000-00000000ffff'

async function open() {
  const world = await openWorld()
  const addMany = async (count: number, lane = 'l'): Promise<readonly StoredCapsule[]> => {
    const added: StoredCapsule[] = []
    for (let index = 0; index < count; index++)
      added.push(await world.add({ content: `${lane} ${index}`, lane, tags: [`n${index % 3}`] }))
    return added
  }
  const headsOf = (capsules: readonly { readonly id: string }[]) =>
    world.context.store.capsules.getHeads(capsules.map(({ id }) => id))
  return { ...world, ...bulkOf(world), addMany, headsOf }
}

const archive = (ids: readonly string[]): BulkRequest => ({ operation: 'archive', ids: [...ids] })
const idsOf = (capsules: readonly { readonly id: string }[]): string[] => capsules.map(({ id }) => id)

describe('a preview', () => {
  test('changes no capsule, and knows each id once, also one that nobody has', async () => {
    const { addMany, plan, headsOf } = await open()
    const added = await addMany(2)
    const { row, capsules } = await plan(archive([...idsOf(added), added[0]!.id, ABSENT]))
    expect(row.count).toBe(3)
    expect(capsules).toEqual([...added.map(({ id }) => ({ id, revision: 1 })), { id: ABSENT, revision: 0 }])
    expect((await headsOf(added)).map(({ status, revision }) => [status, revision])).toEqual([
      ['ACTIVE', 1],
      ['ACTIVE', 1],
    ])
  })

  test('by filter means documents and not their chunks, and nothing where an owner has no name here', async () => {
    const { addDocument, plan } = await open()
    const { document } = await addDocument('one two', ['one', 'two'])
    const filter = { status: ['ACTIVE' as const] }
    expect((await plan({ operation: 'archive', filter })).capsules).toEqual([{ id: document.id, revision: 1 }])
    expect((await plan({ operation: 'archive', filter: { owner: 'nobody at all' } })).row.count).toBe(0)
  })

  test.for([
    { operation: 'archive', found: ['ACTIVE'] },
    { operation: 'restore', found: ['ARCHIVED'] },
    { operation: 'tag', found: ['ACTIVE'] },
    { operation: 'erase', found: ['ACTIVE', 'ARCHIVED', 'QUARANTINED'] },
  ] as const)('of $operation means what is $found where the filter names no status', async ({ operation, found }) => {
    const { addMany, call, context, plan, headsOf } = await open()
    const [, archived, quarantined] = await addMany(3)
    await archiveCapsule(context, call('capsule.archive'), archived!.id)
    await quarantineCapsule(context, call('capsule.trust'), quarantined!.id, 'r')
    const more = operation === 'tag' ? { add: ['t'] } : operation === 'erase' ? { legal_basis: 'gdpr-17' } : {}
    const { capsules } = await plan({ operation, filter: { lane: 'l' }, ...more })
    expect((await headsOf(capsules)).map(({ status }) => status).toSorted()).toEqual([...found].toSorted())
  })

  test('that finds more than a change takes is refused', async () => {
    const { addMany, context } = await open()
    await addMany(3)
    const request = { operation: 'archive', filter: { lane: 'l' } } as const
    expect(await codeOf(() => selectCapsules(context, request, 2))).toBe('UNPROCESSABLE')
    expect(await selectCapsules(context, request, 3)).toHaveLength(3)
  })

  test('is somebody’s own, and known for a day', async () => {
    const { plan, find, context, time } = await open()
    const { row } = await plan(archive([ABSENT]))
    expect(await codeOf(() => getBulkPlan(context, row.id, ABSENT))).toBe('NOT_FOUND')
    expect(await codeOf(() => find(ABSENT))).toBe('NOT_FOUND')
    expect((await find(row.id)).row).toEqual(row)
    time.advance(PLAN_LIFE_MS)
    expect(await codeOf(() => find(row.id))).toBe('NOT_FOUND')
  })

  test('of which a part is gone is not carried out in part', async () => {
    const { plan, find, context, call } = await open()
    const { row } = await plan(archive([ABSENT]))
    const asked = call('capsule.bulk')
    const change = context.store.records.delete(asked.grant, 'bulk_plan_pages', planPageKey(row.id, 0))
    await carryOut(context, asked, {
      changes: [change],
      ...tellOf(asked.grant, 'bulk.previewed', `bulk/${row.id}`, { operation: 'archive', capsules: 1 }),
    })
    expect(await codeOf(() => find(row.id))).toBe('NOT_FOUND')
  })

  test('gives way with all of its pages when there are newer ones enough', async () => {
    const { plan, find, context } = await open()
    const first = await plan(archive([ABSENT]))
    const second = await plan(archive([ABSENT]))
    for (let more = 1; more < BULK_LIMITS.previewsMax; more++) await plan(archive([ABSENT]))
    expect(await codeOf(() => find(first.row.id))).toBe('NOT_FOUND')
    expect((await find(second.row.id)).capsules).toHaveLength(1)
    for (const { name } of BULK_COLLECTIONS)
      expect((await context.store.records.list(name, { limit: 1000 })).items).toHaveLength(BULK_LIMITS.previewsMax)
  })
})

describe('carried out', () => {
  test('no capsule gets more tags than it may have, and the others get theirs', async () => {
    const { add, plan, run, headsOf } = await open()
    const full = await add({
      content: 'full',
      tags: Array.from({ length: CAPSULE_LIMITS.tagsMax }, (_, tag) => `t${tag}`),
    })
    const free = await add({ content: 'free' })
    const { row } = await plan({ operation: 'tag', ids: idsOf([full, free]), add: ['more'] })
    expect((await run(row.id)).lines).toEqual(['UNPROCESSABLE', 'updated'])
    expect((await headsOf([full]))[0]?.tags).toHaveLength(CAPSULE_LIMITS.tagsMax)
  })

  test('each capsule has its receipt, and asking again answers the same and does nothing more', async () => {
    const { addMany, plan, run, headsOf, context } = await open()
    const added = await addMany(40)
    const { row } = await plan({ operation: 'tag', filter: { lane: 'l' }, add: ['new'], remove: ['n0'] })
    const first = await run(row.id)
    expect(first.lines).toEqual(added.map(() => 'updated'))
    expect(first.end).toEqual({ changed: 40, unchanged: 0, failed: 0, erasure: null })
    expect((await headsOf(added)).map(({ tags, version }) => [tags, version])).toEqual(
      added.map((_, index) => [index % 3 === 0 ? ['new'] : [`n${index % 3}`, 'new'], '1.0.1']),
    )
    const head = context.store.head()
    expect(await run(row.id)).toEqual(first)
    expect(context.store.head()).toBe(head)
  })

  test('what is as it shall be stays, and what cannot be says why, without stopping the others', async () => {
    const { addMany, plan, run, call, context } = await open()
    const [done, quarantined, sound] = await addMany(3)
    await archiveCapsule(context, call('capsule.archive'), done!.id)
    await quarantineCapsule(context, call('capsule.trust'), quarantined!.id, 'r')
    const { row } = await plan(archive([done!.id, ABSENT, quarantined!.id, sound!.id]))
    const { lines, end } = await run(row.id)
    expect(lines).toEqual(['existing', 'NOT_FOUND', 'CONFLICT', 'updated'])
    expect(end).toMatchObject({ changed: 1, unchanged: 1, failed: 2 })
  })

  test('what was changed after the preview is left as it is, and what matches since is not touched', async () => {
    const { addMany, plan, run, call, context, headsOf, add } = await open()
    const added = await addMany(2)
    const { row } = await plan({ operation: 'archive', filter: { lane: 'l' } })
    await updateCapsule(context, call('capsule.update'), added[1]!.id, { title: 'newer' }, () => true)
    const late = await add({ content: 'late', lane: 'l' })
    expect((await run(row.id)).lines).toEqual(['REVISION_MISMATCH', 'updated'])
    expect((await headsOf([...added, late])).map(({ status }) => status)).toEqual(['ARCHIVED', 'ACTIVE', 'ACTIVE'])
  })

  test('a document takes its chunks along, also those that are named beside it', async () => {
    const { addDocument, plan, run, headsOf } = await open()
    const { document, chunks } = await addDocument('one two', ['one', 'two'])
    const all = [document, ...chunks]
    expect((await run((await plan(archive(idsOf(all)))).row.id)).lines).toEqual(['updated', 'existing', 'existing'])
    expect((await headsOf(all)).map(({ status }) => status)).toEqual(['ARCHIVED', 'ARCHIVED', 'ARCHIVED'])
    const back = await plan({ operation: 'restore', filter: { status: ['ARCHIVED'] } })
    expect((await run(back.row.id)).lines).toEqual(['updated'])
    expect((await headsOf(all)).map(({ status }) => status)).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE'])
  })

  test('it stops between stretches when the client goes away, and goes on where it stopped', async () => {
    const { addMany, plan, steps, run, headsOf } = await open()
    const added = await addMany(50)
    const { row } = await plan({ operation: 'archive', filter: { lane: 'l' } })
    const gone = new AbortController()
    let seen = 0
    for await (const step of steps(row.id, { signal: gone.signal })) {
      if ('ends' in step) seen += step.ends.length
      gone.abort()
    }
    expect(seen).toBeLessThan(added.length)
    expect((await headsOf(added)).filter(({ status }) => status === 'ARCHIVED')).toHaveLength(seen)
    expect((await run(row.id)).end).toMatchObject({ changed: 50, failed: 0 })
  })
})

describe('erased', () => {
  const erase = (ids: readonly string[]): BulkRequest => ({ operation: 'erase', ids: [...ids], legal_basis: 'gdpr-17' })

  test('as one erasure with one receipt; what a hold covers, a chunk and what was changed say why they stay', async () => {
    const { addMany, addDocument, plan, run, call, context, headsOf, erasures } = await open()
    const [free, held, changed] = await addMany(3)
    const { document, chunks } = await addDocument('one two', ['one', 'two'])
    const other = await addDocument('three', ['three'])
    await placeHold(context, call('capsule.hold'), {
      target: { kind: 'capsule', capsule: held!.id },
      reason: 'case 4711',
    })
    const asked = [free!.id, held!.id, changed!.id, document.id, chunks[0]!.id, other.chunks[0]!.id, ABSENT]
    const { row } = await plan(erase(asked))
    await updateCapsule(context, call('capsule.update'), changed!.id, { title: 'newer' }, () => true)
    const first = await run(row.id)
    const [gone, hold, mismatch] = ['updated', 'LEGAL_HOLD', 'REVISION_MISMATCH']
    expect(first.lines).toEqual([gone, hold, mismatch, gone, gone, 'UNPROCESSABLE', 'NOT_FOUND'])
    expect(first.end).toMatchObject({ changed: 3, failed: 4, erasure: { id: row.id, capsules: 2, chunks: 2 } })
    expect((await headsOf([free!, held!, changed!, document])).map(({ status }) => status)).toEqual([
      ...['ERASED', 'ACTIVE', 'ACTIVE', 'ERASED'],
    ])
    expect((await erasures.list({ limit: 10 })).items.map(({ target }) => target.kind)).toEqual(['capsules'])
    expect(await run(row.id)).toEqual(first)
  })

  test('what was held then is not erased by asking again after the hold was lifted', async () => {
    const { addMany, plan, run, call, context } = await open()
    const [free, held] = await addMany(2)
    const target = { kind: 'capsule', capsule: held!.id } as const
    const hold = await placeHold(context, call('capsule.hold'), { target, reason: 'r' })
    const { row } = await plan(erase(idsOf([free!, held!])))
    await run(row.id)
    await liftHold(context, call('capsule.hold'), hold.id, 'closed')
    expect((await run(row.id)).lines).toEqual(['updated', 'CONFLICT'])
    expect((await run((await plan(erase([held!.id]))).row.id)).lines).toEqual(['updated'])
  })

  test('a chunk that was named and changed goes with its document, which was not', async () => {
    const { addDocument, plan, run, call, context } = await open()
    const { document, chunks } = await addDocument('one two', ['one', 'two'])
    const { row } = await plan(erase([document.id, chunks[0]!.id]))
    await updateCapsule(context, call('capsule.update'), chunks[0]!.id, { tags: ['t'] }, () => true)
    expect((await run(row.id)).lines).toEqual(['updated', 'updated'])
  })

  test('nothing is begun where everything is held or gone', async () => {
    const { addMany, plan, run, call, context, erasures } = await open()
    const [gone, held] = await addMany(2)
    await run((await plan(erase([gone!.id]))).row.id)
    const target = { kind: 'scope', lane: 'l' } as const
    await placeHold(context, call('capsule.hold'), { target, reason: 'r' })
    const { lines, end } = await run((await plan(erase([gone!.id, held!.id]))).row.id)
    expect([lines, end?.erasure]).toEqual([['existing', 'LEGAL_HOLD'], null])
    expect((await erasures.list({ limit: 10 })).items).toHaveLength(1)
  })

  test('a hold on what a chunk bears alone keeps its document', async () => {
    const { addDocument, plan, run, call, context } = await open()
    const { document, chunks } = await addDocument('one two', ['one', 'two'])
    await updateCapsule(context, call('capsule.update'), chunks[0]!.id, { tags: ['acme'] }, () => true)
    await placeHold(context, call('capsule.hold'), { target: { kind: 'scope', tag: 'acme' }, reason: 'r' })
    expect((await run((await plan(erase([document.id]))).row.id)).lines).toEqual(['LEGAL_HOLD'])
  })

  test('the tags of a change of tags go with what they were on', async () => {
    const { addMany, plan, run, context } = await open()
    const [one] = await addMany(1)
    const tagging = await plan({ operation: 'tag', ids: [one!.id], add: ['secret'] })
    await run(tagging.row.id)
    await run((await plan(erase([one!.id]))).row.id)
    const { items } = await context.store.records.list('bulk_plans', { limit: 10 })
    expect(JSON.stringify(items)).not.toContain('secret')
  })

  test('however many previews were made at once', async () => {
    const { addMany, plan, context, call, erasures } = await open()
    const [one] = await addMany(1)
    const tagging: BulkRequest = { operation: 'tag', ids: [one!.id], add: ['secret'] }
    await Promise.all(Array.from({ length: BULK_LIMITS.previewsMax }, () => plan(tagging)))
    await Promise.all(Array.from({ length: 8 }, () => plan(tagging)))
    const target = { kind: 'capsule', capsule: one!.id } as const
    await erasures.erase(call('capsule.erase'), { target, legalBasis: 'gdpr-17' })
    const { items } = await context.store.records.list('bulk_plans', { limit: 1000 })
    expect(JSON.stringify(items)).not.toContain('secret')
  })

  /** Something happens between the look at what is to be erased and the beginning, which is the second list of holds. */
  const disturbed = (world: World, disturb: () => Promise<unknown>): World['context'] => {
    let looks = 0
    const { records } = world.context.store
    return {
      ...world.context,
      store: Object.assign(Object.create(world.context.store), {
        append: (commands: readonly Command[]) => world.context.store.append(commands),
        scrub: () => world.context.store.scrub(),
        records: Object.assign(Object.create(records), {
          listBy: async (...asked: Parameters<typeof records.listBy>) => {
            if (asked[0] === 'legal_holds' && asked[2] === 'placed' && ++looks === 2) await disturb()
            return records.listBy(...asked)
          },
        }),
      }),
    }
  }

  test.for([
    {
      name: 'changed',
      code: 'REVISION_MISMATCH',
      disturb: ({ context, call }: World, id: string) =>
        updateCapsule(context, call('capsule.update'), id, { title: 'newer' }, () => true),
    },
    {
      name: 'held',
      code: 'LEGAL_HOLD',
      disturb: ({ context, call }: World, id: string) =>
        placeHold(context, call('capsule.hold'), { target: { kind: 'capsule', capsule: id }, reason: 'r' }),
    },
  ])('what is $name while the erasure begins stays, and the others go', async ({ code, disturb }) => {
    const world = await open()
    const [free, other] = await world.addMany(2)
    const within = disturbed(world, () => disturb(world, other!.id))
    const by = new Erasures({ context: within, files: createErasureFiles(), vaults: [], forget: () => undefined })
    const { row } = await world.plan(erase(idsOf([free!, other!])))
    expect((await world.run(row.id, { by })).lines).toEqual(['updated', code])
    expect((await world.headsOf([free!, other!])).map(({ status }) => status)).toEqual(['ERASED', 'ACTIVE'])
  })
})

describe('what a crash interrupts', () => {
  /** A store that dies at its n-th append: nothing after it happens in this process. */
  const dying = (world: World, at: number): World['context'] => {
    let steps = 0
    return {
      ...world.context,
      store: Object.assign(Object.create(world.context.store), {
        receipt: (id: string) => world.context.store.receipt(id),
        append: async (commands: readonly Command[]) => {
          if (++steps > at) throw new CascadeError('UNAVAILABLE', 'the process ended')
          return world.context.store.append(commands)
        },
      } satisfies Partial<UnitOfWork>),
    }
  }

  test.for<Pick<BulkRequest, 'operation' | 'add'>>([{ operation: 'tag', add: ['new'] }, { operation: 'archive' }])(
    'is, run again, as one $operation that nobody disturbed, at whichever step it died',
    async (request) => {
      const COUNT = 20
      for (let at = 0; at <= COUNT; at++) {
        const world = await open()
        const added = await world.addMany(COUNT)
        const { row } = await world.plan({ ...request, filter: { lane: 'l' } })
        const [died] = await Promise.allSettled([world.run(row.id, { within: dying(world, at) })])
        expect(died.status).toBe(at < COUNT ? 'rejected' : 'fulfilled')
        const again = await world.run(row.id)
        expect(again.lines).toEqual(added.map(() => 'updated'))
        const heads = await world.headsOf(added)
        expect(new Set(heads.map(({ revision }) => revision))).toEqual(new Set([2]))
        const told = await world.context.store.ledger.list(
          { type: request.operation === 'tag' ? 'capsule.versioned' : 'capsule.archived' },
          { limit: 100 },
        )
        expect(told).toHaveLength(COUNT)
      }
    },
  )
})
