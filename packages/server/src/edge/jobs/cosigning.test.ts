import { generateKeyPairSync } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { CascadeError } from '#base'
import { createBootstrapGate, requireGrant } from '#governance'
import { cosignersOf, type WitnessLink } from '#ledger'
import { openMemoryStore } from '../../adapters/memory/index.ts'
import type { Store } from '../../domain/store.ts'
import { createTestClock, noteOf } from '../../platform/store/testing.ts'
import { CosignedNotes } from './cosigned-notes.ts'
import { Cosigning } from './cosigning.ts'
import { type NoteElsewhere, openLog } from './open-log.ts'
import { ADMIN, COLLECTIONS, KeptNotes, linkTo, openWitnessWorld } from './testing/witness-world.ts'

const key = generateKeyPairSync('ed25519').privateKey
/** Commands in the order in which every copy of the log has them. */
const commands = Array.from({ length: 60 }, () => noteOf())

/** A log that is the same each time it is opened, as far as it has come: copies of one folder. */
async function openCopy(
  size: number,
  { store, elsewhere }: { store?: Store; elsewhere?: readonly NoteElsewhere[] } = {},
) {
  const { clock, advance } = createTestClock()
  let ids = 0
  const newId = (): string => `01900000-0000-7000-8000-${String(++ids).padStart(12, '0')}`
  const gate = createBootstrapGate({ clock, newId })
  const own = store ?? openMemoryStore({ collections: COLLECTIONS, clock })
  const signed = await openLog({
    ...{ store: own, gate, subject: ADMIN, newId, key, mirror: undefined },
    elsewhere: async () => elsewhere ?? [],
    onTrouble: () => undefined,
    onRegrown: () => undefined,
  })
  // It signs when it is told to.
  await signed.checkpointer[Symbol.asyncDispose]()
  const grow = async (to: number) => {
    await own.append(commands.slice(own.head() + 1, to))
    return signed.checkpointer.sign()
  }
  await grow(size)
  return { signed, store: own, grow, clock, advance, gate, newId }
}

type Copy = Awaited<ReturnType<typeof openCopy>>

const opened: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]()
})

async function openCosigning(
  { signed, store, clock, gate, newId }: Copy,
  links: readonly WitnessLink[],
  place = new KeptNotes(),
) {
  const told: string[] = []
  const say = (message: string): void => void told.push(message)
  const log = { debug: say, info: say, warn: say, error: say }
  const asked = { action: 'ledger.submit', resource: 'system/ledger', subject: ADMIN } as const
  const cosigning = new Cosigning({
    ...{ signed, ledger: store.ledger, links, clock, log, everyMs: 1000 },
    notes: await CosignedNotes.open(place, signed, links),
    grant: () => requireGrant(gate.decide({ ...asked, correlationId: newId() })),
    every: () => ({ [Symbol.dispose]: () => undefined }),
  })
  opened.push(cosigning)
  const round = (): Promise<void> => cosigning.round(new AbortController().signal)
  return { cosigning, round, told, place }
}

/** A witness of this log that counts what it is asked. */
async function openWitnessOf({ signed }: Copy, name = 'w') {
  const world = await openWitnessWorld({
    logs: [{ origin: signed.origin, keys: signed.keys }],
    name: `witness.example/${name}`,
  })
  const link = linkTo(world.witness, `https://${name}.example`)
  const asked = { times: 0 }
  const counting: WitnessLink = {
    ...link,
    addCheckpoint: (body, signal) => {
      asked.times++
      return link.addCheckpoint(body, signal)
    },
  }
  return { ...world, link: counting, asked }
}

describe('what witnesses cosign', () => {
  test('is kept on one note for all of them, and submitted once', async () => {
    const copy = await openCopy(20)
    const [one, two] = [await openWitnessOf(copy, 'one'), await openWitnessOf(copy, 'two')]
    const { cosigning, round } = await openCosigning(copy, [one.link, two.link])
    for (let times = 0; times < 3; times++) await round()
    expect([one.asked.times, two.asked.times]).toEqual([1, 1])
    const [first] = cosigning.cosigned
    expect(first).toMatchObject({ size: 20, witnesses: ['https://one.example', 'https://two.example'] })
    expect(cosignersOf(first!.note, [...one.link.keys, ...two.link.keys]).size).toBe(one.link.keys.length * 2)
    await copy.grow(30)
    await round()
    expect([one.asked.times, cosigning.cosigned.map(({ size }) => size)]).toEqual([2, [30, 30]])
    expect(cosigning.finding).toEqual({ status: 'ok', detail: '2 of 2 witnesses cosign, up to 30 entries' })
  })

  test('is there after a restart, and one who comes later is added to it', async () => {
    const copy = await openCopy(20)
    const [one, two] = [await openWitnessOf(copy, 'one'), await openWitnessOf(copy, 'two')]
    const { round, place } = await openCosigning(copy, [one.link])
    await round()
    const next = await openCosigning(copy, [one.link, two.link], place)
    expect(next.cosigning.cosigned).toMatchObject([{ size: 20, witnesses: ['https://one.example'] }])
    await next.round()
    expect([one.asked.times, two.asked.times]).toEqual([1, 1])
    expect(next.cosigning.cosigned.map(({ witnesses }) => witnesses.length)).toEqual([2, 2])
  })

  test('is asked for from the size that the witness names, where that was forgotten here', async () => {
    const copy = await openCopy(20)
    const one = await openWitnessOf(copy)
    await (await openCosigning(copy, [one.link])).round()
    await copy.grow(30)
    const { cosigning, round } = await openCosigning(copy, [one.link])
    await round()
    expect([one.asked.times, cosigning.cosigned[0]?.size]).toEqual([3, 30])
  })

  test('counts for nothing when another key made it', async () => {
    const copy = await openCopy(20)
    const [one, other] = [await openWitnessOf(copy), await openWitnessOf(copy)]
    const { cosigning, round } = await openCosigning(copy, [{ ...one.link, keys: other.link.keys }])
    await round()
    expect(cosigning.cosigned).toEqual([])
    expect(cosigning.state).toMatchObject([{ trouble: 'what it answered is no cosignature of its key' }])
  })

  test('is read from no file that does not prove itself', async () => {
    const copy = await openCopy(20)
    const one = await openWitnessOf(copy)
    const { round, place } = await openCosigning(copy, [one.link])
    await round()
    const [[name, note] = ['', '']] = [...place.notes]
    for (const damaged of [
      '',
      'no note',
      note.replace('\n20\n', '\n21\n'),
      note.slice(0, -20),
      copy.signed.checkpointer.last!.note,
    ]) {
      place.notes.set(name, damaged)
      expect((await openCosigning(copy, [one.link], place)).cosigning.cosigned).toEqual([])
    }
  })
})

describe('a witness that is away', () => {
  test('is asked again after longer and longer pauses, and told of once; others go on', async () => {
    const copy = await openCopy(20)
    const one = await openWitnessOf(copy, 'one')
    let asked = 0
    const away: WitnessLink = {
      ...(await openWitnessOf(copy, 'two')).link,
      addCheckpoint: async () => {
        asked++
        throw new CascadeError('UNAVAILABLE', 'nobody is there')
      },
    }
    const { cosigning, round, told } = await openCosigning(copy, [away, one.link])
    const at: number[] = []
    for (let second = 0; second < 60; second++) {
      const before = asked
      await round()
      if (asked > before) at.push(second)
      copy.advance(1000)
    }
    expect(at).toEqual([0, 5, 15, 35])
    expect(told).toEqual(['a witness does not cosign'])
    expect(cosigning.cosigned).toMatchObject([{ size: 20 }])
    expect(cosigning.finding).toMatchObject({ status: 'degraded', detail: '1 of 2 witnesses cosign, up to 20 entries' })
  })
})

describe('a log that was rolled back', () => {
  test('is signed no more once its witness shows what was signed', async () => {
    const original = await openCopy(40)
    const one = await openWitnessOf(original)
    await (await openCosigning(original, [one.link])).round()

    const older = await openCopy(20)
    const { round } = await openCosigning(older, [one.link])
    await round()
    expect(older.signed.checkpointer.fork).toMatchObject({ code: 'LEDGER_FORKED' })
    await expect(older.grow(25)).rejects.toThrow(/speaks of 40 entries, and the log has 20/)
    expect(older.signed.checkpointer.last?.size).toBe(20)
    expect((await one.witness.state())[0]?.size).toBe(40)
  })

  test('and written on to the size that was cosigned, and beyond it, is found out all the same', async () => {
    const original = await openCopy(40)
    const one = await openWitnessOf(original)
    await (await openCosigning(original, [one.link])).round()
    for (const size of [40, 45]) {
      const older = await openCopy(20)
      await older.store.append(Array.from({ length: size - 20 }, () => noteOf()))
      await older.signed.checkpointer.sign()
      await (await openCosigning(older, [one.link])).round()
      expect(older.signed.checkpointer.fork?.detail).toMatch(/entries were altered/)
    }
  })

  test('is refused by the word of its witness before anything of it is written', async () => {
    const original = await openCopy(40)
    const one = await openWitnessOf(original)
    await (await openCosigning(original, [one.link])).round()
    const note = await one.link.checkpoint(original.signed.origin, new AbortController().signal)
    const older = await openCopy(20)
    const head = older.store.head()
    const elsewhere = [{ note: note ?? '', place: 'at the witness' }]
    await expect(openCopy(20, { store: older.store, elsewhere })).rejects.toMatchObject({ code: 'LEDGER_FORKED' })
    expect(older.store.head()).toBe(head)
    // The log that went on is what the witness says it is.
    expect((await openCopy(40, { store: original.store, elsewhere })).signed.checkpointer.last?.size).toBe(40)
  })
})

describe('a witness that lies', () => {
  test.for<{ name: string; link: (honest: WitnessLink) => Partial<WitnessLink> }>([
    {
      name: 'that it knows more, and shows nothing',
      link: () => ({
        addCheckpoint: async () => ({ kind: 'otherSize', size: 1_000_000 }),
        checkpoint: async () => undefined,
      }),
    },
    {
      name: 'that it knows more, and shows what another log signed',
      link: () => ({
        addCheckpoint: async () => ({ kind: 'otherSize', size: 1_000_000 }),
        checkpoint: async () => 'cascade/x\n1000000\nAAAA\n\n— x AAAA\n',
      }),
    },
    {
      name: 'that nothing follows, and shows what does',
      link: (honest) => ({
        ...honest,
        addCheckpoint: async () => ({ kind: 'refused', status: 422 }),
      }),
    },
    {
      name: 'about the size, again and again',
      link: () => ({
        addCheckpoint: async (body) => ({ kind: 'otherSize', size: body.startsWith('old 3\n') ? 4 : 3 }),
      }),
    },
  ])('$name, stops no log', async ({ link }) => {
    const copy = await openCopy(20)
    const one = await openWitnessOf(copy)
    await (await openCosigning(copy, [one.link])).round()
    const { cosigning, round } = await openCosigning(copy, [{ ...one.link, ...link(one.link) }])
    await round()
    expect(cosigning.finding.status).toBe('degraded')
    expect(copy.signed.checkpointer.fork).toBeUndefined()
    expect((await copy.grow(21)).size).toBe(21)
  })
})
