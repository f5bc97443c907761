import { describe, expect, test } from 'vitest'
import {
  cosignersOf,
  formatAddCheckpoint,
  originHash,
  parseVerifierKey,
  type StoredCheckpoint,
  SUBMITTED_NOTE_BYTES_MAX,
  signNote,
} from '#ledger'
import { openMemoryStore } from '../../adapters/memory/index.ts'
import type { Store } from '../../domain/store.ts'
import { formatCheckpoint } from '../../platform/ledger/note/index.ts'
import { ForkedLog } from '../../platform/ledger/witness/testing.ts'
import { commandOf, commit, createTestClock, grantOf } from '../../platform/store/testing.ts'
import { COLLECTIONS, KeptKeys, KeptNotes, openWitnessWorld } from './testing/witness-world.ts'
import { WITNESS_COLLECTION } from './witness-identity.ts'

const log = new ForkedLog('log.example/1', 60, [30])
const other = new ForkedLog('log.example/2', 60)
const logs = [log, other].map(({ origin, keys }) => ({ origin, keys }))

const leavesOf = async ({ store }: { readonly store: Store }): Promise<readonly string[]> =>
  (await store.ledger.range(0, 1000)).map(({ leaf }) => leaf.type)

/** A checkpoint of just as many bytes as are looked into, or so many more, by a line that is all backslashes. */
function padded(size: number, { history = 0, more = 0 } = {}): string {
  const noteWith = (line: string): string => {
    const head = { origin: log.origin, size, root: log.root(size, history), extensions: [line] }
    return signNote(formatCheckpoint(head), log.signers)
  }
  return noteWith('\\'.repeat(1 + SUBMITTED_NOTE_BYTES_MAX + more - Buffer.byteLength(noteWith('\\'))))
}

/** A body of `add-checkpoint` without a proof. */
const submittal = (oldSize: number, checkpoint: string): Buffer =>
  Buffer.from(formatAddCheckpoint({ oldSize, proof: [], checkpoint }))

describe('what is cosigned', () => {
  test('is durable before the answer: the next process goes on from there, and from nowhere else', async () => {
    const first = await openWitnessWorld({ logs })
    await first.witness.addCheckpoint(log.request(0, 40))
    const second = await openWitnessWorld({ logs, store: first.store, keys: first.keys })
    expect(second.witness.keys).toEqual(first.witness.keys)
    expect(await second.witness.addCheckpoint(log.request(0, 50))).toEqual({ kind: 'otherSize', size: 40 })
    await expect(second.witness.addCheckpoint(log.request(40, 50, { history: 1 }))).rejects.toMatchObject({
      code: 'UNPROCESSABLE',
    })
    expect(await second.witness.addCheckpoint(log.request(40, 50))).toMatchObject({ kind: 'cosigned' })
  })

  test('is never two forks, however many come at once', async () => {
    const { witness } = await openWitnessWorld({ logs })
    await witness.addCheckpoint(log.request(0, 25))
    const requests = Array.from({ length: 12 }, (_, at) => log.request(25, 31 + at, { history: at % 2 }))
    const answers = await Promise.allSettled(requests.map((request) => witness.addCheckpoint(request)))
    const cosigned = answers.flatMap((answer, at) =>
      answer.status === 'fulfilled' && answer.value.kind === 'cosigned' ? [at] : [],
    )
    expect(cosigned).toHaveLength(1)
  })

  test('is never two forks when two processes have the same store', async () => {
    const first = await openWitnessWorld({ logs })
    const second = await openWitnessWorld({ logs, store: first.store, keys: first.keys })
    const answers = await Promise.allSettled([
      first.witness.addCheckpoint(log.request(0, 40)),
      second.witness.addCheckpoint(log.request(0, 41, { history: 1 })),
    ])
    const kinds = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.kind : answer.reason.code))
    expect(kinds.toSorted()).toEqual(['cosigned', 'otherSize'])
  })

  test('waits in a short line: one request too many for a log is put off', async () => {
    const { witness } = await openWitnessWorld({ logs })
    const answers = await Promise.allSettled(
      Array.from({ length: 17 }, () => witness.addCheckpoint(log.request(0, 10))),
    )
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason.code] : []))
    expect(refused).toEqual(['UNAVAILABLE'])
    expect(await witness.addCheckpoint(log.request(10, 11))).toMatchObject({ kind: 'cosigned' })
  })

  test('is no checkpoint that is longer than two of them fit into one record, whatever makes it so', async () => {
    const world = await openWitnessWorld({ logs })
    const longest = padded(40)
    const [, line = ''] = log.checkpoint(40).note.split('\n\n')
    const repeated = `${log.checkpoint(40).note}${line.repeat(80)}`
    for (const note of [padded(40, { more: 1 }), repeated])
      await expect(world.witness.addCheckpoint(submittal(0, note))).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        detail: expect.stringContaining(`at most ${SUBMITTED_NOTE_BYTES_MAX} bytes; got ${Buffer.byteLength(note)}`),
      })
    expect(await world.witness.addCheckpoint(submittal(0, longest))).toMatchObject({ kind: 'cosigned' })
  })

  test('is shown with the signatures of the log and of the witness', async () => {
    const { witness } = await openWitnessWorld({ logs })
    await expect(witness.checkpoint(originHash(log.origin))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(witness.checkpoint('0'.repeat(64))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await witness.addCheckpoint(log.request(0, 40))
    const note = await witness.checkpoint(originHash(log.origin))
    expect(note.startsWith(log.checkpoint(40).note)).toBe(true)
    const keys = witness.keys.map((text) => parseVerifierKey(text)!)
    expect(cosignersOf(note, keys).size).toBe(keys.length)
  })
})

describe('an older copy of the store of a witness', () => {
  test('learns from the mirror what was cosigned since', async () => {
    const [keys, mirror] = [new KeptKeys(), new KeptNotes()]
    const first = await openWitnessWorld({ logs, keys, mirror })
    await first.witness.addCheckpoint(log.request(0, 20))
    const older = openMemoryStore({ collections: COLLECTIONS, clock: createTestClock().clock })
    await copyWitness(first.store, older)
    await first.witness.addCheckpoint(log.request(20, 40))
    const { witness } = await openWitnessWorld({ logs, keys, mirror, store: older })
    expect(witness.keys).toEqual(first.witness.keys)
    expect(await witness.addCheckpoint(log.request(20, 41, { history: 1 }))).toEqual({ kind: 'otherSize', size: 40 })
    expect(await witness.addCheckpoint(log.request(40, 41))).toMatchObject({ kind: 'cosigned' })
  })

  test('cosigns nothing where another copy cosigned another tree', async () => {
    const [keys, mirror] = [new KeptKeys(), new KeptNotes()]
    const first = await openWitnessWorld({ logs, keys, mirror })
    await first.witness.addCheckpoint(log.request(0, 40))
    const older = openMemoryStore({ collections: COLLECTIONS, clock: createTestClock().clock })
    await copyWitness(first.store, older, log.checkpoint(40, 1))
    const { witness } = await openWitnessWorld({ logs, keys, mirror, store: older })
    await expect(witness.addCheckpoint(log.request(40, 41))).rejects.toMatchObject({ code: 'LEDGER_FORKED' })
    expect((await witness.state())[0]).toMatchObject({ size: 40, trouble: expect.stringContaining('another copy') })
  })

  test('believes nothing of a mirror that no key of its own signed', async () => {
    const [keys, mirror] = [new KeptKeys(), new KeptNotes()]
    const { witness, troubles } = await openWitnessWorld({ logs, keys, mirror })
    await witness.addCheckpoint(log.request(0, 20))
    for (const name of mirror.notes.keys()) mirror.notes.set(name, log.checkpoint(50).note)
    expect(await witness.addCheckpoint(log.request(20, 21))).toMatchObject({ kind: 'cosigned' })
    expect(troubles).toEqual([])
  })
})

describe('the keys of a witness', () => {
  test('are new ones where the store does not know those of the folder: a restored one, or a new one', async () => {
    const first = await openWitnessWorld({ logs })
    await first.witness.addCheckpoint(log.request(0, 40))
    const fresh = await openWitnessWorld({ logs, keys: first.keys })
    expect(fresh.witness.keys.some((key) => first.witness.keys.includes(key))).toBe(false)
  })

  test('are new ones under another name, which the log records', async () => {
    const first = await openWitnessWorld({ logs })
    const second = await openWitnessWorld({ logs, store: first.store, keys: first.keys, name: 'witness.example/v' })
    expect(second.witness.keys[0]).toMatch(/^witness\.example\/v\+/)
    expect(second.witness.keys.some((key) => first.witness.keys.includes(key))).toBe(false)
    expect(await leavesOf(second)).toEqual(['witness.begun', 'witness.keys_changed'])
  })

  test('cosign for no log that the same instance signs', async () => {
    const own = { origin: 'log.example/own', keys: log.keys }
    await expect(openWitnessWorld({ logs: [own] })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe('what the log records of witnessing', () => {
  test('is the first cosignature for each log, and one a day', async () => {
    const world = await openWitnessWorld({ logs })
    for (let size = 1; size < 20; size++) await world.witness.addCheckpoint(log.request(size - 1, size))
    await world.witness.addCheckpoint(other.request(0, 5))
    expect(await leavesOf(world)).toEqual(['witness.begun', 'witness.cosigned', 'witness.cosigned'])
    const next = await openWitnessWorld({ logs, store: world.store, keys: world.keys })
    await next.witness.addCheckpoint(log.request(19, 20))
    expect(await leavesOf(next)).toHaveLength(3)
    world.advance(24 * 3_600_000)
    await world.witness.addCheckpoint(log.request(20, 21))
    await world.witness.addCheckpoint(log.request(21, 22))
    expect(await leavesOf(world)).toHaveLength(4)
  })

  test('is a fork, once, with both notes that prove it', async () => {
    const world = await openWitnessWorld({ logs })
    await world.witness.addCheckpoint(log.request(0, 40))
    for (let sent = 0; sent < 3; sent++)
      await expect(world.witness.addCheckpoint(log.request(40, 40, { history: 1 }))).rejects.toThrow(/has forked/)
    expect(await leavesOf(world)).toEqual(['witness.begun', 'witness.cosigned', 'witness.fork_seen'])
    const [told] = await world.store.ledger.list({ type: 'witness.fork_seen' }, { limit: 1 })
    const notes = told?.leaf.payload.notes as readonly string[]
    expect(notes[0]?.startsWith(log.checkpoint(40).note)).toBe(true)
    expect(notes[1]).toBe(log.checkpoint(40, 1).note)
  })

  test('is a fork with both notes, also where the log has padded them with what JSON writes twice as long', async () => {
    const world = await openWitnessWorld({ logs, name: `w.example/${'w'.repeat(245)}` })
    await world.witness.addCheckpoint(submittal(0, padded(40)))
    const forked = padded(40, { history: 1 })
    await expect(world.witness.addCheckpoint(submittal(40, forked))).rejects.toThrow(/has forked/)
    const [told] = await world.store.ledger.list({ type: 'witness.fork_seen' }, { limit: 1 })
    const notes = told?.leaf.payload.notes as readonly string[]
    expect([notes[0]?.startsWith(padded(40)), notes[1]]).toEqual([true, forked])
  })

  test('is nothing of a wrong proof, which anybody can send who holds a checkpoint', async () => {
    const world = await openWitnessWorld({ logs })
    await world.witness.addCheckpoint(log.request(0, 20))
    await expect(world.witness.addCheckpoint(log.request(20, 30, { proof: [] }))).rejects.toThrow(/does not show/)
    expect(await leavesOf(world)).toEqual(['witness.begun', 'witness.cosigned'])
  })
})

/** The witness' part of a store as it is now; with another checkpoint where one is named. */
async function copyWitness(from: Store, to: Store, instead?: StoredCheckpoint): Promise<void> {
  const kept = instead ?? (await from.ledger.checkpoint(log.origin))
  if (kept) await to.ledger.keepCheckpoint(kept)
  const { items } = await from.records.list(WITNESS_COLLECTION.name, { limit: 1 })
  const grant = grantOf('ledger.sign')
  const puts = items.map(({ key, value }) => to.records.put(grant, WITNESS_COLLECTION.name, key, value))
  await commit(to, commandOf(grant, puts))
}
