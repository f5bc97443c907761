import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BUNDLE } from '../../packages/server/src/platform/evidence/bundle-manifest.ts'
import { bundleOf, createTestLog, filesOf, type TestLog } from '../../packages/server/src/platform/evidence/testing.ts'
import { formatVerifierKey, signNote } from '../../packages/server/src/platform/ledger/index.ts'
import { GO, NO_GO } from './verifier.ts'

/** A build from nothing takes some seconds. */
const BUILD_MS_MAX = 120_000
const FOLDER = mkdtempSync(join(tmpdir(), 'cascade-bundle-program-'))
const PROGRAM = join(FOLDER, 'verify')
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }))

let log: TestLog
let files: Map<string, Uint8Array>
let unpacked = 0

/** What the program says of these files, unpacked to a folder. */
function verdictOn(changed: ReadonlyMap<string, Uint8Array>, key = formatVerifierKey(log.signer.key)) {
  const folder = join(FOLDER, String(++unpacked))
  for (const [path, bytes] of changed) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
  }
  const { status, stdout, stderr } = spawnSync(PROGRAM, [folder, key], { encoding: 'utf8' })
  return { status, text: `${stdout}${stderr}` }
}

const filesWith = (path: string, bytes: Uint8Array | string) => new Map(files).set(path, Buffer.from(bytes))
/** How the program may call a file: what proves an entry by the entry, what signs the manifest by its kind. */
function namesOf(path: string): RegExp {
  if (path.startsWith('manifest')) return /^manifest/
  const proven = /^proofs\/(\d+)/.exec(path)?.[1]
  return proven === undefined
    ? new RegExp(`^${path}`)
    : new RegExp(`^entries/${proven}\\.json|the proof of entry ${proven}\\b`)
}

const proof = (index: number) => files.get(`proofs/${index}.tlog-proof`)!

describe.skipIf(NO_GO)(`the program in the README of a bundle (${NO_GO ?? 'golang.org/x/mod'})`, () => {
  beforeAll(async () => {
    log = await createTestLog(300)
    files = filesOf(await bundleOf(log, [0, 1, 255, 256, 299]))
    const readme = Buffer.from(files.get(BUNDLE.readme)!).toString('utf8')
    const program = /^```go\n([\s\S]*?)^```$/m.exec(readme)?.[1] ?? ''
    const source = join(FOLDER, 'program')
    mkdirSync(source)
    writeFileSync(join(source, 'main.go'), program)
    for (const name of ['go.mod', 'go.sum']) copyFileSync(join(import.meta.dirname, name), join(source, name))
    // The packages that prepare.sh has fetched; nothing else is.
    const env = { ...process.env, GOPROXY: 'off', GOFLAGS: '-mod=mod', CGO_ENABLED: '0' }
    const { status, stderr } = spawnSync(GO ?? '', ['build', '-o', PROGRAM, '.'], {
      cwd: source,
      env,
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  }, BUILD_MS_MAX)

  test('compiles as it is printed, and accepts the bundle', () => {
    const text = `verified: ${files.size - 2} files, 5 entries of the 300 of ${log.checkpoint.origin}\n`
    expect(verdictOn(files)).toEqual({ status: 0, text })
  })

  test('accepts a bundle that carries what decisions were made from, and rejects a byte changed in that', async () => {
    const decisions = Buffer.from('{"v":1,"entry":1,"decisions":[]}\n')
    const policies = async () => [{ path: `policies/${'0'.repeat(64)}.json`, bytes: Buffer.from('{}') }]
    const entries = [{ ...(await log.prove(1)), decisions }]
    const carrying = filesOf(await bundleOf(log, [], { entries, policies }))
    const text = `verified: ${carrying.size - 2} files, 1 entries of the 300 of ${log.checkpoint.origin}\n`
    expect(verdictOn(carrying)).toEqual({ status: 0, text })
    for (const path of ['decisions/1.json', `policies/${'0'.repeat(64)}.json`])
      expect(verdictOn(new Map(carrying).set(path, Buffer.from('[]')))).toMatchObject({ status: 1 })
  })

  test('rejects a byte changed in any file, and says in which', () => {
    for (const [path, bytes] of files) {
      const { status, text } = verdictOn(filesWith(path, bytes.with(bytes.length >> 1, bytes[bytes.length >> 1]! ^ 1)))
      expect({ path, status }).toEqual({ path, status: 1 })
      expect(text).toMatch(namesOf(path))
    }
  })

  test('rejects a bundle without any of its files', () => {
    for (const path of files.keys()) {
      const without = new Map(files)
      without.delete(path)
      expect({ path, status: verdictOn(without).status }).toEqual({ path, status: 1 })
    }
  })

  test('rejects a file that nobody signed beside those of the bundle, wherever it lies', () => {
    for (const path of ['notes.txt', 'entries/2.json', 'a/b/c']) {
      const text = `${path} is not in the manifest\n`
      expect(verdictOn(filesWith(path, 'mine'))).toEqual({ status: 1, text })
    }
  })

  test('rejects the key of another', async () => {
    const other = await createTestLog(1)
    expect(verdictOn(files, formatVerifierKey(other.signer.key)).text).toContain('note has no verifiable signatures')
  })

  test('rejects what the log signed and its tree does not hold', async () => {
    const [first, second] = await Promise.all([log.prove(0), log.prove(1)])
    const swapped = [
      { ...first, hashes: second.hashes },
      { ...second, hashes: first.hashes },
    ]
    expect(verdictOn(filesOf(await bundleOf(log, [], { entries: swapped })))).toMatchObject({ status: 1 })
    const text = `${log.checkpoint.origin}\n300\n${Buffer.alloc(32).toString('base64')}\n`
    const checkpoint = { ...log.checkpoint, note: signNote(text, [log.signer]) }
    expect(verdictOn(filesOf(await bundleOf(log, [7], { checkpoint })))).toMatchObject({ status: 1 })
    expect(verdictOn(new Map(files).set('proofs/0.tlog-proof', proof(1)))).toMatchObject({ status: 1 })
  })
})
