import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSameBytes } from '#base'
import type { StoredCheckpoint } from '../ledger-store.ts'
import { formatAddCheckpoint, formatCheckpoint, signNote } from '../note/index.ts'
import { judgeSubmission } from './judge-submission.ts'
import { readSubmission } from './submission.ts'
import { ForkedLog } from './testing.ts'

const SIZE = 40
/** Three forks: from the start, in the middle, and one entry before the end. */
const log = new ForkedLog('log.example/forked', SIZE, [0, 17, SIZE - 1])
const logs = new Map([[log.origin, { origin: log.origin, keys: log.keys }]])

/** What the pure part of a witness says to a body, after it cosigned `last`. */
function judge(body: Uint8Array, last: StoredCheckpoint | undefined) {
  const read = readSubmission(body, logs)
  if (read.kind !== 'signed') return { kind: read.kind } as const
  return { ...judgeSubmission(read.submission, last), submission: read.submission }
}

const kindOf = (body: Uint8Array, last?: StoredCheckpoint): string => judge(body, last).kind

/** All that a log with its key, or somebody who holds what it signed, can submit. */
const operation = fc.record({
  history: fc.nat(3),
  oldSize: fc.oneof(fc.nat(SIZE), fc.constant('last' as const), fc.constant('last' as const)),
  // From the old size on, mostly a few entries: whoever jumps to the end has nothing left to submit.
  size: fc.oneof(fc.nat(SIZE), fc.record({ more: fc.nat(3) }), fc.record({ more: fc.nat(3) })),
  proof: fc.constantFrom('right', 'right', 'right', 'none', 'of another history', 'of other sizes'),
})

const OPERATIONS = 10_000
const PER_WITNESS = 100

test(`${OPERATIONS.toLocaleString('en')} submissions in any order lead to no two cosigned checkpoints that contradict each other`, () => {
  let cosigned = 0
  const perWitness = fc.array(operation, { minLength: PER_WITNESS, maxLength: PER_WITNESS })
  fc.assert(
    fc.property(perWitness, (operations) => {
      let last: StoredCheckpoint | undefined
      const chain: { readonly size: number; readonly history: number }[] = []
      for (const { history, oldSize, size: wanted, proof } of operations) {
        const from = oldSize === 'last' ? (last?.size ?? 0) : oldSize
        const size = typeof wanted === 'number' ? wanted : Math.min(SIZE, from + wanted.more)
        const hashes = {
          right: log.proof(from, size, history),
          none: [],
          'of another history': log.proof(from, size, (history + 1) % 4),
          'of other sizes': log.proof(Math.max(0, from - 1), size, history),
        }[proof as 'right']
        const verdict = judge(log.request(from, size, { history, proof: hashes }), last)
        if (verdict.kind !== 'follows') continue
        last = log.checkpoint(size, history)
        chain.push({ size, history })
      }
      cosigned += chain.length
      // The definition of RFC 6962, and none of the code that judged: the later history has the earlier tree as its beginning.
      for (const [at, { size, history }] of chain.entries()) {
        const before = chain[at - 1]
        if (before === undefined) continue
        expect(size).toBeGreaterThanOrEqual(before.size)
        expect(isSameBytes(log.root(before.size, history), log.root(before.size, before.history))).toBe(true)
      }
    }),
    { numRuns: OPERATIONS / PER_WITNESS, seed: 6 },
  )
  // Enough of them were right for the law to mean something.
  expect(cosigned).toBeGreaterThan(OPERATIONS / 20)
})

test.for([
  { name: 'another tree of the size that was cosigned', from: 20, to: 20, history: 2, kind: 'forked' },
  { name: 'a larger tree of another history', from: 20, to: 30, history: 2, kind: 'unproven' },
  { name: 'a tree that is smaller, by its own word', from: 20, to: 19, history: 0, kind: 'malformed' },
  { name: 'a smaller tree with the size before it', from: 10, to: 19, history: 0, kind: 'otherSize' },
  { name: 'a tree from the first entry on, again', from: 0, to: 20, history: 0, kind: 'otherSize' },
  { name: 'the empty tree, again', from: 0, to: 0, history: 0, kind: 'otherSize' },
  { name: 'the same tree', from: 20, to: 20, history: 0, kind: 'follows' },
  { name: 'a larger tree of the same history', from: 20, to: 31, history: 0, kind: 'follows' },
])('after 20 entries $name: $kind', ({ from, to, history, kind }) => {
  expect(kindOf(log.request(from, to, { history }), log.checkpoint(20))).toBe(kind)
})

test.for([
  { name: 'a proof where there is nothing to prove', from: 0, to: 20, proof: log.proof(3, 20) },
  { name: 'a proof from a tree to itself', from: 20, to: 20, proof: log.proof(3, 20), last: 20 },
  {
    name: 'a proof with a hash too many',
    from: 20,
    to: 31,
    proof: [...log.proof(20, 31), new Uint8Array(32)],
    last: 20,
  },
  { name: 'a proof that is cut', from: 20, to: 31, proof: log.proof(20, 31).slice(1), last: 20 },
])('$name shows nothing', ({ from, to, proof, last }) => {
  const before = last === undefined ? undefined : log.checkpoint(last)
  expect(kindOf(log.request(from, to, { proof }), before)).toBe('unproven')
})

test('an empty tree has the root of the empty tree, or the log is not one', () => {
  expect(kindOf(log.request(0, 0))).toBe('follows')
  const { origin } = log
  const nonsense = new ForkedLog(origin, 1)
  const text = formatCheckpoint({ origin, size: 0, root: new Uint8Array(32), extensions: [] })
  const note = signNote(text, nonsense.signers)
  const body = Buffer.from(formatAddCheckpoint({ oldSize: 0, proof: [], checkpoint: note }))
  const read = readSubmission(body, new Map([[origin, { origin, keys: nonsense.keys }]]))
  expect(read.kind === 'signed' && judgeSubmission(read.submission, undefined).kind).toBe('forked')
})
