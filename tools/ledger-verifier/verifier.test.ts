import { execFileSync, spawnSync } from 'node:child_process'
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findLedgerVerifier, NO_LEDGER_VERIFIER } from './verifier.ts'

const ORIGIN = 'example.org/log'
const SIZE = 3
const EMPTY: Buffer = Buffer.alloc(0)
const FILES = ['checkpoint', 'tile/0/000.p/3', 'tile/entries/000.p/3'] as const

describe.skipIf(NO_LEDGER_VERIFIER)(`the ledger verifier (${NO_LEDGER_VERIFIER ?? 'golang.org/x/mod'})`, () => {
  test.for(FILES)('rejects a log with any byte of %s flipped, and names where', (file) => {
    const log = publishedLog()
    const path = join(log.folder, file)
    const bytes = readFileSync(path)
    // Steps of 7 keep the processes few; the first and the last bytes are among them.
    const places = [...bytes.keys()].filter((at) => at % 7 === 0 || at >= bytes.length - 3)
    const verdicts = places.map((at) => {
      writeFileSync(path, bytes.with(at, (bytes[at] ?? 0) ^ 1))
      return verdictOn(log)
    })
    expect(verdicts.filter(({ status }) => status !== 1)).toEqual([])
    expect(verdicts.filter(({ text }) => !/^rejected: .*(checkpoint|entry|tile)/.test(text))).toEqual([])
  })

  test.for(FILES)('rejects a log without %s', (file) => {
    const log = publishedLog()
    rmSync(join(log.folder, file))
    expect(verdictOn(log)).toEqual({ status: 1, text: expect.stringContaining(`${file} is missing`) })
  })

  test('rejects the key of another', () => {
    const [log, other] = [publishedLog(), publishedLog()]
    expect(verdictOn({ ...log, keyFile: other.keyFile })).toEqual({
      status: 1,
      text: 'rejected: checkpoint: note has no verifiable signatures\n',
    })
  })

  test.for([
    {
      name: 'an entry that has the place of another',
      index: [0, 2, 1],
      reason: 'entry 1, in tile/entries/000.p/3: index is 2',
    },
    { name: 'an entry that is there twice', index: [0, 1, 1], reason: 'entry 2, in tile/entries/000.p/3: index is 1' },
  ])('rejects $name though it was signed', ({ index, reason }) => {
    expect(verdictOn(publishedLog(index))).toEqual({ status: 1, text: `rejected: ${reason}\n` })
  })

  test('accepts a log that Node made, and says how fast', () => {
    const log = publishedLog()
    expect(verdictOn(log)).toEqual({
      status: 0,
      text: expect.stringMatching(`^accepted: ${ORIGIN}, ${SIZE} entries, root `),
    })
    const printed: unknown = JSON.parse(
      execFileSync(program(), ['-json', log.folder, log.keyFile], { encoding: 'utf8' }),
    )
    const number = expect.any(Number)
    expect(printed).toEqual({
      ok: true,
      origin: ORIGIN,
      size: SIZE,
      elapsed_seconds: number,
      entries_per_second: number,
    })
  })

  test('says how it is called', () => {
    const { status, stderr } = spawnSync(program(), ['only-one'], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([2, 'usage: ledger-verifier [-json] FOLDER VERIFIER_KEY_FILE\n'])
  })
})

interface PublishedLog {
  readonly folder: string
  readonly keyFile: string
}

const program = (): string => findLedgerVerifier() ?? ''

function verdictOn({ folder, keyFile }: PublishedLog): { readonly status: number | null; readonly text: string } {
  const { status, stdout } = spawnSync(program(), [folder, keyFile], { encoding: 'utf8' })
  return { status, text: stdout }
}

/** A signed log of three entries that say these indexes, each with the hash of the one before. */
function publishedLog(indexes: readonly number[] = [0, 1, 2]): PublishedLog {
  const root = mkdtempSync(join(tmpdir(), 'cascade-ledger-verifier-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const log = { folder: join(root, 'log'), keyFile: join(root, 'keys') }
  const entries: Buffer[] = []
  for (const index of indexes) {
    const before = entries.at(-1)
    const prev = before === undefined ? '0'.repeat(64) : leafHash(before).toString('hex')
    entries.push(Buffer.from(JSON.stringify({ index, prev })))
  }
  const [first = EMPTY, second = EMPTY, third = EMPTY] = entries.map(leafHash)
  const rootHash = nodeHash(nodeHash(first, second), third)
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const text = `${ORIGIN}\n${SIZE}\n${rootHash.toString('base64')}\n`
  put(join(log.folder, 'checkpoint'), Buffer.from(`${text}\n${signatureLine(text, privateKey, publicKey)}`))
  put(join(log.folder, 'tile/0/000.p/3'), Buffer.concat(entries.map(leafHash)))
  put(
    join(log.folder, 'tile/entries/000.p/3'),
    Buffer.concat(entries.flatMap((entry) => [uint16(entry.length), entry])),
  )
  const verifierKey = typedKey(publicKey).toString('base64')
  put(log.keyFile, Buffer.from(`${ORIGIN}+${keyHash(publicKey).toString('hex')}+${verifierKey}\n`))
  return log
}

const signatureLine = (text: string, privateKey: KeyObject, publicKey: KeyObject): string =>
  `— ${ORIGIN} ${Buffer.concat([keyHash(publicKey), sign(null, Buffer.from(text), privateKey)]).toString('base64')}\n`

const keyHash = (key: KeyObject): Buffer => sha256(Buffer.from(`${ORIGIN}\n`), typedKey(key)).subarray(0, 4)

/** The key behind the byte that says Ed25519. */
const typedKey = (key: KeyObject): Buffer =>
  Buffer.concat([Buffer.of(1), key.export({ type: 'spki', format: 'der' }).subarray(-32)])

const leafHash = (entry: Buffer): Buffer => sha256(Buffer.of(0), entry)

const nodeHash = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.of(1), left, right)

const sha256 = (...parts: readonly Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest()

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function put(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
}
