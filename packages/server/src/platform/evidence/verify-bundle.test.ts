import { generateKeyPairSync } from 'node:crypto'
import { EVIDENCE_LIMITS, type EvidenceManifest } from '@forge-cascade/contract'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createEd25519Signer, formatVerifierKey, type VerifierKey } from '#ledger'
import { formatLogProof, parseLogProof, signNote } from '../ledger/note/index.ts'
import { BUNDLE, MANIFEST_BYTES_MAX, manifestBytes, parseManifest, rootOfFiles, sealText } from './bundle-manifest.ts'
import { readZip } from './stored-zip.ts'
import { bundleOf, createTestLog, filesOf, resealed, type TestLog, zipOf } from './testing.ts'
import { verifyBundle } from './verify-bundle.ts'

const INDEXES = [0, 3, 6]
let log: TestLog
let archive: Buffer

beforeAll(async () => {
  log = await createTestLog(7)
  archive = await bundleOf(log, INDEXES)
})

const keys = () => [log.signer.key]
const newSigner = (name: string) => createEd25519Signer(name, generateKeyPairSync('ed25519').privateKey)
const files = () => filesOf(archive)

/** The files with one of them changed; without bytes it is taken away. */
function filesWith(path: string, bytes: Uint8Array | string | undefined): Map<string, Uint8Array> {
  const changed = files()
  if (bytes === undefined) changed.delete(path)
  else changed.set(path, Buffer.from(bytes))
  return changed
}

const sealed = (changed: Map<string, Uint8Array>, signer = log.signer) => resealed(changed, signer)

test.for([0x01, 0x80])('no byte of a bundle can be another (pattern %i)', async (pattern) => {
  const accepted: number[] = []
  for (const at of archive.keys()) {
    const read = readZip(archive.with(at, archive[at]! ^ pattern))
    if (read.ok && (await verifyBundle(read.files, keys())).valid) accepted.push(at)
  }
  expect(accepted).toEqual([])
})

test('no byte of an unpacked file can be another, and the file is named', async () => {
  const one = filesOf(await bundleOf(log, [3]))
  const wrong: string[] = []
  for (const [path, bytes] of one) {
    // The README is text alone; some bytes of it say as much.
    const step = path === BUNDLE.readme ? 97 : 1
    for (let at = 0; at < bytes.length; at += step) {
      const changed = new Map(one).set(path, bytes.with(at, bytes[at]! ^ 1))
      const { valid, bad } = await verifyBundle(changed, keys())
      // A note is all that says which manifest was signed: the one can be named for the other.
      if (valid || (bad !== path && !path.startsWith('manifest.'))) wrong.push(`${path} at ${at}: ${bad}`)
    }
  }
  expect(wrong).toEqual([])
})

test('a bundle without one of its files, or with one more, is refused by name', async () => {
  for (const path of files().keys()) {
    const verdict = await verifyBundle(filesWith(path, undefined), keys())
    expect(verdict).toMatchObject({ valid: false, bad: path, reason: 'it is missing' })
  }
  const more = await verifyBundle(filesWith('entries/9.json', '{}'), keys())
  expect(more).toMatchObject({ valid: false, bad: 'entries/9.json', reason: 'it is not in the manifest' })
})

describe('a bundle that somebody else made', () => {
  test('is refused with the key of the log, and its own key says nothing of who made it', async () => {
    const other = await createTestLog(7)
    const forged = filesOf(await bundleOf(other, INDEXES))
    const own = formatVerifierKey(other.signer.key)
    expect(await verifyBundle(forged, keys())).toEqual({
      ...{ valid: false, key: 'given', own_key: own },
      reason: `it is whole, and not signed by the key that was given; it names ${own} as its own`,
    })
    expect(await verifyBundle(forged, undefined)).toMatchObject({ valid: true, key: 'bundle' })
  })

  test('and that was damaged since is damaged, whichever key is given', async () => {
    const damaged = new Map(filesOf(await bundleOf(await createTestLog(7), INDEXES))).set(
      'entries/3.json',
      Buffer.of(0),
    )
    const verdict = await verifyBundle(damaged, keys())
    expect(verdict).toMatchObject({ valid: false, key: 'given', bad: BUNDLE.note })
    expect(verdict.own_key).toBeUndefined()
  })

  test('is refused when it holds the right checkpoint and another signs the manifest', async () => {
    const thief = newSigner(log.checkpoint.origin)
    expect(await verifyBundle(sealed(files(), thief), keys())).toMatchObject({ valid: false, bad: BUNDLE.note })
    const witness = newSigner('witness.example')
    expect(await verifyBundle(sealed(files(), witness), [...keys(), witness.key])).toMatchObject({
      ...{ valid: false, bad: BUNDLE.note, reason: 'it is not signed by the log that it names' },
    })
  })

  test('is refused when the checkpoint is of another log', async () => {
    const other = await createTestLog(7)
    const changed = sealed(filesWith(BUNDLE.checkpoint, other.checkpoint.note))
    expect(await verifyBundle(changed, keys())).toMatchObject({ valid: false, bad: BUNDLE.checkpoint })
  })

  test('is refused when the checkpoint is another one of the log', async () => {
    const { root } = await createTestLog(5).then(({ checkpoint }) => checkpoint)
    const text = `${log.checkpoint.origin}\n5\n${Buffer.from(root).toString('base64')}\n`
    const changed = sealed(filesWith(BUNDLE.checkpoint, signNote(text, [log.signer])))
    expect(await verifyBundle(changed, keys())).toMatchObject({
      ...{ valid: false, bad: BUNDLE.checkpoint, reason: 'it is not the one that the manifest names' },
    })
  })
})

describe('what the log itself signed is not believed where it proves nothing', () => {
  const proof = (index: number) => `proofs/${index}.tlog-proof`
  const entry = (index: number) => `entries/${index}.json`
  const of = (path: string) => files().get(path)!

  test('proofs that were swapped', async () => {
    const changed = files()
      .set(proof(0), of(proof(3)))
      .set(proof(3), of(proof(0)))
    const reason = 'it is no proof of entry 0'
    expect(await verifyBundle(sealed(changed), keys())).toMatchObject({ valid: false, bad: proof(0), reason })
  })

  test('the path of another entry under the right number', async () => {
    const { hashes } = parseLogProof(of(proof(3)))!
    const wrong = formatLogProof({ index: 0, hashes, checkpoint: log.checkpoint.note })
    const reason = 'it does not lead from the entry to the root that was signed'
    expect(await verifyBundle(sealed(filesWith(proof(0), wrong)), keys())).toMatchObject({ bad: proof(0), reason })
  })

  test('a proof of another checkpoint', async () => {
    const { hashes } = parseLogProof(of(proof(0)))!
    const wrong = formatLogProof({ index: 0, hashes, checkpoint: (await createTestLog(7)).checkpoint.note })
    const reason = 'it is of another checkpoint'
    expect(await verifyBundle(sealed(filesWith(proof(0), wrong)), keys())).toMatchObject({ bad: proof(0), reason })
  })

  test('an entry that was altered', async () => {
    const altered = Buffer.from(of(entry(3)))
      .toString('utf8')
      .replace('test.happened', 'test.undone')
    const reason = 'it does not lead from the entry to the root that was signed'
    expect(await verifyBundle(sealed(filesWith(entry(3), altered)), keys())).toMatchObject({ bad: proof(3), reason })
  })

  test('an entry under the number of another', async () => {
    const reason = 'it is another entry than its name says'
    expect(await verifyBundle(sealed(filesWith(entry(3), of(entry(6)))), keys())).toMatchObject({ reason })
    expect(await verifyBundle(sealed(filesWith(entry(3), 'no JSON')), keys())).toMatchObject({ reason })
    expect(await verifyBundle(sealed(filesWith(entry(3), 'null')), keys())).toMatchObject({ reason })
  })

  test('an entry that is longer than any', async () => {
    const long = JSON.stringify({ index: 3, payload: 'a'.repeat(65_535) })
    const reason = 'it is longer than any entry'
    expect(await verifyBundle(sealed(filesWith(entry(3), long)), keys())).toMatchObject({ bad: entry(3), reason })
  })

  test.for(['entries/03.json', 'entries/-1.json', 'entries/a.json', 'entries/3.txt'])('%s', async (path) => {
    const changed = filesWith(entry(3), undefined).set(path, of(entry(3)))
    expect(await verifyBundle(sealed(changed), keys())).toMatchObject({
      bad: path,
      reason: 'it has no name of an entry',
    })
  })

  test('entries without proofs, and proofs without entries', async () => {
    expect(await verifyBundle(sealed(filesWith(proof(3), undefined)), keys())).toMatchObject({ bad: BUNDLE.manifest })
    expect(await verifyBundle(sealed(filesWith(entry(3), undefined)), keys())).toMatchObject({ bad: BUNDLE.manifest })
  })

  test('a manifest that lists a file twice, or whose root is another', async () => {
    const manifest = parseManifest(of(BUNDLE.manifest))!
    for (const [wrong, reason] of [
      [{ files: [...manifest.files, manifest.files[0]!] }, 'it is listed twice'],
      [{ root: Buffer.alloc(32).toString('hex') }, 'its root is not that of the files it lists'],
    ] as const) {
      const listed = 'files' in wrong ? wrong.files : manifest.files
      const bytes = manifestBytes({ ...manifest, root: rootOfFiles(listed), ...wrong, files: [...listed] })
      const root = 'root' in wrong ? wrong.root : rootOfFiles(listed)
      const note = signNote(sealText(manifest.origin, bytes, root), [log.signer])
      const changed = filesWith(BUNDLE.manifest, bytes).set(BUNDLE.note, Buffer.from(note))
      expect(await verifyBundle(changed, keys())).toMatchObject({ valid: false, reason })
    }
  })
})

test.for(['{', 'null', '[]', '{"format":"cascade-evidence","v":2}', `[${'['.repeat(100_000)}`])(
  'a manifest that is none is a verdict (%#)',
  async (text) => {
    const note = signNote(sealText(log.checkpoint.origin, Buffer.from(text), ''), [log.signer])
    const changed = filesWith(BUNDLE.manifest, text).set(BUNDLE.note, Buffer.from(note))
    expect(await verifyBundle(changed, keys())).toMatchObject({ valid: false, bad: BUNDLE.manifest })
  },
)

test.for([
  {
    name: 'more files than a bundle has',
    change: (manifest: EvidenceManifest) => ({ ...manifest, files: Array(60_101).fill(manifest.files[0]) }),
  },
  {
    name: 'more bytes than any',
    change: (manifest: EvidenceManifest) => ({ ...manifest, made_by: ' '.repeat(MANIFEST_BYTES_MAX) }),
  },
  { name: 'a member that is none', change: (manifest: EvidenceManifest) => ({ ...manifest, color: 'red' }) },
])('a manifest of $name is none', ({ change }) => {
  const manifest = parseManifest(files().get(BUNDLE.manifest)!)!
  expect(parseManifest(Buffer.from(JSON.stringify(change(manifest))))).toBeUndefined()
})

test('whatever the files hold, it is a verdict', async () => {
  const names = [...files().keys()]
  const change = fc.tuple(
    fc.constantFrom(...names),
    fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.constant(undefined)),
  )
  const law = fc.asyncProperty(
    fc.array(change, { minLength: 1, maxLength: 4 }),
    fc.boolean(),
    async (changes, reseal) => {
      const changed = files()
      for (const [path, bytes] of changes) bytes === undefined ? changed.delete(path) : changed.set(path, bytes)
      const isManifest = parseManifest(changed.get(BUNDLE.manifest) ?? new Uint8Array()) !== undefined
      const { valid } = await verifyBundle(reseal && isManifest ? sealed(changed) : changed, keys())
      expect(typeof valid).toBe('boolean')
    },
  )
  await fc.assert(law, { numRuns: 200 })
})

test('cosignatures travel with the checkpoint, and those of known keys are named', async () => {
  const witness = newSigner('witness.example')
  const cosigned = await createTestLog(7, [witness])
  const bundle = filesOf(await bundleOf(cosigned, INDEXES))
  expect(Buffer.from(bundle.get(BUNDLE.checkpoint)!).toString()).toBe(cosigned.checkpoint.note)
  const both = await verifyBundle(bundle, [cosigned.signer.key, witness.key])
  expect(both).toMatchObject({ valid: true, cosigned_by: [formatVerifierKey(witness.key)] })
  expect(await verifyBundle(bundle, [cosigned.signer.key])).not.toHaveProperty('cosigned_by')
})

test('a witness that is asked for has to have cosigned, and what is damaged is told before', async () => {
  const [witness, absent] = [newSigner('witness.example'), newSigner('absent.example')]
  const cosigned = await createTestLog(7, [witness])
  const bundle = filesOf(await bundleOf(cosigned, INDEXES))
  const verify = (keys: readonly VerifierKey[] | undefined, witnesses: readonly VerifierKey[], of = bundle) =>
    verifyBundle(of, keys, { witnesses })
  const named = { cosigned_by: [formatVerifierKey(witness.key)] }
  expect(await verify([cosigned.signer.key], [witness.key])).toMatchObject({ valid: true, key: 'given', ...named })
  expect(await verify(undefined, [witness.key])).toMatchObject({ valid: true, key: 'bundle', ...named })
  const missing = formatVerifierKey(absent.key)
  const verdict = await verify([cosigned.signer.key], [witness.key, absent.key])
  expect(verdict).toMatchObject({ valid: false, not_cosigned_by: missing, ...named })
  expect([verdict.reason, verdict.bad]).toEqual([`the witness ${missing} did not cosign its checkpoint`, undefined])
  const damaged = new Map(bundle).set('entries/0.json', Buffer.from('{}'))
  expect(await verify([cosigned.signer.key], [absent.key], damaged)).toMatchObject({ bad: 'entries/0.json' })
  // A witness stands for no log, and a log for no witness.
  expect(await verify([witness.key], [witness.key])).toMatchObject({ valid: false, own_key: expect.any(String) })
  expect(await verify([absent.key], [absent.key])).toMatchObject({ valid: false, own_key: expect.any(String) })
  expect(await verify(undefined, [cosigned.signer.key])).toMatchObject({ valid: false })
})

test('a verification that is given up ends with the reason', async () => {
  const large = await createTestLog(400)
  const bundle = filesOf(
    await bundleOf(
      large,
      Array.from({ length: 400 }, (_, index) => index),
    ),
  )
  const told: number[] = []
  const stop = new AbortController()
  const onProgress = (done: number) => {
    told.push(done)
    stop.abort(new Error('enough'))
  }
  await expect(verifyBundle(bundle, [large.signer.key], { signal: stop.signal, onProgress })).rejects.toThrow('enough')
  expect(told).toEqual([256])
})

test('a bundle is sound, with no entries too, and equal sources are equal bytes', async () => {
  expect(await verifyBundle(files(), keys())).toEqual({
    ...{ valid: true, key: 'given', origin: log.checkpoint.origin, signed_by: formatVerifierKey(log.signer.key) },
    ...{ size: 7, entries: 3, files: files().size, made_at: '2026-03-01T09:00:00.000Z' },
  })
  expect(await verifyBundle(filesOf(await bundleOf(log, [])), keys())).toMatchObject({ valid: true, entries: 0 })
  expect(await bundleOf(log, INDEXES)).toEqual(archive)
})

test('the moment at which it was made is in the manifest and its signature alone', async () => {
  const later = filesOf(await bundleOf(log, INDEXES, { madeAt: '2026-03-02T09:00:00.000Z' }))
  const differing = [...files()].filter(([path, bytes]) => !Buffer.from(bytes).equals(later.get(path)!))
  expect(differing.map(([path]) => path)).toEqual([BUNDLE.manifest, BUNDLE.note])
})

test('a bundle that was unpacked and packed again in the same way is the same', () => {
  expect(zipOf([...files()].map(([path, bytes]) => ({ path, bytes })))).toEqual(archive)
})

test.for([
  { name: 'bytes', size: EVIDENCE_LIMITS.bytesMax / 4, count: 4 },
  { name: 'files', size: 0, count: EVIDENCE_LIMITS.filesMax },
])('more $name of policies than a bundle holds are refused before it is sealed', async ({ size, count }) => {
  const bytes = Buffer.alloc(size)
  const policies = async () => Array.from({ length: count }, (_, at) => ({ path: `policies/${at}.json`, bytes }))
  await expect(bundleOf(log, INDEXES, { policies })).rejects.toMatchObject({
    code: 'UNPROCESSABLE',
    detail: expect.stringContaining(`${EVIDENCE_LIMITS.bytesMax} bytes`),
  })
})
