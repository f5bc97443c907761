import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyPublished } from '#ledger'
import { NO_LEDGER_VERIFIER } from '../../../tools/ledger-verifier/verifier.ts'
import { campaign, createSeeded } from '../src/platform/store/testing.ts'
import { noteCampaign } from './note-campaign.ts'
import { createTestFolders, type PublishedFolder, readerOf, SignedStore } from './published-log.ts'

const SIZE = 257
const PATTERNS = [0x01, 0x80]
/** Flips that our verification judges: a sample, or each byte of each file in both patterns. */
const FLIPS = campaign(3000, Number.POSITIVE_INFINITY)
const FLIPS_FOR_GO = campaign(60, 600)
/** Of each file, at least. */
const SOME = 4
const TEST_MS = campaign(30_000, 1_800_000)

const folder = createTestFolders()
let log: SignedStore
let published: PublishedFolder

interface Flip {
  readonly path: string
  readonly at: number
  readonly pattern: number
}

beforeAll(async () => {
  log = await SignedStore.open(folder())
  await log.grow(SIZE)
  published = await log.publish(folder())
})
afterAll(() => log[Symbol.asyncDispose]())

/** Every flip of every file, one after the other; of more than are wanted a sample that repeats with its seed. */
function* flipsOf(files: ReadonlyMap<string, Uint8Array>, wanted: number): Generator<Flip> {
  const random = createSeeded(257)
  const total = [...files.values()].reduce((sum, { length }) => sum + length * PATTERNS.length, 0)
  for (const [path, { length }] of files) {
    let rest = length * PATTERNS.length
    // As many as its share, and some of the smallest file as well.
    let left = Math.max(SOME, Math.min(rest, Math.ceil((rest * wanted) / total)))
    for (let at = 0; at < length; at++)
      for (const pattern of PATTERNS) {
        // Each with the same chance, and exactly as many as are wanted (Knuth, volume 2, section 3.4.2, algorithm S).
        if (random() * rest-- >= left) continue
        left--
        yield { path, at, pattern }
      }
  }
}

const flipped = (bytes: Uint8Array, { at, pattern }: Flip): Uint8Array => bytes.with(at, bytes[at]! ^ pattern)

describe(`one byte of a published log of ${SIZE} entries`, () => {
  test('is not another without our verification naming the file', { timeout: TEST_MS }, async () => {
    const files = published.files()
    const startedAt = performance.now()
    const unnoticed: unknown[] = []
    const hit = new Set<string>()
    let runs = 0
    for (const flip of flipsOf(files, FLIPS)) {
      const damaged = new Map(files).set(flip.path, flipped(files.get(flip.path)!, flip))
      const verdict = await verifyPublished(readerOf(damaged), log.keys)
      if (verdict.valid || !verdict.reason?.includes(flip.path)) unnoticed.push({ ...flip, verdict })
      hit.add(flip.path)
      runs++
    }
    expect(unnoticed).toEqual([])
    expect(hit).toEqual(new Set(files.keys()))
    expect(runs).toBeGreaterThanOrEqual(3000)
    noteCampaign('bytes flipped in a published log', { runs, checks: runs * 2, ms: performance.now() - startedAt })
  })

  test.skipIf(NO_LEDGER_VERIFIER)('is not another without golang.org/x/mod saying where', { timeout: TEST_MS }, () => {
    const files = published.files()
    const startedAt = performance.now()
    const unnoticed: unknown[] = []
    let runs = 0
    for (const flip of flipsOf(files, FLIPS_FOR_GO)) {
      runs++
      const verdict = published.goVerdictWith(flip.path, flipped(files.get(flip.path)!, flip))
      if (!/^1 rejected: .*(checkpoint|entry|tile)/.test(verdict)) unnoticed.push({ ...flip, verdict })
    }
    expect(unnoticed).toEqual([])
    expect(published.goVerdict()).toMatch('0 accepted')
    noteCampaign('bytes flipped in a published log, judged by golang.org/x/mod', {
      ...{ runs, checks: runs, ms: performance.now() - startedAt },
    })
  })
})
