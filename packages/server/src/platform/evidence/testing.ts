import { generateKeyPairSync } from 'node:crypto'
import { createEd25519Signer, formatVerifierKey, type StoredCheckpoint } from '#ledger'
import { openMemoryStore } from '../../adapters/memory/index.ts'
import { formatCheckpoint, type NoteSigner, signNote } from '../ledger/note/index.ts'
import { commandOf, commit, createTestClock, grantOf, recordOf } from '../store/testing.ts'
import { BUNDLE, describeFile, manifestBytes, parseManifest, rootOfFiles, sealText } from './bundle-manifest.ts'
import { readZip, type ZipFile, ZipWriter } from './stored-zip.ts'
import { type BundleSource, type ProvenEntry, writeBundle } from './write-bundle.ts'

/** A log that was signed, of which bundles are made. */
export interface TestLog {
  readonly signer: NoteSigner
  readonly checkpoint: StoredCheckpoint
  prove(index: number): Promise<ProvenEntry>
}

/** @param others that sign the checkpoint as well. */
export async function createTestLog(size: number, others: readonly NoteSigner[] = []): Promise<TestLog> {
  const store = openMemoryStore({ collections: [], clock: createTestClock().clock })
  const grant = grantOf('system.read')
  const records = Array.from({ length: size }, (_, at) => recordOf(grant, { subject: `test/${at}` }))
  await commit(store, commandOf(grant, [], { records }))
  const origin = 'log.example/1'
  const signer = createEd25519Signer(origin, generateKeyPairSync('ed25519').privateKey)
  const { root } = await store.ledger.grow()
  const note = signNote(formatCheckpoint({ origin, size, root, extensions: [] }), [signer, ...others])
  return {
    signer,
    checkpoint: { origin, size, root, note },
    prove: async (index) => {
      const found = await store.ledger.find(index)
      const hashes = await store.ledger.proveInclusion(index, size)
      return { index, bytes: Buffer.from(found?.text ?? ''), hashes }
    },
  }
}

export interface TestBundleOptions extends Partial<Omit<BundleSource, 'entries'>> {
  readonly entries?: readonly ProvenEntry[]
  readonly signer?: NoteSigner
}

/** A bundle of some entries, byte for byte. */
export async function bundleOf(log: TestLog, indexes: readonly number[], options: TestBundleOptions = {}) {
  const { signer = log.signer, entries, ...fields } = options
  const proven = entries ?? (await Promise.all(indexes.map((index) => log.prove(index))))
  const source = {
    ...{ madeAt: '2026-03-01T09:00:00.000Z', madeBy: 'test 1', query: {}, checkpoint: log.checkpoint },
    keys: [formatVerifierKey(log.signer.key)],
    more: () => [],
    ...fields,
    entries: () => pages(proven),
  }
  const pieces: Uint8Array[] = []
  const bytes = await writeBundle(source, async ({ text }) => signNote(text, [signer]))
  for await (const piece of bytes) pieces.push(piece)
  return Buffer.concat(pieces)
}

async function* pages(entries: readonly ProvenEntry[]): AsyncGenerator<readonly ProvenEntry[], void, undefined> {
  for (let at = 0; at < entries.length; at += 2) yield entries.slice(at, at + 2)
}

/** The files of an archive that is one. */
export function filesOf(archive: Uint8Array): Map<string, Uint8Array> {
  const read = readZip(archive)
  if (!read.ok) throw new Error(read.reason)
  return new Map(read.files)
}

/** An archive of files, in their order. */
export function zipOf(files: Iterable<ZipFile>): Buffer {
  const writer = new ZipWriter()
  const pieces = Array.from(files, (file) => writer.add(file))
  return Buffer.concat([...pieces, writer.end()])
}

/** The files with a manifest that fits them, signed by whoever has a key. */
export function resealed(changed: ReadonlyMap<string, Uint8Array>, signer: NoteSigner): Map<string, Uint8Array> {
  const manifest = parseManifest(changed.get(BUNDLE.manifest) ?? new Uint8Array())
  if (manifest === undefined) throw new Error('there is no manifest')
  const others = [...changed].filter(([path]) => path !== BUNDLE.manifest && path !== BUNDLE.note)
  const listed = others.map(([path, bytes]) => describeFile(path, bytes))
  const below = (folder: string): number => others.filter(([path]) => path.startsWith(folder)).length
  const told = { entries: below('entries/'), files: listed, root: rootOfFiles(listed) }
  const decisions = { entries: below('decisions/'), policies: below('policies/') }
  const bytes = manifestBytes(manifest.v === 1 ? { ...manifest, ...told } : { ...manifest, ...told, decisions })
  const note = signNote(sealText(manifest.origin, bytes, rootOfFiles(listed)), [signer])
  return new Map([...others, [BUNDLE.manifest, bytes], [BUNDLE.note, Buffer.from(note)]])
}
