import { generateKeyPairSync } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { CascadeError, createUuidV7, systemRandom } from '#base'
import { GovernanceGate, requireGrant } from '#governance'
import {
  cosignersOf,
  createEd25519Signer,
  formatAddCheckpoint,
  formatVerifierKey,
  type NoteElsewhere,
  type NoteSigner,
  signNote,
  type WitnessLink,
} from '#ledger'
import { openMemoryStore } from '../../adapters/memory/index.ts'
import type { Store } from '../../domain/store.ts'
import { formatCheckpoint } from '../../platform/ledger/note/index.ts'
import { newEd25519 } from '../../platform/ledger/note/testing.ts'
import { createTestClock, noteOf } from '../../platform/store/testing.ts'
import { CosignedNotes } from './cosigned-notes.ts'
import { Cosigning } from './cosigning.ts'
import { openLog } from './open-log.ts'
import { ADMIN, COLLECTIONS, KeptNotes, linkTo, openWitnessWorld } from './testing/witness-world.ts'
import { createWitnessDesk } from './witness-desk.ts'

const never = new AbortController().signal
const key = generateKeyPairSync('ed25519').privateKey
/** Commands in the order in which every copy of the log has them. */
const commands = Array.from({ length: 60 }, () => noteOf())

/** The log of this store, which signs when it is told to. */
async function openLogOf(store: Store, elsewhere: readonly NoteElsewhere[], told: string[] = []) {
  const { clock } = createTestClock()
  const newId = createUuidV7(clock, systemRandom)
  const signed = await openLog({
    ...{ store, gate: new GovernanceGate({ clock, newId }), subject: ADMIN, newId, key, mirror: undefined },
    elsewhere: async () => elsewhere,
    onTrouble: (message) => void told.push(message),
    onRegrown: () => undefined,
  })
  await signed.checkpointer[Symbol.asyncDispose]()
  return signed
}

/** A log that is the same each time it is opened, as far as it has come: copies of one folder. */
async function openCopy(
  size: number,
  { store, elsewhere }: { store?: Store; elsewhere?: readonly NoteElsewhere[] } = {},
) {
  const { clock, advance } = createTestClock()
  let ids = 0
  const newId = (): string => `01900000-0000-7000-8000-${String(++ids).padStart(12, '0')}`
  const gate = new GovernanceGate({ clock, newId })
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
    carryOut: (work) => gate.carryOut(requireGrant(gate.decide({ ...asked, correlationId: newId() })), work),
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

test('the state that is asked for before the first turn says what is wrong with each witness', async () => {
  const copy = await openCopy(20)
  const one = await openWitnessOf(copy)
  const away = { ...one.link, url: 'https://away.example', addCheckpoint: () => Promise.reject(new Error('away')) }
  const { cosigning } = await openCosigning(copy, [one.link, away])
  const desk = createWitnessDesk({ log: copy.signed, witness: undefined, cosigning })
  for (let times = 0; times < 2; times++)
    expect((await desk.state()).witnesses).toMatchObject([{ size: 20, trouble: null }, { trouble: 'away' }])
  expect(one.asked.times).toBe(1)
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
    const elsewhere = [{ note: note ?? '', place: 'at the witness', cosigners: [] }]
    await expect(openCopy(20, { store: older.store, elsewhere })).rejects.toMatchObject({ code: 'LEDGER_FORKED' })
    expect(older.store.head()).toBe(head)
    // The log that went on is what the witness says it is.
    expect((await openCopy(40, { store: original.store, elsewhere })).signed.checkpointer.last?.size).toBe(40)
  })
})

/** What a log signs with another key, as its witness cosigned it: of the same origin, and of other entries. */
async function otherHistory(
  { signed }: Copy,
  by: NoteSigner,
  size = 90,
  root: Uint8Array = new Uint8Array(32).fill(7),
) {
  const text = formatCheckpoint({ origin: signed.origin, size, root, extensions: [] })
  const world = await openWitnessWorld({ logs: [{ origin: signed.origin, keys: [by.key] }] })
  const link = linkTo(world.witness)
  await link.addCheckpoint(formatAddCheckpoint({ oldSize: 0, proof: [], checkpoint: signNote(text, [by]) }), never)
  const note = await link.checkpoint(signed.origin, never)
  return { link, note: note ?? expect.fail('the witness cosigned nothing') }
}

describe('a key that ended, and that others have', () => {
  /** The key of the copy ended with 20 entries. */
  async function openAfterChange() {
    const copy = await openCopy(20)
    const [old, next] = [copy.signed.signer, createEd25519Signer(copy.signed.origin, newEd25519())]
    const change = (ended: Readonly<Record<string, number>> | undefined) => {
      const keys = [next, old].map((one) => formatVerifierKey(one.key))
      copy.signed.change({ origin: copy.signed.origin, keys, ...(ended && { ended }) }, [next])
    }
    change({ [formatVerifierKey(old.key)]: 20 })
    return { copy, old, change }
  }

  test.for([20, 21, 90])(
    'stops no log by what it signs of %i entries, unless it is of before its end',
    async (size) => {
      const { copy, old } = await openAfterChange()
      await copy.grow(25)
      const { link } = await otherHistory(copy, old, size)
      const { round, told, cosigning } = await openCosigning(copy, [link])
      await round()
      expect(copy.signed.checkpointer.fork?.code).toBe(size === 20 ? 'LEDGER_FORKED' : undefined)
      if (size === 20) return
      expect(told).toContainEqual(expect.stringMatching(/is of a key that signs no more/))
      expect(cosigning.finding.status).toBe('degraded')
      expect((await copy.grow(30)).size).toBe(30)
    },
  )

  test('counts for any size where the log does not know when it ended, as logs of before do not', async () => {
    const { copy, old, change } = await openAfterChange()
    change(undefined)
    const { link } = await otherHistory(copy, old)
    await copy.grow(25)
    await (await openCosigning(copy, [link])).round()
    expect(copy.signed.checkpointer.fork?.code).toBe('LEDGER_FORKED')
  })
})

describe('a copy from before the key was changed', () => {
  /** What the log signs with the key that the copy does not know. */
  const after = (copy: Copy, size?: number) =>
    otherHistory(copy, createEd25519Signer(copy.signed.origin, newEd25519()), size)

  test.for([90, 15])('signs no more once its witness shows %i other entries that it cosigned', async (size) => {
    const copy = await openCopy(20)
    const { link } = await after(copy, size)
    const { round } = await openCosigning(copy, [link])
    await copy.grow(25)
    await round()
    expect(copy.signed.checkpointer.fork).toMatchObject({ code: 'LEDGER_FORKED' })
    await expect(copy.grow(30)).rejects.toThrow(/before its key was changed.*ledger\.witnesses/)
    expect(copy.signed.checkpointer.last?.size).toBe(25)
  })

  test('starts, because one witness is no proof, and signs nothing until that witness is believed no more', async () => {
    const copy = await openCopy(20)
    const { link, note } = await after(copy)
    const elsewhere = [{ note, place: 'that a witness cosigned', cosigners: link.keys }]
    const started = await openLogOf(copy.store, elsewhere)
    expect(started.checkpointer.fork).toMatchObject({ code: 'LEDGER_FORKED' })
    await copy.store.append([noteOf()])
    await expect(started.checkpointer.sign()).rejects.toThrow(/a key that this copy does not know/)
    expect((await copy.store.ledger.checkpoint(started.origin))?.size).toBe(20)
    expect((await openLogOf(copy.store, [])).checkpointer.last?.size).toBe(21)
  })

  test('is not what a stranger shows, nor who witnesses what the log contains', async () => {
    const copy = await openCopy(20)
    const [stranger, { link }] = [await after(copy), await openWitnessOf(copy, 'other')]
    const signer = createEd25519Signer(copy.signed.origin, newEd25519())
    const true15 = await otherHistory(copy, signer, 15, await copy.store.ledger.rootAt(15))
    const elsewhere = [
      { note: stranger.note, place: 'of a stranger', cosigners: link.keys },
      { note: true15.note, place: 'that a witness cosigned', cosigners: true15.link.keys },
    ]
    expect((await openLogOf(copy.store, elsewhere)).checkpointer.fork).toBeUndefined()
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
