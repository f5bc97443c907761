import { expect, test } from 'vitest'
import { WordsModel } from '../../../domain/capsules/testing/words-model.ts'
import { campaign, createSeeded, pick } from '../../../platform/store/testing.ts'
import { HEADS, REST } from './part.ts'
import { ALL_PARTS, IndexUnderTest, TINY } from './testing.ts'

const OPERATIONS = campaign(12_000, 100_000)
/** Words from common to rare, some of them without meaning. */
const WORDS = [
  ...['lantern', 'harbour', 'the', 'quokka', 'running', 'numbat', 'getUserName', 'zebra', 'of', 'Zürich'],
  ...Array.from({ length: 120 }, (_, rank) => `w${rank}x`),
]

const wordOf = (random: () => number): string => WORDS[Math.floor(random() ** 3 * WORDS.length)]!
const textOf = (random: () => number, most: number): string =>
  Array.from({ length: Math.floor(random() * most) }, () => wordOf(random) + pick(random, [' ', ' ', '. ', '? '])).join(
    '',
  )

/** Scores are compared within what adding in another order makes of them. */
const near = (score: number): string => score.toPrecision(9)

test(`after ${OPERATIONS} changes, segments and merges in any mixture, answers are those of counting everything`, () => {
  const random = createSeeded(5)
  const under = new IndexUnderTest()
  const model = new WordsModel<number>()
  const known: number[] = []
  let last = 0
  const steps = {
    create: () => {
      const version = ++last
      known.push(version)
      const title = random() < 0.5 ? textOf(random, 4) : null
      const text = {
        version,
        capsule: version + 7,
        title,
        tags: [textOf(random, 2), wordOf(random)],
        content: textOf(random, 30),
      }
      const part = random() < 0.8 ? HEADS : REST
      under.texts.write(text)
      under.texts.enter(part, version)
      model.write(text.version, text)
      model.parts[part].add(version)
    },
    move: () => {
      const version = random() < 0.5 ? known.at(-1 - Math.floor(random() * 10)) : pick(random, known)
      if (version === undefined) return
      const [from, to] = model.parts[HEADS].has(version) ? ([HEADS, REST] as const) : ([REST, HEADS] as const)
      under.texts.move(version, from, to)
      model.parts[from].delete(version)
      model.parts[to].add(version)
    },
    purge: () => {
      const version = pick(random, known)
      if (known.length < 20 || version === undefined) return
      const versions = [version, known.at(-1)!]
      under.texts.purge(versions)
      known.splice(0, known.length, ...known.filter((one) => !versions.includes(one)))
      for (const one of versions) for (const part of model.parts) part.delete(one)
    },
    work: () => {
      under.work(random() < 0.2 ? { ...TINY, joinRatio: 3 } : TINY)
    },
  }
  let compared = 0
  for (let operation = 0; operation < OPERATIONS; operation++) {
    const step = random() < 0.02 ? 'purge' : pick(random, ['create', 'create', 'move', 'work'] as const)
    steps[step]()
    if (operation % 97 > 0) continue
    const question = textOf(random, 8)
    const parts = pick(random, ALL_PARTS)
    const limit = 1 + Math.floor(random() * 60)
    const remainder = Math.floor(random() * 3)
    const admits = (version: number): boolean => random !== undefined && version % 3 !== remainder
    const wanted = model.search(question, parts).filter(({ version }) => admits(version))
    const found = under.search(question, parts, limit, admits)
    expect(found.map(({ score }) => near(score))).toEqual(wanted.slice(0, limit).map(({ score }) => near(score)))
    const scores = new Map(wanted.map(({ version, score }) => [version, near(score)]))
    for (const { version, capsule, score } of found) {
      expect(scores.get(version)).toBe(near(score))
      expect(capsule).toBe(version + 7)
    }
    compared += found.length
  }
  expect(compared).toBeGreaterThan(1000)
  expect(known.length).toBeGreaterThan(OPERATIONS / 4)
  expect(under.words()).toEqual(model.words())
})
