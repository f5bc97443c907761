import { describe, expect, test } from 'vitest'
import { LEAF_BYTES_MAX } from '#ledger'
import {
  campaign,
  codeOf,
  commandId,
  commandOf,
  commit,
  eventOf,
  grantOf,
  noteOf,
  type PlatformStore,
  receiptOf,
  recordOf,
  type StoreUnderTest,
  shareStore,
} from './testing.ts'
import { COMMANDS_PER_APPEND_MAX } from './unit-of-work.ts'

type Open = () => Promise<StoreUnderTest>

/** What every store promises about commands. */
export function describeUnitOfWork(name: string, open: Open): void {
  describe(`${name}: unit of work`, () => {
    const under = shareStore(open)
    describe('one command', () => testOneCommand(under))
    describe('a repeated command', () => testRepetition(under))
    describe('order and time', () => testOrder(under))
    test('a closed store says so', async () => {
      const { store } = await open()
      await store.ready()
      await store[Symbol.asyncDispose]()
      expect(await codeOf(() => store.ready())).toBe('UNAVAILABLE')
      expect(await codeOf(() => store.append([noteOf()]))).toBe('UNAVAILABLE')
    })
  })
}

/** A command that puts the key, and one that cannot: the key must be absent, and is not. */
const put = (store: PlatformStore, ...keys: string[]) => {
  const grant = grantOf('subject.create')
  return commandOf(
    grant,
    keys.map((key) => store.records.put(grant, 'people', key, { name: key }, { expectedRevision: 0 })),
  )
}

const find = (store: PlatformStore, key: string) => store.records.find('people', key)

function testOneCommand(under: StoreUnderTest): void {
  test('a command whose last change fails changes nothing, tells nothing and leaves no receipt', async () => {
    const { store } = under
    await commit(store, put(store, 'taken'))
    const [head, command] = [store.head(), put(store, 'first', 'second', 'taken')]
    expect(await codeOf(() => commit(store, command))).toBe('REVISION_MISMATCH')
    expect([await find(store, 'first'), await find(store, 'second')]).toEqual([undefined, undefined])
    expect(store.head()).toBe(head)
    expect(await store.changesSince(head, 10)).toEqual([])
    expect(await store.receipt(command.id)).toBeUndefined()
  })

  test('a failing command does not sink its neighbours', async () => {
    const { store } = under
    const outcomes = await store.append([put(store, 'left'), put(store, 'left', 'between'), put(store, 'right')])
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true])
    expect(await find(store, 'left')).toBeDefined()
    expect(await find(store, 'between')).toBeUndefined()
    expect(await find(store, 'right')).toBeDefined()
    expect(receiptOf(outcomes[2]).sequence).toBe(receiptOf(outcomes[0]).sequence + 1)
  })

  test('a sound store has nothing to repair', async () => {
    const { store } = under
    const head = store.head()
    expect(await store.repair(await store.doctor('full'))).toEqual([])
    expect(store.head()).toBe(head)
  })

  test('nothing to carry out is nothing done', async () => {
    const head = under.store.head()
    expect(await under.store.append([])).toEqual([])
    expect(under.store.head()).toBe(head)
  })

  test('more commands than the limit are refused as a whole', async () => {
    const { store } = under
    const head = store.head()
    const commands = Array.from({ length: COMMANDS_PER_APPEND_MAX + 1 }, () => noteOf())
    expect(await codeOf(() => store.append(commands))).toBe('UNPROCESSABLE')
    expect(store.head()).toBe(head)
    expect(await store.append(commands.slice(1))).toHaveLength(COMMANDS_PER_APPEND_MAX)
    expect(store.head()).toBe(head + COMMANDS_PER_APPEND_MAX)
  })

  test('a change without a record is refused', async () => {
    const { store } = under
    const command = { ...put(store, 'untold'), records: [] }
    expect(await codeOf(() => commit(store, command))).toBe('UNPROCESSABLE')
    expect(await find(store, 'untold')).toBeUndefined()
  })

  test('an event without a record is refused', async () => {
    const command = { ...noteOf(), records: [], events: [eventOf()] }
    expect(await codeOf(() => commit(under.store, command))).toBe('UNPROCESSABLE')
  })

  test.for([
    { name: 'not a number', payload: { value: Number.NaN } },
    { name: 'a lone surrogate', payload: { value: '\ud800' } },
    { name: 'longer than a leaf may be', payload: { value: 'x'.repeat(LEAF_BYTES_MAX) } },
  ])('a record that is $name takes its change with it', async ({ payload }) => {
    const { store } = under
    const head = store.head()
    const command = put(store, 'badly-told')
    const records = [recordOf(command.grant), recordOf(command.grant, { payload })]
    expect(await codeOf(() => commit(store, { ...command, records }))).toBe('UNPROCESSABLE')
    expect(await find(store, 'badly-told')).toBeUndefined()
    expect(store.head()).toBe(head)
  })

  test('a command that only tells has a receipt about no capsule', async () => {
    const command = noteOf()
    const receipt = await commit(under.store, command)
    const about = { outcome: 'updated', id: null, version: null, near_duplicates: [] }
    expect(receipt).toEqual({ command_id: command.id, ...about, sequence: under.store.head() })
    expect(await under.store.receipt(command.id)).toEqual(receipt)
  })

  test('the outcome names the time of the leaves it wrote', async () => {
    const [outcome] = await under.store.append([noteOf()])
    const leaf = await under.store.ledger.find(receiptOf(outcome).sequence)
    expect(outcome?.ok && outcome.committedAt).toBe(Date.parse(leaf!.leaf.time))
  })
}

function testRepetition(under: StoreUnderTest): void {
  test('returns the first receipt and changes nothing, whatever else it says', async () => {
    const { store } = under
    const id = commandId()
    const first = await commit(store, { ...put(store, 'once'), id })
    await commit(store, noteOf())
    const head = store.head()
    expect(await commit(store, { ...put(store, 'once'), id })).toEqual(first)
    expect(await commit(store, { ...put(store, 'never'), id })).toEqual(first)
    expect(store.head()).toBe(head)
    expect(await find(store, 'never')).toBeUndefined()
  })

  test('is recognised within one batch', async () => {
    const { store } = under
    const command = noteOf()
    const head = store.head()
    const outcomes = await store.append([command, noteOf(), command])
    expect(receiptOf(outcomes[2])).toEqual(receiptOf(outcomes[0]))
    expect(store.head()).toBe(head + 2)
  })

  test('is carried out once when it comes many times at once', async () => {
    const { store } = under
    const command = put(store, 'stampede')
    const head = store.head()
    const all = await Promise.all(Array.from({ length: 30 }, () => commit(store, command)))
    for (const receipt of all) expect(receipt).toEqual(all[0])
    expect(store.head()).toBe(head + 1)
  })

  test('with the same digest is a repetition, with another it is a reused id', async () => {
    const { store } = under
    const command = { ...noteOf(), bodyDigest: 'a'.repeat(64) }
    const first = await commit(store, command)
    const head = store.head()
    expect(await commit(store, command)).toEqual(first)
    const reused = { ...noteOf(), id: command.id, bodyDigest: 'b'.repeat(64) }
    expect(await codeOf(() => commit(store, reused))).toBe('IDEMPOTENCY_KEY_REUSED')
    expect(store.head()).toBe(head)
  })

  test('after a failure is tried anew, with the same id and the same grant', async () => {
    const { store } = under
    await commit(store, put(store, 'occupied'))
    const command = put(store, 'occupied')
    expect(await codeOf(() => commit(store, command))).toBe('REVISION_MISMATCH')
    const removal = grantOf('import.run')
    await commit(store, commandOf(removal, [store.records.delete(removal, 'people', 'occupied')]))
    expect((await commit(store, command)).command_id).toBe(command.id)
  })

  test('is known for 24 hours', async () => {
    const { store, clock } = under
    const command = noteOf()
    const first = await commit(store, command)
    clock.advance(24 * 3600 * 1000 - 60_000)
    expect(await store.receipt(command.id)).toEqual(first)
    expect(await commit(store, command)).toEqual(first)
    clock.advance(120_000)
    expect(await store.receipt(command.id)).toBeUndefined()
    expect(await store.receipt(commandId())).toBeUndefined()
  })
}

function testOrder(under: StoreUnderTest): void {
  test('a batch is carried out in its order, each leaf right after the one before', async () => {
    const { store } = under
    const from = store.head() + 1
    const types = Array.from({ length: 50 }, (_, index) => `test.step_${index}`)
    const outcomes = await store.append(types.map((type) => noteOf({ type })))
    expect(outcomes.map((outcome) => receiptOf(outcome).sequence)).toEqual(types.map((_, index) => from + index))
    const range = await store.ledger.range(from, 50)
    expect(range.map(({ leaf }) => leaf.type)).toEqual(types)
  })

  test('the receipt of a command with several records carries the last one', async () => {
    const { store } = under
    const command = noteOf()
    const head = store.head()
    const receipt = await commit(store, { ...command, records: [1, 2, 3].map(() => recordOf(command.grant)) })
    expect([receipt.sequence, store.head()]).toEqual([head + 3, head + 3])
  })

  test('time never runs backwards in the log when the clock does', async () => {
    const { store, clock } = under
    const before = await commit(store, noteOf())
    clock.advance(-3_600_000)
    const after = await commit(store, noteOf())
    const [first, second] = await store.ledger.range(before.sequence, 2)
    expect(after.sequence).toBe(before.sequence + 1)
    expect(Date.parse(second!.leaf.time)).toBeGreaterThanOrEqual(Date.parse(first!.leaf.time))
    clock.advance(7_200_000)
    const later = await commit(store, noteOf())
    const third = await store.ledger.find(later.sequence)
    expect(Date.parse(third!.leaf.time)).toBe(clock.clock())
  })

  test('writers at once leave a dense log whose order is that of their receipts', async () => {
    const { store } = under
    const from = store.head() + 1
    const [writers, each] = [16, campaign(25, 250)]
    const sequences = await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        const own: number[] = []
        for (let turn = 0; turn < each; turn++) {
          const receipt = await commit(store, noteOf({ type: `test.writer_${writer}` }))
          own.push(receipt.sequence)
        }
        return own
      }),
    )
    for (const own of sequences) expect(own).toEqual(own.toSorted((a, b) => a - b))
    const all = sequences.flat().sort((a, b) => a - b)
    expect(all).toEqual(all.map((_, index) => from + index))
    expect(await store.ledger.verifyChain(from)).toEqual({ checkedTo: store.head(), firstBad: undefined })
  })

  test('every read right after a receipt sees what it tells of, with many clients at once', async () => {
    const { store } = under
    const misses: string[] = []
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (let turn = 0; turn < campaign(30, 200); turn++) {
          const key = commandId()
          const command = put(store, key)
          const { sequence } = await commit(store, command)
          const looks = await Promise.all([
            find(store, key),
            store.ledger.find(sequence),
            store.changesSince(sequence - 1, 1),
            store.receipt(command.id),
            store.records.listBy('people', 'name', key, { limit: 1 }).then(({ items }) => items[0]),
          ])
          if (looks.some((seen) => seen === undefined) || store.head() < sequence) misses.push(key)
        }
      }),
    )
    expect(misses).toEqual([])
  })
}
