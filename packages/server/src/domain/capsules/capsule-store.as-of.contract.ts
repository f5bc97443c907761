import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { campaign, nextId, shareStore } from '../../platform/store/testing.ts'
import type { CapsuleFilter } from './capsule-store.ts'
import {
  addVersion,
  create,
  getHead,
  idsOf,
  type OpenStore,
  search,
  setStatus,
  setTrust,
  type Under,
  versionOf,
} from './testing.ts'

/** What was valid when, and what was known of it when. */
export function describeAsOf(name: string, open: OpenStore): void {
  describe(`${name}: as of`, () => {
    const under = shareStore(open)

    test('the edges of validity: the first moment is in, the last is out', async () => {
      const { store } = under
      const draft = await create(store, { validFrom: 1000 })
      await addVersion(store, versionOf(draft, '1.1.0', { validFrom: 2000 }))
      const at = async (asOf: number) => (await store.capsules.findAsOf(draft.id, asOf))?.version
      const answers = [await at(999), await at(1000), await at(1999), await at(2000), await at(1e12)]
      expect(answers).toEqual([undefined, '1.0.0', '1.0.0', '1.1.0', '1.1.0'])
    })

    test('archived capsules are part of the past, quarantined ones are not, and trust is today’s', async () => {
      const { store } = under
      const owner = nextId()
      const fields = { owner, content: 'heliotrope', validFrom: 1000 }
      const [archived, quarantined, lowered] = [
        await create(store, fields),
        await create(store, fields),
        await create(store, { ...fields, trust: 90 }),
      ]
      await setStatus(store, archived.id, 'ARCHIVED')
      await setStatus(store, quarantined.id, 'QUARANTINED')
      await setTrust(store, lowered.id, 30)
      const then: CapsuleFilter = { owner, asOf: 5000 }
      expect(await found(under, then)).toEqual(new Set([archived.id, lowered.id]))
      expect(await found(under, { ...then, minTrust: 40 })).toEqual(new Set([archived.id]))
      expect(await found(under, { ...then, statuses: ['QUARANTINED'] })).toEqual(new Set([quarantined.id]))
      expect(await found(under, { owner })).toEqual(new Set([lowered.id]))
    })

    test.for([
      { name: 'at a moment in the past', at: 3000, ends: 3000 },
      { name: 'before its validity began', at: 500, ends: 1000 },
      { name: 'in the future', at: 1e15, ends: 'now' },
      { name: 'without a moment', at: undefined, ends: 'now' },
    ] as const)('archived $name, it is valid up to that, as far as it can be', async ({ at, ends }) => {
      const { store, clock } = under
      const owner = nextId()
      const { id } = await create(store, { owner, content: 'heliotrope', validFrom: 1000 })
      await setStatus(store, id, 'ARCHIVED', at === undefined ? {} : { at })
      const end = ends === 'now' ? clock.clock() : ends
      expect(await getHead(store, id)).toMatchObject({ status: 'ARCHIVED', validFrom: 1000, validTo: end })
      expect(await found(under, { owner, asOf: end - 1 })).toEqual(new Set(end === 1000 ? [] : [id]))
      expect(await found(under, { owner, asOf: end })).toEqual(new Set())
      expect(await store.capsules.findAsOf(id, end)).toBeUndefined()
    })

    test('archived again keeps its end; what comes back has always been valid, its later version after a gap', async () => {
      const { store } = under
      const draft = await create(store, { validFrom: 1000 })
      const at = async (asOf: number) => (await store.capsules.findAsOf(draft.id, asOf))?.version
      await setStatus(store, draft.id, 'ARCHIVED', { at: 2000 })
      await setStatus(store, draft.id, 'ARCHIVED', { at: 1500 })
      expect((await getHead(store, draft.id)).validTo).toBe(2000)
      await addVersion(store, versionOf(draft, '1.1.0', { validFrom: 3000 }))
      await setStatus(store, draft.id, 'ACTIVE')
      expect([await at(1999), await at(2000), await at(2999), await at(3000)]).toEqual([
        '1.0.0',
        undefined,
        undefined,
        '1.1.0',
      ])
      await setStatus(store, draft.id, 'ARCHIVED', { at: 4000 })
      await setStatus(store, draft.id, 'ACTIVE')
      expect([(await getHead(store, draft.id)).validTo, await at(5000)]).toEqual([null, '1.1.0'])
    })

    test('filters look at the version that was valid then', async () => {
      const { store } = under
      const owner = nextId()
      const old = { type: 'code', tags: ['old'], lane: 'a', content: 'heliotrope one' } as const
      const draft = await create(store, { owner, ...old, validFrom: 1000 })
      const now = { type: 'config', tags: ['new'], lane: 'b', content: 'heliotrope two', validFrom: 2000 } as const
      await addVersion(store, versionOf(draft, '1.1.0', now))
      const [before, after]: [CapsuleFilter, CapsuleFilter] = [
        { owner, asOf: 1500 },
        { owner, asOf: 2500 },
      ]
      for (const filter of [{ types: ['code'] }, { tags: ['old'] }, { lane: 'a' }] as const) {
        expect(await found(under, { ...before, ...filter })).toEqual(new Set([draft.id]))
        expect(await found(under, { ...after, ...filter })).toEqual(new Set())
      }
    })

    test('any history answers any moment as a naive replay of it does', async () => {
      const moment = fc.integer({ min: 0, max: 40 })
      const wait = fc.integer({ min: 0, max: 5 })
      const step = fc.record({
        wait,
        kind: fc.constantFrom('version', 'version', 'archive', 'restore'),
        moment: fc.option(moment),
      })
      const history = fc.array(step, { minLength: 1, maxLength: 10 })
      const questions = fc.array(fc.record({ asOf: fc.option(moment), knownAt: fc.option(moment) }), { maxLength: 12 })
      const law = fc.asyncProperty(history, questions, async (steps, asked) => checkHistory(under, steps, asked))
      await fc.assert(law, { numRuns: campaign(40, 1000), seed: 20260301 })
    })
  })
}

/** What a list and both kinds of search find; they must agree. */
async function found({ store }: Under, filter: CapsuleFilter): Promise<Set<string>> {
  const listed = new Set(idsOf((await store.capsules.list(filter, { limit: 100 })).items))
  expect(new Set(idsOf(await search(store, filter, { text: 'heliotrope' })))).toEqual(listed)
  return listed
}

interface Step {
  /** Milliseconds that pass before it is recorded. */
  readonly wait: number
  readonly kind: 'version' | 'archive' | 'restore'
  /** When a version's validity begins or an archived one's ends; null for the moment of recording. */
  readonly moment: number | null
}
interface Question {
  readonly asOf: number | null
  readonly knownAt: number | null
}

interface Believed {
  readonly version: string
  readonly at: number
  readonly from: number
  end: { readonly to: number; readonly at: number } | null
}

/** A store and a naive record of what was told to it. */
class Told {
  readonly believed: Believed[] = []
  readonly start: number
  readonly owner = nextId()
  readonly #under: Under
  #draft: Awaited<ReturnType<typeof create>> | undefined
  #isArchived = false

  constructor(under: Under) {
    this.#under = under
    this.start = under.clock.clock()
  }

  get id(): string {
    return this.#draft?.id ?? ''
  }

  async tell({ wait, kind, moment }: Step): Promise<void> {
    const { store, clock } = this.#under
    clock.advance(wait)
    const given = moment === null ? null : this.start + moment
    if (kind === 'version' || !this.#draft) return this.#version(given)
    const isArchived = kind === 'archive'
    await setStatus(store, this.id, isArchived ? 'ARCHIVED' : 'ACTIVE', given === null ? {} : { at: given })
    if (isArchived !== this.#isArchived) {
      this.believed.at(-1)!.end = null
      if (isArchived) this.#end(Math.min(given ?? clock.clock(), clock.clock()))
    }
    this.#isArchived = isArchived
  }

  async #version(given: number | null): Promise<void> {
    const { store, clock } = this.#under
    const index = this.believed.length
    const version = `1.${index}.0`
    const fields = { content: `word${index}x`, validFrom: given, embedding: vectorOf(index) }
    if (this.#draft) await addVersion(store, versionOf(this.#draft, version, fields))
    else this.#draft = await create(store, { owner: this.owner, ...fields })
    const from = Math.max(given ?? clock.clock(), this.believed.at(-1)?.from ?? 0)
    if (index > 0) this.#end(from)
    this.believed.push({ version: index === 0 ? '1.0.0' : version, at: clock.clock(), from, end: null })
  }

  #end(at: number): void {
    const last = this.believed.at(-1)!
    const to = Math.max(at, last.from)
    if (last.end === null || to < last.end.to) last.end = { to, at: this.#under.clock.clock() }
  }

  /** What is believed about a moment by what was known at another. */
  replay(asOf: number | undefined, knownAt = Number.POSITIVE_INFINITY) {
    const known = this.believed.filter(({ at }) => at <= knownAt)
    const views = known.map(({ version, from, end }) => ({
      version,
      from,
      to: end && end.at <= knownAt ? end.to : null,
    }))
    if (asOf === undefined) return this.#isArchived ? undefined : views.at(-1)
    const begun = views.findLast(({ from }) => from <= asOf)
    return begun && (begun.to === null || asOf < begun.to) ? begun : undefined
  }
}

async function checkHistory(under: Under, steps: readonly Step[], questions: readonly Question[]): Promise<void> {
  const told = new Told(under)
  for (const step of steps) await told.tell(step)
  for (const question of questions) {
    const asOf = question.asOf === null ? undefined : told.start + question.asOf
    const knownAt = question.knownAt === null ? undefined : told.start + question.knownAt
    const expected = told.replay(asOf, knownAt)
    const times = { ...(asOf !== undefined && { asOf }), ...(knownAt !== undefined && { knownAt }) }
    if (asOf !== undefined) {
      const answer = await under.store.capsules.findAsOf(told.id, asOf, knownAt)
      expect(answer && { version: answer.version, from: answer.validFrom, to: answer.validTo }).toEqual(expected)
    }
    await checkSearch(under, { owner: told.owner, ...times }, told.believed.length, expected?.version)
  }
}

/** Lists and searches answer from the version that the replay names, and from no other. */
async function checkSearch({ store }: Under, filter: CapsuleFilter, count: number, version?: string): Promise<void> {
  const { items } = await store.capsules.list(filter, { limit: 10 })
  expect(items.map((item) => item.version)).toEqual(version === undefined ? [] : [version])
  for (let index = 0; index < count; index++) {
    const expected = version === `1.${index}.0` ? [version] : []
    const byWord = await search(store, filter, { text: `word${index}x` })
    expect(byWord.map((candidate) => candidate.version)).toEqual(expected)
  }
  const byVector = await search(store, filter, { embedding: vectorOf(0) })
  expect(byVector.map((candidate) => candidate.version)).toEqual(version === undefined ? [] : [version])
}

const vectorOf = (index: number) => ({ model: 'as-of', vector: Float32Array.of(Math.cos(index), Math.sin(index)) })
