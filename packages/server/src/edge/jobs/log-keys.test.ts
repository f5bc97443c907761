import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CascadeError, createUuidV7, systemRandom } from '#base'
import { GovernanceGate, requireGrant } from '#governance'
import { type CheckpointMirror, formatVerifierKey, openCheckpoint, signNote, verifyLog } from '#ledger'
import { createLedgerKeyFiles } from '../../adapters/files/ledger-key.ts'
import { openMemoryStore } from '../../adapters/memory/index.ts'
import type { Store } from '../../domain/store.ts'
import { formatCheckpoint, openKeyChange, parseNote } from '../../platform/ledger/note/index.ts'
import { commandId, createTestClock, grantOf, noteOf } from '../../platform/store/testing.ts'
import { endedKeys, type KeyRow, keyStates } from '../ended-keys.ts'
import { openLogKeys } from './log-identity.ts'
import { LogKeys } from './log-keys.ts'
import { openLog } from './open-log.ts'
import { ADMIN, COLLECTIONS, KeptNotes } from './testing/witness-world.ts'

const DAY_MS = 24 * 3_600_000

let directory = ''
const opened: AsyncDisposable[] = []
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'keys-'))
})
afterEach(async () => {
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true, force: true })
})

interface KeysOptions {
  readonly store?: Store
  readonly append?: (store: Store) => Store['append']
  readonly mirror?: CheckpointMirror
}

async function openKeys({ store, append, mirror }: KeysOptions = {}) {
  const told: string[] = []
  const say = (message: string): void => void told.push(message)
  const { clock, advance } = createTestClock()
  const newId = createUuidV7(clock, systemRandom)
  const own = store ?? openMemoryStore({ collections: COLLECTIONS, clock })
  const gate = new GovernanceGate({ clock, newId })
  const files = createLedgerKeyFiles(directory)
  const { active, previous } = await openLogKeys(own.records, files)
  const signed = await openLog({
    ...{ store: own, gate, subject: ADMIN, newId, key: active, previous, mirror },
    onTrouble: say,
    onRegrown: () => undefined,
  })
  await signed.checkpointer[Symbol.asyncDispose]()
  const keys = new LogKeys({
    ...{ signed, files, clock, newId, log: { debug: say, info: say, warn: say, error: say } },
    store: {
      append: append?.(own) ?? ((commands) => own.append(commands)),
      head: () => own.head(),
      receipt: (id) => own.receipt(id),
      records: own.records,
    },
    grant: () =>
      requireGrant(
        gate.decide({ action: 'ledger.sign', resource: 'ledger/keys', subject: ADMIN, correlationId: newId() }),
      ),
    every: () => ({ [Symbol.dispose]: () => undefined }),
  })
  opened.push(keys)
  const callOf = (id = commandId()) => ({ command: { id }, grant: grantOf('ledger.rotate') })
  const sign = async () => {
    await own.append([noteOf()])
    return (await signed.checkpointer.sign()).note
  }
  return {
    store: own,
    signed,
    keys,
    sign,
    advance,
    told,
    rotate: (days: number, id?: string) => keys.rotate(callOf(id), days),
  }
}

/** What the entries tell of keys. */
const rowsOf = async (store: Store): Promise<readonly KeyRow[]> =>
  (await store.ledger.range(0, 100)).map(({ leaf: { type, payload, index } }) => ({
    ...{ operation: type, ledger_index: index },
    payload: payload as KeyRow['payload'],
  }))

/** Keys that ended, by the entries. */
const toldOf = async (store: Store) => endedKeys(await rowsOf(store))

const namesOf = (): readonly string[] => readdirSync(directory).toSorted()
const linesOf = (note: string): number => parseNote(note)?.signatures.length ?? 0

describe('after a change of keys', () => {
  test('whoever knows either key accepts what is signed, until the overlap is over', async () => {
    const { signed, rotate, sign, advance, keys, store } = await openKeys()
    const [old] = signed.keys
    const state = await rotate(30)
    expect(state.keys).toEqual(signed.keys.map(formatVerifierKey))
    expect(state.keys[1]).toBe(formatVerifierKey(old!))
    const [active] = signed.keys
    const during = await sign()
    for (const key of [active!, old!]) expect(openCheckpoint(during, signed.origin, [key])).toBeDefined()
    expect(namesOf()).toEqual(['ledger-previous.key', 'ledger.key'])

    advance(30 * DAY_MS - 1)
    await keys.retireWhenDue()
    expect(linesOf(await sign())).toBe(2)
    advance(1)
    await keys.retireWhenDue()
    const after = await sign()
    expect(openCheckpoint(after, signed.origin, [active!])).toBeDefined()
    expect(openCheckpoint(after, signed.origin, [old!])).toBeUndefined()
    expect(namesOf()).toEqual(['ledger.key'])
    expect((await keys.state()).keys).toHaveLength(2)
    const verdict = await verifyLog({
      ledger: store.ledger,
      head: store.head(),
      origin: signed.origin,
      keys: signed.keys,
    })
    expect(verdict).toMatchObject({ valid: true })
  })

  test('the log says so, in an entry that both keys signed for', async () => {
    const { store, signed, rotate } = await openKeys()
    const [old] = signed.keys
    await rotate(30)
    const [told] = await store.ledger.list({ type: 'ledger.key_rotated' }, { limit: 1 })
    const change = openKeyChange(String(told?.leaf.payload.statement))
    expect(change).toMatchObject({ origin: signed.origin, previous: old, next: signed.keys[0] })
    // Neither signature alone is a statement.
    const note = parseNote(String(told?.leaf.payload.statement))!
    for (const signature of note.signatures) {
      const one = String(told?.leaf.payload.statement)
        .split('\n')
        .filter(
          (line) =>
            !line.startsWith('— ') || line.includes(Buffer.from(signature.signature).toString('base64').slice(-20)),
        )
      expect(openKeyChange(one.join('\n'))).toBeUndefined()
    }
  })

  test('a restart goes on with both keys', async () => {
    const first = await openKeys()
    await first.rotate(30)
    const next = await openKeys({ store: first.store })
    expect(next.signed.keys).toEqual(first.signed.keys)
    expect(linesOf(await next.sign())).toBe(2)
    expect(await first.store.ledger.list({ type: 'ledger.key_changed' }, { limit: 1 })).toEqual([])
  })
})

describe('a key that ended', () => {
  test('counts for what the log had then, and one that signs still for any size', async () => {
    const { signed, rotate, sign, advance, keys, store } = await openKeys()
    const [first] = signed.keys
    await rotate(30)
    const [second] = signed.keys
    expect([first!, second!].map((key) => signed.countsUpTo(key))).toEqual([Infinity, Infinity])
    await sign()
    const retiredAt = store.head() + 1
    advance(30 * DAY_MS)
    await keys.retireWhenDue()
    await sign()
    const rotatedAt = store.head() + 1
    await rotate(0)
    const expected = [retiredAt, rotatedAt, Infinity]
    const [third] = signed.keys
    expect([first!, second!, third!].map((key) => signed.countsUpTo(key))).toEqual(expected)
    const next = await openKeys({ store })
    expect([first!, second!, third!].map((key) => next.signed.countsUpTo(key))).toEqual(expected)
    expect(await toldOf(store)).toEqual(
      new Map([
        [formatVerifierKey(first!), retiredAt],
        [formatVerifierKey(second!), rotatedAt],
      ]),
    )
  })

  test('is told of by the entries of the log as the log itself knows it, also where two keys end at once', async () => {
    const { signed, rotate, sign, store } = await openKeys()
    await rotate(30)
    await sign()
    await rotate(0)
    await sign()
    await rotate(30)
    const told = await toldOf(store)
    const states = keyStates(signed.keys.map(formatVerifierKey), await rowsOf(store))
    expect(states.map(({ state }) => state)).toEqual(['signs', 'signs_as_well', 'ended', 'ended'])
    expect(states[1]?.until).toMatch(/^\d{4}-.*Z$/)
    expect(states.slice(2).map((one) => one.ended_at)).toEqual(
      signed.keys.slice(2).map((key) => signed.countsUpTo(key)),
    )
    expect(told.size).toBe(2)
    for (const key of signed.keys) expect(told.get(formatVerifierKey(key)) ?? Infinity).toBe(signed.countsUpTo(key))
    // The file of the active key is lost, and one that had ended is put back.
    await store.append([
      noteOf({ type: 'ledger.key_changed', payload: { origin: signed.origin, key: [...told.keys()][0]! } }),
    ])
    expect([...(await toldOf(store)).keys()]).toEqual([...told.keys()].slice(1))
  })

  test('signs no more, also where the store lost its word that it has', async () => {
    let isLost = false
    const { rotate, sign, advance, keys } = await openKeys({
      append: (own) => async (commands) => {
        const outcomes = await own.append(commands)
        if (isLost) throw new CascadeError('OUTCOME_UNKNOWN', 'the thread ended')
        return outcomes
      },
    })
    await rotate(30)
    isLost = true
    advance(30 * DAY_MS)
    await keys.retireWhenDue()
    expect([linesOf(await sign()), namesOf()]).toEqual([1, ['ledger.key']])
  })

  test('and signs a longer log in the mirror is told of, and keeps no start from succeeding', async () => {
    const mirror = new KeptNotes()
    const { signed, rotate, store } = await openKeys()
    const old = signed.signer
    await rotate(0)
    const head = { origin: signed.origin, root: new Uint8Array(32).fill(7), extensions: [] }
    await mirror.write(signed.origin, signNote(formatCheckpoint({ ...head, size: 90 }), [old]))
    const next = await openKeys({ store, mirror })
    expect(next.told).toEqual([expect.stringMatching(/is of a key that signs no more/)])
    expect(await mirror.read(signed.origin)).toBe(next.signed.checkpointer.last?.note)
    await mirror.write(signed.origin, signNote(formatCheckpoint({ ...head, size: 90 }), [next.signed.signer]))
    await expect(openKeys({ store, mirror })).rejects.toMatchObject({ code: 'LEDGER_FORKED' })
  })
})

describe('a change of keys', () => {
  test('is refused while two keys sign, unless the old ones are to end at once', async () => {
    const { rotate, signed, sign } = await openKeys()
    await rotate(30)
    const keys = signed.keys
    await expect(rotate(30)).rejects.toMatchObject({ code: 'CONFLICT' })
    expect([signed.keys, namesOf()]).toEqual([keys, ['ledger-previous.key', 'ledger.key']])
    const state = await rotate(0)
    expect([state.keys.length, state.previousUntil, namesOf()]).toEqual([3, undefined, ['ledger.key']])
    expect(linesOf(await sign())).toBe(1)
  })

  test('that is asked for a second time under one key of the request is carried out once', async () => {
    const { rotate, store } = await openKeys()
    const id = commandId()
    const first = await rotate(30, id)
    expect(await rotate(30, id)).toEqual(first)
    expect(await store.ledger.list({ type: 'ledger.key_rotated' }, { limit: 10 })).toHaveLength(1)
    expect(namesOf()).toEqual(['ledger-previous.key', 'ledger.key'])
  })

  test('is one at a time', async () => {
    const { rotate, signed } = await openKeys()
    const outcomes = await Promise.allSettled([rotate(0), rotate(0)])
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(signed.keys).toHaveLength(2)
  })

  test('that the store refuses leaves the key that there was, and nothing of the new one', async () => {
    const refuse = async () => [{ ok: false as const, error: new CascadeError('STORAGE_FULL', 'the disk is full') }]
    const { rotate, signed, sign } = await openKeys({ append: () => refuse })
    const keys = signed.keys
    await expect(rotate(30)).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    expect([signed.keys, namesOf()]).toEqual([keys, ['ledger.key']])
    expect(openCheckpoint(await sign(), signed.origin, keys)).toBeDefined()
  })

  test('of which the store did not say whether it came about is one that did, where it did', async () => {
    let isLost = true
    const lose = (store: Store) => async (commands: Parameters<Store['append']>[0]) => {
      const outcomes = await store.append(commands)
      if (!isLost) return outcomes
      isLost = false
      throw new CascadeError('OUTCOME_UNKNOWN', 'the thread ended')
    }
    const { rotate, signed, sign } = await openKeys({ append: lose })
    expect((await rotate(30)).keys).toHaveLength(2)
    expect(linesOf(await sign())).toBe(2)
    expect(signed.keys).toHaveLength(2)
  })

  test('of which the store does not know, after it did not say, is an error; nothing else is changed before a restart', async () => {
    const lost = async () => {
      throw new CascadeError('OUTCOME_UNKNOWN', 'the disk failed')
    }
    const { rotate, signed, sign, keys, store } = await openKeys({ append: () => lost })
    const before = signed.keys
    for (const days of [30, 0]) {
      await expect(rotate(days)).rejects.toMatchObject({ code: days === 30 ? 'OUTCOME_UNKNOWN' : 'UNAVAILABLE' })
      expect([signed.keys, (await keys.state()).keys]).toEqual([before, before.map(formatVerifierKey)])
      // It may count after all once the store is opened again: then this is the only copy of the active key.
      expect(namesOf()).toEqual(['ledger-next.key', 'ledger.key'])
    }
    expect(openCheckpoint(await sign(), signed.origin, before)).toBeDefined()
    const next = await openKeys({ store })
    expect([next.signed.keys, namesOf()]).toEqual([before, ['ledger.key']])
    expect((await next.rotate(0)).keys).toHaveLength(2)
  })

  test('that came about only once the store was opened again is completed by the start', async () => {
    let late: (() => Promise<unknown>) | undefined
    const lose = (store: Store) => async (commands: Parameters<Store['append']>[0]) => {
      late = () => store.append(commands)
      throw new CascadeError('OUTCOME_UNKNOWN', 'the disk failed')
    }
    const { rotate, store, signed } = await openKeys({ append: lose })
    const id = commandId()
    await expect(rotate(0, id)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    await late?.()
    // The process that asked has the old key still, so it does not call this done.
    await expect(rotate(0, id)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    const next = await openKeys({ store })
    expect([next.signed.keys.slice(1), namesOf()]).toEqual([signed.keys, ['ledger.key']])
    expect(openCheckpoint(await next.sign(), signed.origin, next.signed.keys.slice(0, 1))).toBeDefined()
  })

  test('has nothing signed by the old key alone once it is durable, however long the store takes to say so', async () => {
    let early: Promise<unknown> | undefined
    const { rotate, signed, store } = await openKeys({
      append: (own) => async (commands) => {
        const outcomes = await own.append(commands)
        // What the timer does.
        early ??= signed.checkpointer.sign()
        for (let turns = 0; turns < 20; turns++) await new Promise((done) => setImmediate(done))
        return outcomes
      },
    })
    await rotate(0)
    await early
    const [told] = await store.ledger.list({ type: 'ledger.key_rotated' }, { limit: 1 })
    const { note, size } = signed.checkpointer.last!
    expect(size).toBeGreaterThan(told!.leaf.index)
    expect(openCheckpoint(note, signed.origin, signed.keys.slice(0, 1))).toBeDefined()
    expect(openCheckpoint(note, signed.origin, signed.keys.slice(1))).toBeUndefined()
  })

  test('leaves the log with one key where the file of the one before is gone', async () => {
    const first = await openKeys()
    await first.rotate(30)
    rmSync(join(directory, 'ledger-previous.key'))
    const next = await openKeys({ store: first.store })
    expect(linesOf(await next.sign())).toBe(1)
    expect(next.signed.keys).toHaveLength(2)
  })
})

test.for(['', 'x', 'forge-cascade/key-change@v1\n', 'forge-cascade/key-change@v2\na\nb\nc\n\n— a AAAA\n'])(
  'no statement of a change is read from %j',
  (text) => {
    expect(openKeyChange(text)).toBeUndefined()
  },
)
