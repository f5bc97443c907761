import { expect, test } from 'vitest'
import { createSeeded, pick } from '../../platform/store/testing.ts'
import type { CapsuleDraft } from './capsule-draft.ts'
import type { CapsuleFilter } from './capsule-store.ts'
import { WordsModel } from './testing/words-model.ts'
import { addVersion, createAll, draftOf, type OpenStore, setStatus, versionOf } from './testing.ts'

const CAPSULES = 30
const CHANGES = 60
const WORDS = [
  'lantern',
  'harbour',
  'the',
  'quokka',
  'running',
  'numbat',
  'getUserName',
  'of',
  'Zürich',
  'ran?',
  'end.',
]

/** ACTIVE heads, and all other versions. */
const PARTS = { heads: 0, rest: 1 } as const

/** A capsule as the test knows it. */
interface Known {
  draft: CapsuleDraft
  status: 'ACTIVE' | 'ARCHIVED' | 'QUARANTINED'
  minor: number
}

/** What words are worth: the same numbers in every store, whatever has happened. */
export function describeWords(name: string, open: OpenStore): void {
  test(`${name}: after any mixture of changes words score what counting everything gives`, async () => {
    const { store } = await open()
    const random = createSeeded(3)
    const words = (most: number): string =>
      Array.from({ length: 1 + Math.floor(random() * most) }, () => pick(random, WORDS)).join(' ')
    const texts = () => ({ title: random() < 0.5 ? words(3) : null, tags: [words(2)], content: words(20) })
    const model = new WordsModel<string>()
    const keyOf = ({ draft, minor }: Known): string => `${draft.id} 1.${minor}.0`
    const place = (known: Known): void => {
      for (const part of model.parts) part.delete(keyOf(known))
      model.parts[known.status === 'ACTIVE' ? PARTS.heads : PARTS.rest].add(keyOf(known))
    }
    const all = Array.from({ length: CAPSULES }, (): Known => ({ draft: draftOf(texts()), status: 'ACTIVE', minor: 0 }))
    await createAll(
      store,
      all.map(({ draft }) => draft),
    )
    for (const known of all) {
      model.write(keyOf(known), known.draft)
      place(known)
    }
    for (let change = 0; change < CHANGES; change++) {
      const known = pick(random, all)
      if (random() < 0.4) {
        model.parts[PARTS.heads].delete(keyOf(known))
        model.parts[PARTS.rest].add(keyOf(known))
        known.minor++
        known.draft = { ...known.draft, ...texts() }
        await addVersion(store, versionOf(known.draft, `1.${known.minor}.0`))
        model.write(keyOf(known), known.draft)
      } else {
        known.status = known.status === 'ACTIVE' ? pick(random, ['ARCHIVED', 'QUARANTINED']) : 'ACTIVE'
        await setStatus(store, known.draft.id, known.status)
      }
      place(known)
    }
    const asked: readonly { filter: CapsuleFilter; parts: readonly (0 | 1)[] }[] = [
      { filter: {}, parts: [PARTS.heads] },
      { filter: { statuses: ['ARCHIVED', 'QUARANTINED'] }, parts: [PARTS.rest] },
      { filter: { statuses: ['ACTIVE', 'ARCHIVED', 'QUARANTINED'] }, parts: [PARTS.heads, PARTS.rest] },
    ]
    for (const { filter, parts } of asked) {
      const statuses = filter.statuses ?? ['ACTIVE']
      const wanted = new Set(all.filter(({ status }) => statuses.includes(status)).map(keyOf))
      for (const text of ['quokka lantern', 'the of', 'user running numbat harbour Zürich']) {
        const { candidates } = await store.capsules.candidates({ text, filter, perSignal: 100 })
        const found = new Map(candidates.map(({ id, version, signals }) => [`${id} ${version}`, signals.lexical]))
        const scores = model.search(text, parts).filter(({ version }) => wanted.has(version))
        expect(found.size).toBe(scores.length)
        for (const { version, score } of scores) expect(found.get(version)).toBeCloseTo(score, 6)
      }
    }
    await store[Symbol.asyncDispose]()
  })
}
