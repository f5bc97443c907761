import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createCosigner,
  createEd25519Signer,
  entryBundle,
  formatVerifierKey,
  GrowingTiles,
  HASH_BYTES,
  hashLeaf,
  hasMlDsa44,
  TILE_WIDTH,
  verifyLog,
  verifyPublished,
} from '#ledger'
import { NO_LEDGER_VERIFIER } from '../../../tools/ledger-verifier/verifier.ts'
import { createPublishedReader } from '../src/adapters/files/published-folder.ts'
import { parseEntryBundle, type TilePath, tilePath } from '../src/platform/ledger/merkle/index.ts'
import { createTestFolders, type PublishedFolder, SignedStore } from './published-log.ts'

/** One entry, the edges of a tile, some tiles, and a tree of three levels; and a file of each, of which the last byte is damaged. */
const LOGS = [
  { size: 1, damaged: 'tile/0/000.p/1' },
  { size: 2, damaged: 'tile/entries/000.p/2' },
  { size: 255, damaged: 'checkpoint' },
  { size: 256, damaged: 'tile/1/000.p/1' },
  { size: 257, damaged: 'tile/0/001.p/1' },
  { size: 1000, damaged: 'tile/1/000.p/3' },
  { size: 70_000, damaged: 'tile/entries/000' },
]
const LARGEST = 70_000
const MAKING_MS = 60_000
const GO = NO_LEDGER_VERIFIER === undefined ? '' : ` (not asked: ${NO_LEDGER_VERIFIER})`

const folder = createTestFolders()
const published = new Map<number, PublishedFolder>()
let log: SignedStore
let other: { readonly log: SignedStore; readonly published: PublishedFolder }

beforeAll(async () => {
  log = await SignedStore.open(folder())
  for (const { size } of LOGS) {
    await log.grow(size)
    await log.sign()
    published.set(size, await log.publish(folder()))
  }
  const another = await SignedStore.open(folder())
  await another.grow(257)
  other = { log: another, published: await another.publish(folder()) }
}, MAKING_MS)

afterAll(async () => {
  await log[Symbol.asyncDispose]()
  await other.log[Symbol.asyncDispose]()
})

const of = (size: number): PublishedFolder => published.get(size)!
const verdictOn = ({ folder: path }: PublishedFolder, keys = log.keys) =>
  verifyPublished(createPublishedReader(path), keys)

/** The tiles that a tree of a size has (C2SP tlog-tiles): on each level full ones, and one of what is left. */
function tilesOf(size: number): TilePath[] {
  const tiles: TilePath[] = []
  const addRow = (level: TilePath['level'], hashes: number): void => {
    for (let at = 0; at < hashes; at += TILE_WIDTH)
      tiles.push({ level, index: at / TILE_WIDTH, width: Math.min(TILE_WIDTH, hashes - at) })
  }
  addRow('entries', size)
  for (let [level, hashes] = [0, size]; hashes > 0; hashes = Math.floor(hashes / TILE_WIDTH)) addRow(level++, hashes)
  return tiles
}

describe.each(LOGS)('a published log of $size entries', ({ size, damaged }) => {
  test('is the files that a tree of its size has', () => {
    const expected = ['checkpoint', ...tilesOf(size).map(tilePath)]
    expect([...of(size).files().keys()].sort()).toEqual(expected.sort())
  })

  test('is accepted by our verification', async () => {
    const sound = { valid: true, size, checkedTo: size - 1, origin: log.origin, checkpoint: { size } }
    expect(await verdictOn(of(size))).toEqual(sound)
  })

  test.skipIf(NO_LEDGER_VERIFIER)(`is accepted by golang.org/x/mod${GO}`, () => {
    expect(of(size).goVerdict()).toMatch(`0 accepted: ${log.origin}, ${size} entries, root `)
  })

  test(`is rejected by both when the last byte of ${damaged} is another${GO}`, async () => {
    const bytes = of(size).files().get(damaged)!
    of(size).put(damaged, bytes.with(-1, bytes.at(-1)! ^ 1))
    const { valid, reason } = await verdictOn(of(size))
    expect([valid, reason]).toEqual([false, expect.stringContaining(damaged)])
    if (!NO_LEDGER_VERIFIER) expect(of(size).goVerdict()).toMatch(/^1 rejected: .*(checkpoint|entry|tile)/)
  })
})

test('the store whose log was published verifies as a whole, and reports how far it is', async () => {
  const told: number[] = []
  const verdict = await verifyLog({
    ...{ ledger: log.store.ledger, head: log.store.head(), origin: log.origin, keys: log.keys },
    onProgress: (done, total) => told.push(done / total),
  })
  const size = LARGEST
  const contents = { verified: 0, erased: 0, archived: 0 }
  expect(verdict).toEqual({ valid: true, size, checkedTo: size - 1, checkpoint: { size }, contents })
  expect([told.length, told.at(-1)]).toEqual([70, 1])
  expect(told).toEqual(told.toSorted((one, two) => one - two))
})

describe('a log of 257 entries with', () => {
  const BUNDLE = 'tile/entries/000'
  const LAST = 'tile/entries/001.p/1'

  interface Case {
    readonly name: string
    readonly damage: (log: PublishedFolder) => void
    readonly ours: string
    readonly go: RegExp
  }
  const rebundle = (log: PublishedFolder, change: (entries: readonly Uint8Array[]) => readonly Uint8Array[]): void =>
    log.put(BUNDLE, entryBundle(change(parseEntryBundle(log.files().get(BUNDLE)!)!)))

  const cases: readonly Case[] = [
    {
      name: 'an entry dropped',
      damage: (it) => rebundle(it, (entries) => entries.toSpliced(100, 1)),
      ours: `${BUNDLE} is no such bundle`,
      go: /tile\/entries\/000: 255 entries instead of 256/,
    },
    {
      name: 'an entry dropped and the last of the bundle doubled',
      damage: (it) => rebundle(it, (entries) => [...entries.toSpliced(100, 1), entries.at(-1)!]),
      ours: `${BUNDLE} has another entry 100 than tile/0/000 has the hash of`,
      go: /entry 100: /,
    },
    {
      name: 'an entry doubled',
      damage: (it) => {
        const entries = parseEntryBundle(it.files().get(BUNDLE)!)!
        it.put(BUNDLE, Buffer.concat([entryBundle(entries.slice(0, 101)), entryBundle(entries.slice(100))]))
      },
      ours: `${BUNDLE} is no such bundle`,
      go: /tile\/entries\/000: .*256 entries/,
    },
    {
      name: 'an entry in the place of another',
      damage: (it) => rebundle(it, (entries) => entries.with(100, entries[99]!)),
      ours: `${BUNDLE} has another entry 100 than tile/0/000 has the hash of`,
      go: /entry 100: /,
    },
    {
      name: 'two entries swapped',
      damage: (it) => rebundle(it, (entries) => entries.with(7, entries[200]!).with(200, entries[7]!)),
      ours: `${BUNDLE} has another entry 7 than tile/0/000 has the hash of`,
      go: /entry 7: /,
    },
    {
      name: 'two entries swapped, and their hashes',
      damage: (it) => {
        rebundle(it, (entries) => entries.with(7, entries[200]!).with(200, entries[7]!))
        const hashes = Buffer.from(it.files().get('tile/0/000')!)
        const swapped = Buffer.from(hashes)
        hashes.copy(swapped, 7 * HASH_BYTES, 200 * HASH_BYTES, 201 * HASH_BYTES)
        hashes.copy(swapped, 200 * HASH_BYTES, 7 * HASH_BYTES, 8 * HASH_BYTES)
        it.put('tile/0/000', swapped)
      },
      ours: `${BUNDLE} has damage in entry 7: its index is 200`,
      go: /entry 7, in tile\/entries\/000: index is 200/,
    },
    {
      name: 'its tail cut off',
      damage: (it) => it.put(LAST, undefined),
      ours: `${LAST} is missing`,
      go: /tile\/entries\/001\.p\/1 is missing/,
    },
    {
      name: 'a bundle that ends early',
      damage: (it) => it.put(BUNDLE, it.files().get(BUNDLE)!.slice(0, -10)),
      ours: `${BUNDLE} is no such bundle`,
      go: /tile\/entries\/000: .*cut off/,
    },
    {
      name: 'a tile that ends early',
      damage: (it) => it.put('tile/0/000', it.files().get('tile/0/000')!.slice(0, -HASH_BYTES)),
      ours: 'tile/0/000 has 8160 bytes',
      go: /tile\/0\/000: 8160 bytes/,
    },
    ...['checkpoint', BUNDLE, LAST, 'tile/0/000', 'tile/0/001.p/1', 'tile/1/000.p/1'].map((path) => ({
      name: `zeros in ${path}`,
      damage: (it: PublishedFolder) => it.put(path, new Uint8Array(it.files().get(path)!.length)),
      ours: path,
      go: /rejected: .*(checkpoint|tile|entry)/,
    })),
    {
      name: 'a checkpoint of another log',
      damage: (it) => it.put('checkpoint', other.published.files().get('checkpoint')),
      ours: 'checkpoint is not signed by a key of its origin',
      go: /checkpoint: note has no verifiable signatures/,
    },
    {
      name: 'the checkpoint of when it was longer',
      damage: (it) => it.put('checkpoint', of(1000).files().get('checkpoint')),
      ours: 'tile/entries/001 is missing',
      go: /tile\/entries\/001 is missing/,
    },
    {
      name: 'another last entry, and all hashes made anew',
      damage: (it) => {
        const [first, last] = [BUNDLE, LAST].map((path) => parseEntryBundle(it.files().get(path)!)!)
        const told = Buffer.from(Buffer.from(last![0]!).toString('utf8').replace('test.happened', 'test.hippened'))
        const tiles = new GrowingTiles()
        for (const entry of [...first!, told]) tiles.append(hashLeaf(entry))
        it.put(LAST, entryBundle([told]))
        it.put('tile/0/001.p/1', tiles.edge()[0]!.hashes)
      },
      ours: 'checkpoint has another root than the entries',
      go: /checkpoint: the root is /,
    },
  ]

  test.for(cases)(`$name is rejected by both${GO}`, async ({ damage, ours, go }) => {
    damage(of(257))
    const { valid, reason } = await verdictOn(of(257))
    expect([valid, reason]).toEqual([false, expect.stringContaining(ours)])
    if (!NO_LEDGER_VERIFIER) expect(of(257).goVerdict()).toMatch(go)
  })

  test(`a key that did not sign it is rejected by both${GO}`, async () => {
    const { valid, reason } = await verdictOn(of(257), other.log.keys)
    expect([valid, reason]).toEqual([false, expect.stringContaining('checkpoint is not signed')])
    if (!NO_LEDGER_VERIFIER) expect(of(257).goVerdict(other.published.keyFile)).toMatch('no verifiable signatures')
  })

  test(`full tiles of when it was longer, in the place of partial ones, are accepted by both${GO}`, async () => {
    for (const path of [LAST, 'tile/0/001.p/1']) of(257).put(path, undefined)
    for (const path of ['tile/entries/001', 'tile/0/001']) of(257).lend(path, of(1000).files().get(path)!)
    expect(await verdictOn(of(257))).toMatchObject({ valid: true, size: 257, checkedTo: 256 })
    if (!NO_LEDGER_VERIFIER) expect(of(257).goVerdict()).toMatch('0 accepted')
  })
})

describe('a checkpoint that others signed as well', () => {
  test(`is accepted by whoever knows one of its keys, and rejected where that one did not sign it${GO}`, async () => {
    await using busy = await SignedStore.open(folder())
    const previous = createEd25519Signer(busy.origin, generateKeyPairSync('ed25519').privateKey)
    const cosigners = [
      createCosigner('witness.example/w', generateKeyPairSync('ed25519').privateKey),
      ...(hasMlDsa44() ? [createCosigner('witness.example/w', generateKeyPairSync('ml-dsa-44').privateKey)] : []),
    ]
    busy.others.push(
      previous,
      ...cosigners.map(({ key, cosign }) => ({ key, sign: (text: string) => cosign(text, 1) })),
    )
    await busy.grow(3)
    const shown = await busy.publish(folder())
    const stranger = createEd25519Signer(busy.origin, generateKeyPairSync('ed25519').privateKey)
    const keyFile = folder()
    for (const { keys, accepted } of [
      { keys: busy.keys, accepted: true },
      { keys: [previous.key], accepted: true },
      { keys: [...busy.keys, previous.key], accepted: true },
      { keys: [stranger.key], accepted: false },
    ]) {
      expect((await verdictOn(shown, keys)).valid).toBe(accepted)
      writeFileSync(keyFile, keys.map((key) => `${formatVerifierKey(key)}\n`).join(''))
      if (!NO_LEDGER_VERIFIER) expect(shown.goVerdict(keyFile)).toMatch(accepted ? /^0 accepted/ : /^1 rejected/)
    }
  })
})
