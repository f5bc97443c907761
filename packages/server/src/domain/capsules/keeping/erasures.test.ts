import { describe, expect, test } from 'vitest'
import { CascadeError, isCascadeError, saltedDigest } from '#base'
import type { Command, UnitOfWork } from '#store'
import { commandOf, commit, grantOf } from '../../../platform/store/testing.ts'
import { createCapsule } from '../use-cases/create-capsules.ts'
import { forkCapsule } from '../use-cases/fork-capsule.ts'
import { quarantineCapsule, releaseCapsule, setTrust } from '../use-cases/life.ts'
import { getCapsule, getVersion } from '../use-cases/read-capsule.ts'
import { openWorld, type World } from '../use-cases/testing.ts'
import { updateCapsule } from '../use-cases/update-capsule.ts'
import type { CopyVault } from './copy-vault.ts'
import { Erasures } from './erasures.ts'
import { liftHold, listHolds, placeHold } from './holds.ts'
import { createErasureFiles } from './testing.ts'

const BASIS = 'gdpr-17'

async function open(vaults: readonly CopyVault[] = []) {
  const world = await openWorld()
  const files = createErasureFiles()
  const erasures = new Erasures({ context: world.context, files, vaults, forget: () => undefined })
  const erase = (id: string) =>
    erasures.erase(world.call('capsule.erase'), { target: { kind: 'capsule', capsule: id }, legalBasis: BASIS })
  const eraseSubject = (subject: string) =>
    erasures.erase(world.call('capsule.erase'), { target: { kind: 'subject', subject }, legalBasis: BASIS })
  const resume = async () => (await erasures.resume(() => world.call('capsule.erase').grant)).completed
  return { ...world, files, erasures, erase, eraseSubject, resume }
}

async function refusalOf(work: Promise<unknown>): Promise<CascadeError> {
  try {
    await work
  } catch (error) {
    if (isCascadeError(error)) return error
    throw error
  }
  throw new Error('nothing was refused')
}

const codeOf = async (work: Promise<unknown>): Promise<string> => (await refusalOf(work)).code

describe('what is refused', () => {
  test('an unknown capsule, an unknown subject, a chunk, the administrator', async () => {
    const { erase, eraseSubject, addDocument, administrator, context } = await open()
    const head = context.store.head()
    expect(await codeOf(erase('01900000-0000-7000-8000-00000000ffff'))).toBe('NOT_FOUND')
    expect(await codeOf(eraseSubject('nobody at all'))).toBe('NOT_FOUND')
    expect(await codeOf(eraseSubject(administrator.name))).toBe('UNPROCESSABLE')
    expect(await codeOf(eraseSubject(administrator.id))).toBe('UNPROCESSABLE')
    expect(context.store.head()).toBe(head)
    const { document, chunks } = await addDocument('one two', ['one', 'two'])
    const chunk = await refusalOf(erase(chunks[0]!.id))
    expect([chunk.code, chunk.detail.includes(document.id)]).toEqual(['UNPROCESSABLE', true])
  })

  test.for(['capsule', 'owner', 'identity', 'scope'] as const)(
    'what a hold on its %s covers, with who placed it and why',
    async (kind) => {
      const { context, call, erase, eraseSubject, erasures } = await open()
      const input = {
        content: 'wanted',
        type: 'knowledge',
        owner: 'Grace',
        identity: 'G-1',
        lane: 'l',
        tags: ['t'],
      } as const
      const { outcome } = await createCapsule(context, call('capsule.create'), { ...input, tags: ['t'] })
      const id = (outcome.ok && outcome.receipt.id) || ''
      const target = {
        capsule: { kind: 'capsule', capsule: id },
        owner: { kind: 'subject', subject: 'Grace' },
        identity: { kind: 'subject', subject: 'G-1' },
        scope: { kind: 'scope', lane: 'l', tag: 't' },
      } as const
      const hold = await placeHold(context, call('capsule.hold'), { target: target[kind], reason: 'case 4711' })
      const head = context.store.head()
      for (const attempt of [() => erase(id), () => eraseSubject('Grace'), () => eraseSubject('G-1')]) {
        const refusal = await refusalOf(attempt())
        expect(refusal.code).toBe('LEGAL_HOLD')
        expect(refusal.detail).toContain('administrator')
        expect(refusal.detail).toContain('case 4711')
        expect(refusal.extensions).toMatchObject({ hold_id: hold.id, capsule_id: id })
      }
      const request = { target: { kind: 'capsule', capsule: id }, legalBasis: BASIS } as const
      expect((await erasures.plan(call('capsule.erase'), request)).holds).toEqual([hold.id])
      expect(context.store.head()).toBe(head)
      await liftHold(context, call('capsule.hold'), hold.id, 'closed')
      expect((await erase(id)).state).toBe('completed')
    },
  )

  test('one held chunk keeps its document, one held capsule all of its subject', async () => {
    const { context, call, add, addDocument, erase, eraseSubject } = await open()
    const { document, chunks } = await addDocument('one two', ['one', 'two'])
    const hold = (capsule: string) =>
      placeHold(context, call('capsule.hold'), { target: { kind: 'capsule', capsule }, reason: 'r' })
    await hold(chunks[1]!.id)
    expect(await codeOf(erase(document.id))).toBe('LEGAL_HOLD')
    const [free, held] = [await add({ content: 'a', identity: 'X' }), await add({ content: 'b', identity: 'X' })]
    await hold(held.id)
    expect(await codeOf(eraseSubject('X'))).toBe('LEGAL_HOLD')
    expect((await getCapsule(context, free.id)).content).toBe('a')
  })

  test('a hold that covers another scope forbids nothing', async () => {
    const { context, call, add, erase } = await open()
    const { id } = await add({ content: 'free', lane: 'l' })
    const scope = { kind: 'scope', lane: 'l', tag: 'absent' } as const
    await placeHold(context, call('capsule.hold'), { target: scope, reason: 'r' })
    expect((await erase(id)).state).toBe('completed')
  })

  test('no hold is placed on what was erased, nor twice lifted', async () => {
    const { context, call, add, erase } = await open()
    const { id } = await add({ content: 'gone' })
    await erase(id)
    const place = placeHold(context, call('capsule.hold'), { target: { kind: 'capsule', capsule: id }, reason: 'late' })
    expect(await codeOf(place)).toBe('ERASED')
    const scope = { kind: 'scope', type: 'code' } as const
    const hold = await placeHold(context, call('capsule.hold'), { target: scope, reason: 'r' })
    const lifted = await liftHold(context, call('capsule.hold'), hold.id, 'first')
    expect(await liftHold(context, call('capsule.hold'), hold.id, 'second')).toEqual(lifted)
    expect((await listHolds(context, { limit: 10 })).items).toEqual([lifted])
    expect(await codeOf(liftHold(context, call('capsule.hold'), id, 'none'))).toBe('NOT_FOUND')
  })

  test('of a hold and an erasure at once one comes first, and the other is told', async () => {
    for (let round = 0; round < 10; round++) {
      const { context, call, add, erase } = await open()
      const { id } = await add({ content: `race ${round}` })
      const target = { kind: 'capsule', capsule: id } as const
      const [erased, held] = await Promise.allSettled([
        erase(id),
        placeHold(context, call('capsule.hold'), { target, reason: 'race' }),
      ])
      expect([erased.status, held.status].filter((status) => status === 'fulfilled')).toHaveLength(1)
    }
  })
})

describe('what an erasure does', () => {
  test('all versions of a document and its chunks go, and the tombstone tells of it', async () => {
    const { context, erase, addDocument, add, call } = await open()
    const parent = await add({ content: 'the parent' })
    const { document, chunks } = await addDocument('one two', ['one', 'two'])
    const child = await add({ content: 'a fork', parents: [{ id: document.id, reason: 'forked' }] })
    const receipt = await erase(document.id)
    expect(receipt).toMatchObject({
      state: 'completed',
      capsules: 1,
      chunks: 2,
      versions: 3,
      capsule_ids: [document.id, ...chunks.map(({ id }) => id).reverse()],
      stays: [{ id: child.id, derived_from: document.id }],
      legal_basis: BASIS,
      holds: [],
    })
    for (const { id } of [document, ...chunks]) {
      const refusal = await refusalOf(getCapsule(context, id))
      expect(refusal.code).toBe('ERASED')
      expect(refusal.extensions).toMatchObject({ capsule_id: id, legal_basis: BASIS, sequence: expect.any(Number) })
      expect(await codeOf(getVersion(context, id, '1.0.0'))).toBe('ERASED')
    }
    expect((await refusalOf(getCapsule(context, document.id))).extensions).toMatchObject({ children: [child.id] })
    expect(await getCapsule(context, child.id)).toMatchObject({ content: 'a fork' })
    expect(await getCapsule(context, parent.id)).toMatchObject({ content: 'the parent' })
    const fork = forkCapsule(context, call('capsule.create'), document.id, { reason: 'again' })
    expect(await codeOf(fork)).toBe('ERASED')
    expect((await context.store.ledger.verifyChain(0)).firstBad).toBeUndefined()
  })

  test('by subject it takes what they own and what names them, in any version, and their name', async () => {
    const { context, call, add, eraseSubject, erasures } = await open()
    const owned = await add({ content: 'owned', owner: 'Grace' })
    const once = await add({ content: 'named once', identity: 'Grace' })
    const matches = () => true
    await updateCapsule(context, call('capsule.update'), once.id, { identity: null }, matches)
    const other = await add({ content: 'of others', owner: 'Ada' })
    const receipt = await eraseSubject('Grace')
    expect(receipt).toMatchObject({ capsules: 2, versions: 3 })
    for (const { id } of [owned, once]) expect(await codeOf(getCapsule(context, id))).toBe('ERASED')
    expect((await getCapsule(context, other.id)).content).toBe('of others')
    expect(await context.subjects.findByName('Grace')).toBeUndefined()
    expect((await context.subjects.find(owned.owner))?.name).toBe(`erased ${owned.owner}`)
    // Who knows the name can check that the receipt is about it; the receipt itself does not tell.
    const { subject_key: key, subject_digest: digest } = receipt.target
    expect(saltedDigest(Buffer.from(key ?? '', 'hex'), 'Grace')).toBe(digest)
    const everything = JSON.stringify([await erasures.list({ limit: 10 }), await context.store.ledger.range(0, 1000)])
    expect(everything).not.toContain('Grace')
  })

  test('the receipt is the same afterwards, by its id, in the list, and by erasing again', async () => {
    const { erase, erasures, add, files, context } = await open()
    const { id } = await add({ content: 'gone' })
    const receipt = await erase(id)
    const head = context.store.head()
    expect(await erase(id)).toEqual(receipt)
    expect(await erasures.get(receipt.id ?? '')).toEqual(receipt)
    expect((await erasures.list({ limit: 1 })).items).toEqual([receipt])
    expect(context.store.head()).toBe(head)
    const certificate = JSON.parse(files.certificates.get(receipt.id ?? '') ?? '')
    expect({
      ...certificate,
      certificate: receipt.certificate,
      certificate_sha256: receipt.certificate_sha256,
    }).toEqual(receipt)
    expect(await codeOf(erasures.get('01900000-0000-7000-8000-00000000ffff'))).toBe('NOT_FOUND')
    expect(await codeOf(erasures.list({ limit: 1, cursor: 'forged' }))).toBe('CURSOR_INVALID')
  })

  test('a dry run says what would go, and changes nothing', async () => {
    const { context, call, erasures, addDocument } = await open()
    const { document } = await addDocument('one two', ['one', 'two'])
    const head = context.store.head()
    const request = { target: { kind: 'capsule', capsule: document.id }, legalBasis: BASIS } as const
    const plan = await erasures.plan(call('capsule.erase'), request)
    expect(plan).toMatchObject({ id: null, state: 'planned', capsules: 1, chunks: 2, versions: 3, begun_at: null })
    expect(context.store.head()).toBe(head)
  })

  test('why its trust moved goes with it, and the log never had the words', async () => {
    const { context, call, add, erase } = await open()
    const { id } = await add({ content: 'doubted' })
    await setTrust(context, call('capsule.trust'), id, { trust: 50, reason: 'a word about Grace' })
    await quarantineCapsule(context, call('capsule.trust'), id, 'a word about Grace')
    await releaseCapsule(context, call('capsule.trust'), id, 'a word about Grace')
    const log = async () =>
      JSON.stringify([await context.store.ledger.range(0, 1000), await context.store.changesSince(-1, 1000)])
    expect(await log()).not.toContain('a word about')
    await erase(id)
    const { items } = await context.store.records.list('trust_reasons', { limit: 10 })
    expect([items, await context.store.capsules.trustHistory(id, 10)]).toEqual([[], []])
  })

  test('what its subject asked for and what waits loses its words, and what others asked for keeps them', async () => {
    const { context, add, eraseSubject, administrator } = await open()
    const { owner } = await add({ content: 'n', owner: 'Ada' })
    const { records } = context.store
    const grant = grantOf('approval.decide', { reach: 'lines' })
    const operation = { id: 'createCapsule', params: {}, query: {}, body: { content: 'wombat' }, ifMatch: null }
    for (const requester of [owner, administrator.id]) {
      const row = {
        requester,
        resource: '*',
        operation,
        decided: { by: owner, at: 1, reason: 'wombat' },
        outcome: null,
      }
      await commit(context.store, commandOf(grant, [records.put(grant, 'approvals', requester, row)]))
    }
    await eraseSubject('Ada')
    const left = await Promise.all([owner, administrator.id].map((key) => records.find('approvals', key)))
    expect(left.map((row) => JSON.stringify(row?.value).includes('wombat'))).toEqual([false, true])
    expect(left[0]?.value).toMatchObject({ requester: owner, decided: { by: owner } })
  })

  test('lifted holds on it are forgotten, those of others are not', async () => {
    const { context, call, add, erase } = await open()
    const [gone, other] = [await add({ content: 'a' }), await add({ content: 'b' })]
    for (const { id } of [gone, other]) {
      const target = { kind: 'capsule', capsule: id } as const
      const hold = await placeHold(context, call('capsule.hold'), { target, reason: 'r' })
      await liftHold(context, call('capsule.hold'), hold.id, 'closed')
    }
    await erase(gone.id)
    const { items } = await context.store.records.list<{ target: unknown }>('legal_holds', { limit: 10 })
    expect(items.map(({ value }) => value.target)).toEqual([{ kind: 'capsule', capsule: other.id }])
  })

  test('each place with copies is asked for all of the ids, and its answer stands in the receipt', async () => {
    const asked: ReadonlySet<string>[] = []
    const vault: CopyVault = {
      place: 'backups',
      erase: async (ids) => {
        asked.push(ids)
        return [{ copy: '/backups/one', outcome: 'rewritten', detail: 'under a new key' }]
      },
    }
    const { erase, add } = await open([vault])
    const { id } = await add({ content: 'copied' })
    const { places } = await erase(id)
    expect(asked).toEqual([new Set([id])])
    expect(places).toContainEqual({ place: 'backups: /backups/one', outcome: 'rewritten', detail: 'under a new key' })
  })
})

describe('an erasure that met a place that is away', () => {
  const openAway = async () => {
    const place = { isAway: true }
    const copies: CopyVault = {
      place: 'copies',
      erase: async () => {
        if (place.isAway) throw new CascadeError('UNAVAILABLE', 'It is not mounted.')
        return []
      },
    }
    return { place, ...(await open([copies])) }
  }

  test.for(['capsule', 'subject'] as const)('goes on when the same %s is asked for again', async (kind) => {
    const { place, add, erasures, erase, eraseSubject } = await openAway()
    const { id } = await add({ content: 'gone', owner: 'Grace', identity: 'Grace' })
    const again = () => (kind === 'capsule' ? erase(id) : eraseSubject('Grace'))
    expect(await codeOf(again())).toBe('UNAVAILABLE')
    expect(await codeOf(again())).toBe('UNAVAILABLE')
    place.isAway = false
    const receipt = await again()
    expect(receipt.state).toBe('completed')
    expect(await again()).toEqual(receipt)
    expect((await erasures.list({ limit: 10 })).items).toEqual([receipt])
  })

  test('goes on by itself, and is told of until then', async () => {
    const { place, add, call, erasures, erase } = await openAway()
    const goOn = () => erasures.goOn(() => call('capsule.erase').grant)
    expect(await goOn()).toEqual({ completed: 0, troubles: [] })
    const { id } = await add({ content: 'gone' })
    await codeOf(erase(id))
    const [begun] = (await erasures.list({ limit: 1 })).items
    expect(await goOn()).toMatchObject({
      completed: 0,
      troubles: [{ id: begun?.id, reason: 'UNAVAILABLE: It is not mounted.' }],
    })
    place.isAway = false
    expect(await goOn()).toEqual({ completed: 1, troubles: [] })
    expect(await goOn()).toEqual({ completed: 0, troubles: [] })
  })

  test('keeps no legal hold from being placed, because it takes nothing out of the store any more', async () => {
    const { context, add, call, erase } = await openAway()
    const [{ id }, other] = [await add({ content: 'gone' }), await add({ content: 'kept' })]
    await codeOf(erase(id))
    const target = { kind: 'capsule', capsule: other.id } as const
    expect((await placeHold(context, call('capsule.hold'), { target, reason: 'r' })).state).toBe('placed')
    expect(await codeOf(erase(other.id))).toBe('LEGAL_HOLD')
  })

  test('does not keep a restarted instance from answering, because nothing of it is in the store', async () => {
    const { place, context, add, call, erase, files } = await openAway()
    const { id } = await add({ content: 'gone' })
    await codeOf(erase(id))
    const away: CopyVault = { place: 'copies', erase: () => Promise.reject(new CascadeError('UNAVAILABLE', 'away')) }
    const next = new Erasures({ context, files, vaults: [away], forget: () => undefined })
    const grant = () => call('capsule.erase').grant
    expect(place.isAway && (await next.resume(grant)).troubles).toHaveLength(1)
  })

  test('but what is still in the store does: it is not to be seen again', async () => {
    const { place, context, add, call, files, erase } = await openAway()
    const { id } = await add({ content: 'still there' })
    const full = () => Promise.reject(new CascadeError('STORAGE_FULL', 'the disk is full'))
    const first = new Erasures({ context, files: { ...files, remember: full }, vaults: [], forget: () => undefined })
    const target = { kind: 'capsule', capsule: id } as const
    expect(await codeOf(first.erase(call('capsule.erase'), { target, legalBasis: BASIS }))).toBe('STORAGE_FULL')
    expect(await codeOf(first.resume(() => call('capsule.erase').grant))).toBe('STORAGE_FULL')
    place.isAway = false
    expect((await erase(id)).state).toBe('completed')
  })
})

describe('what a crash interrupts', () => {
  /** Dies at its n-th step: nothing after it happens in this process. */
  class Mortality {
    steps = 0
    readonly #at: number

    constructor(at: number) {
      this.#at = at
    }

    async step<T>(work: () => Promise<T>): Promise<T> {
      if (++this.steps > this.#at) throw new CascadeError('UNAVAILABLE', 'the process ended')
      return work()
    }
  }

  const dying = (world: World, mortality: Mortality): World['context'] => ({
    ...world.context,
    store: Object.assign(Object.create(world.context.store), {
      append: (commands: readonly Command[]) => mortality.step(() => world.context.store.append(commands)),
      scrub: () => mortality.step(() => world.context.store.scrub()),
    } satisfies Partial<UnitOfWork>),
  })

  test('is completed by the next start, at whichever step it died', async () => {
    let isWhole = false
    for (let at = 0; !isWhole; at++) {
      const world = await open()
      const { document, chunks } = await world.addDocument('one two', ['one', 'two'])
      const mortality = new Mortality(at)
      const files = {
        ...world.files,
        remember: (entries: Parameters<typeof world.files.remember>[0]) =>
          mortality.step(() => world.files.remember(entries)),
        certify: (receipt: Parameters<typeof world.files.certify>[0]) =>
          mortality.step(() => world.files.certify(receipt)),
      }
      const vaults: CopyVault[] = [{ place: 'copies', erase: () => mortality.step(async () => []) }]
      const first = new Erasures({ context: dying(world, mortality), files, vaults, forget: () => undefined })
      const target = { kind: 'capsule', capsule: document.id } as const
      const [end] = await Promise.allSettled([first.erase(world.call('capsule.erase'), { target, legalBasis: BASIS })])
      isWhole = end.status === 'fulfilled'
      const hasBegun = (await world.erasures.list({ limit: 1 })).items.length > 0
      await world.resume()
      const statuses = (await world.context.store.capsules.getHeads([document.id, ...chunks.map(({ id }) => id)])).map(
        ({ status }) => status,
      )
      expect(new Set(statuses)).toEqual(new Set([hasBegun ? 'ERASED' : 'ACTIVE']))
      const { items } = await world.erasures.list({ limit: 10 })
      expect(items.map(({ state }) => state)).toEqual(hasBegun ? ['completed'] : [])
      const told = await world.context.store.ledger.list({ type: 'capsule.erased' }, { limit: 10 })
      expect(told).toHaveLength(hasBegun ? 3 : 0)
      expect(await world.resume()).toBe(0)
    }
  })

  test('a store that knows nothing of an erasure repeats it, and tells of it in its own log', async () => {
    const before = await open()
    const { id } = await before.add({ content: 'gone' })
    await before.erase(id)
    const known = await before.files.known()
    const restored = await open()
    const twin = await restored.add({ content: 'restored from before' })
    const other = await restored.add({ content: 'never erased' })
    await restored.files.remember(known.map((entry) => ({ ...entry, ids: [twin.id, id] })))
    expect(await restored.resume()).toBe(1)
    expect(await codeOf(getCapsule(restored.context, twin.id))).toBe('ERASED')
    expect((await getCapsule(restored.context, other.id)).content).toBe('never erased')
    expect(await restored.resume()).toBe(0)
  })
})
