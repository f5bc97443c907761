import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { campaign, nextId, shareStore } from '../../platform/store/testing.ts'
import type { CapsuleFilter } from './capsule-store.ts'
import {
  addVersion,
  create,
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
      const history = fc.array(fc.record({ wait: fc.integer({ min: 0, max: 5 }), from: fc.option(moment) }), {
        minLength: 1,
        maxLength: 8,
      })
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
  /** Milliseconds that pass before the version is recorded. */
  readonly wait: number
  /** When its validity begins; null for the moment of recording. Relative to the beginning. */
  readonly from: number | null
}
interface Question {
  readonly asOf: number | null
  readonly knownAt: number | null
}

interface Believed {
  readonly version: string
  readonly from: number
  to: number | null
}

async function checkHistory(under: Under, steps: readonly Step[], questions: readonly Question[]): Promise<void> {
  const { store, clock } = under
  const [owner, start] = [nextId(), clock.clock()]
  const recorded: { version: string; at: number; from: number }[] = []
  let first: Awaited<ReturnType<typeof create>> | undefined
  for (const [index, { wait, from }] of steps.entries()) {
    clock.advance(wait)
    const version = `1.${index}.0`
    const fields = {
      content: `word${index}x`,
      validFrom: from === null ? null : start + from,
      embedding: vectorOf(index),
    }
    if (first) await addVersion(store, versionOf(first, version, fields))
    else first = await create(store, { owner, ...fields })
    recorded.push({ version, at: clock.clock(), from: fields.validFrom ?? clock.clock() })
  }
  for (const question of questions) {
    const asOf = question.asOf === null ? undefined : start + question.asOf
    const knownAt = question.knownAt === null ? undefined : start + question.knownAt
    const expected = replay(recorded, asOf, knownAt)
    const times = { ...(asOf !== undefined && { asOf }), ...(knownAt !== undefined && { knownAt }) }
    if (asOf !== undefined) {
      const answer = await store.capsules.findAsOf(first!.id, asOf, knownAt)
      expect(answer && { version: answer.version, from: answer.validFrom, to: answer.validTo }).toEqual(expected)
    }
    await checkSearch(under, { owner, ...times }, recorded.length, expected?.version)
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

/** Believes one record after the other, as far as they were known, and looks into what is believed then. */
function replay(
  recorded: readonly { version: string; at: number; from: number }[],
  asOf: number | undefined,
  knownAt: number | undefined,
): Believed | undefined {
  const believed: Believed[] = []
  for (const { version, at, from } of recorded) {
    if (knownAt !== undefined && at > knownAt) continue
    const before = believed.at(-1)
    const begins = Math.max(from, before?.from ?? from)
    if (before) before.to = begins
    believed.push({ version, from: begins, to: null })
  }
  if (asOf === undefined) return believed.at(-1)
  return believed.find(({ from, to }) => from <= asOf && (to === null || asOf < to))
}
