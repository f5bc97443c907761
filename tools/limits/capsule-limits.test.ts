import { expect, test } from 'vitest'
import { CascadeError } from '../../packages/server/src/base/index.ts'
import {
  passagesOf,
  QUOTE_LENGTH_MAX,
  SENTENCES_PER_HIT_MAX,
} from '../../packages/server/src/domain/capsules/ask/passage.ts'
import { placesToRead, WHOLE_LENGTH_MAX } from '../../packages/server/src/domain/capsules/ask/places.ts'
import {
  CONTENT_SCANNED_MAX,
  HIGHLIGHTS_MAX,
  highlight,
} from '../../packages/server/src/domain/capsules/search/highlight.ts'
import { searchCapsules } from '../../packages/server/src/domain/capsules/search/search-capsules.ts'
import { NUMBER_MAX, nextVersion } from '../../packages/server/src/domain/capsules/text/semver.ts'
import { ROUNDS_MAX, untilUndisturbed } from '../../packages/server/src/domain/capsules/use-cases/carry-out.ts'
import { explainTrust, HISTORY_MAX } from '../../packages/server/src/domain/capsules/use-cases/explain-trust.ts'
import { blameCapsule } from '../../packages/server/src/domain/capsules/use-cases/history.ts'
import { quarantineCapsule, releaseCapsule } from '../../packages/server/src/domain/capsules/use-cases/life.ts'
import { openWorld } from '../../packages/server/src/domain/capsules/use-cases/testing.ts'
import { updateCapsule } from '../../packages/server/src/domain/capsules/use-cases/update-capsule.ts'
import { codeOf } from '../../packages/server/src/platform/store/testing.ts'
import { LIMITS } from './index.ts'

test('a version with a number too large is refused', () => {
  const kindOf = (major: number) => nextVersion('1.0.0', { contentChanged: true, requested: `${major}.0.0` }).kind
  expect([kindOf(NUMBER_MAX), kindOf(NUMBER_MAX + 1)]).toEqual(['version', 'refused'])
})

test('of the highlights of a hit the first ones are told', () => {
  const count = (words: number): number => highlight('apple', 'apple '.repeat(words)).highlights.length
  expect([count(HIGHLIGHTS_MAX), count(HIGHLIGHTS_MAX + 1)]).toEqual([HIGHLIGHTS_MAX, HIGHLIGHTS_MAX])
})

test('no highlight stands beyond the beginning of a long content', () => {
  const found = (end: number): number => highlight('fox', `${' '.repeat(end - 'fox'.length)}fox`).highlights.length
  expect([found(CONTENT_SCANNED_MAX), found(CONTENT_SCANNED_MAX + 1)]).toEqual([1, 0])
})

test('of a content that is too long to be read for an answer places are read', () => {
  const length = (long: number): number =>
    placesToRead('apples are red. '.padEnd(long, 'no fruit is meant here. '), ['apple']).reduce(
      (sum, { start, end }) => sum + end - start,
      0,
    )
  expect(length(WHOLE_LENGTH_MAX)).toBe(WHOLE_LENGTH_MAX)
  expect(length(WHOLE_LENGTH_MAX + 1)).toBeLessThan(WHOLE_LENGTH_MAX)
})

/** What could be quoted of a content that is the only hit of a question. */
async function quotesOf(content: string): Promise<number> {
  const { context, add } = await openWorld()
  await add({ content })
  const request = { q: 'apple', limit: 1, mode: 'lexical', explain: false } as const
  return passagesOf('apple', (await searchCapsules(context, request)).hits).length
}

test('of the sentences of a hit the first ones are read for an answer', async () => {
  const sentences = (count: number) =>
    Array.from({ length: count }, (_, n) => `An apple has the number ${n}.`).join('\n\n')
  expect(await quotesOf(sentences(SENTENCES_PER_HIT_MAX))).toBe(SENTENCES_PER_HIT_MAX)
  expect(await quotesOf(sentences(SENTENCES_PER_HIT_MAX + 1))).toBe(SENTENCES_PER_HIT_MAX)
})

test('a sentence of a letter too much is not quoted', async () => {
  const sentence = (length: number) => `${'An apple is a fruit that'.padEnd(length - 1, ' grows')}.`
  expect(await quotesOf(sentence(QUOTE_LENGTH_MAX))).toBe(1)
  expect(await quotesOf(sentence(QUOTE_LENGTH_MAX + 1))).toBe(0)
})

test('of the changes of trust the newest are explained', async () => {
  const { context, call, add, time } = await openWorld()
  const { id } = await add({ content: 'One.' })
  for (let round = 0; round <= HISTORY_MAX / 2; round++) {
    await quarantineCapsule(context, call('capsule.trust'), id, `round ${round}`)
    time.advance(1000)
    await releaseCapsule(context, call('capsule.trust'), id, 'fine')
    time.advance(1000)
  }
  const { history } = await explainTrust(context, id)
  expect(history).toHaveLength(HISTORY_MAX)
  expect(history.map(({ reason }) => reason)).not.toContain('round 0')
})

test('blame reads the newest versions of a long history', async () => {
  const { context, call, add } = await openWorld()
  const { id } = await add({ content: 'a\n' })
  for (const content of ['a\nb\n', 'a\nb\nc\n'])
    await updateCapsule(context, call('capsule.update'), id, { content }, () => true)
  const versions = async (versionsMax: number) =>
    (await blameCapsule(context, id, undefined, { versionsMax })).lines.map(({ version }) => version)
  expect(await versions(3)).toEqual(['1.0.0', '1.1.0', '1.2.0'])
  expect(await versions(2)).toEqual(['1.1.0', '1.1.0', '1.2.0'])
})

test('whoever is disturbed once too often by others is told', async () => {
  const disturbed = (times: number) => {
    let round = 0
    return untilUndisturbed(async () => {
      if (round++ < times) throw new CascadeError('REVISION_MISMATCH', 'Another was first.')
    })
  }
  await disturbed(ROUNDS_MAX - 1)
  expect({ error: await codeOf(() => disturbed(ROUNDS_MAX)) }).toEqual(LIMITS.changesMeanwhile.beyond)
})
