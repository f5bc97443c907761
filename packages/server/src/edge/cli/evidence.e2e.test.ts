import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  EVIDENCE_LIMITS,
  evidenceVerdict,
  evidenceWrittenAnswer,
  publishedAnswer,
  publishedVerdict,
} from '@forge-cascade/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemRandom } from '#base'
import { createCosigner, createEd25519Signer, formatVerifierKey } from '#ledger'
import { PROGRAM } from '../../../test/program.ts'
import { BUNDLE } from '../../platform/evidence/bundle-manifest.ts'
import { filesOf } from '../../platform/evidence/testing.ts'
import { newEd25519 } from '../../platform/ledger/note/testing.ts'
import { STORE_FILE } from './doctor/store-files.ts'
import { bareEnv } from './testing/mcp-agents.ts'
import { type ServerProcess, startServer } from './testing/server.ts'
import { run } from './testing.ts'

const ROOT = mkdtempSync(join(tmpdir(), 'cascade-evidence-'))
const [INSTANCE, AUDITOR] = [join(ROOT, 'instance'), join(ROOT, 'auditor')]
const BUNDLE_FILE = join(AUDITOR, 'evidence.zip')

/** One more is on the second page of what an export reads. */
const PROVEN_AT_ONCE = 50
const SOME_ID = '01936b2a-4c1e-7d3a-9f00-5a6b7c8d9e10'

let server: ServerProcess
let key: string

/** The command line of the one who runs the instance, and of the one who was handed a file. */
const cascade = (...argv: string[]) => run(argv, { io: { cwd: INSTANCE, random: systemRandom } })
const auditor = (...argv: string[]) => run(argv, { io: { cwd: AUDITOR } })

const jsonOf = async (ran: ReturnType<typeof run>) => JSON.parse((await ran).out)

beforeAll(async () => {
  mkdirSync(INSTANCE)
  mkdirSync(AUDITOR)
  server = await startServer(INSTANCE)
  for (const text of ['one', 'two', 'three']) await cascade('remember', `Invoice number ${text}.`)
  const answer = await jsonOf(cascade('evidence', 'export', '--out', BUNDLE_FILE, '--json'))
  key = evidenceWrittenAnswer.parse(answer).key
}, 30_000)

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(ROOT, { recursive: true, force: true })
})

describe('a file that was handed over', () => {
  test('is verified with no server, and nothing is made', async () => {
    const before = readdirSync(AUDITOR)
    const { code, out, err } = await auditor('evidence', 'verify', 'evidence.zip', '--key', key)
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^sound {2}\d+ entries of the \d+ of cascade\//)
    expect(out).not.toContain('says nothing of who made it')
    expect(out).toContain('Signed with the key that was given.')
    expect(readdirSync(AUDITOR)).toEqual(before)
  })

  test('without a key is held against its own, and that is said', async () => {
    const { code, out } = await auditor('evidence', 'verify', 'evidence.zip')
    expect([code, out]).toEqual([0, expect.stringContaining('says nothing of who made it')])
    expect(out).not.toContain('key that was given')
    const verdict = evidenceVerdict.parse(await jsonOf(auditor('evidence', 'verify', 'evidence.zip', '--json')))
    expect(verdict).toMatchObject({ valid: true, key: 'bundle', signed_by: key })
  })

  test('is verified with keys of a file, and unpacked as well', async () => {
    writeFileSync(join(AUDITOR, 'keys'), `${key}\n`)
    for (const [path, bytes] of filesOf(readFileSync(BUNDLE_FILE))) {
      mkdirSync(join(AUDITOR, 'unpacked', path, '..'), { recursive: true })
      writeFileSync(join(AUDITOR, 'unpacked', path), bytes)
    }
    for (const path of ['evidence.zip', 'unpacked'])
      expect((await auditor('evidence', 'verify', path, '--key-file', 'keys')).code).toBe(0)
    writeFileSync(join(AUDITOR, 'unpacked/entries/0.json'), '{}')
    const { code, out } = await auditor('evidence', 'verify', 'unpacked', '--key', key)
    expect([code, out]).toEqual([7, expect.stringMatching(/^damaged at entries\/0\.json: /)])
    writeFileSync(join(AUDITOR, 'unpacked/notes.txt'), 'mine')
    expect((await auditor('evidence', 'verify', 'unpacked')).out).toContain('notes.txt')
  })

  test('holds a report, the rules and a bill of materials', () => {
    const files = filesOf(readFileSync(BUNDLE_FILE))
    const json = (path: string) => JSON.parse(Buffer.from(files.get(path)!).toString())
    expect(Buffer.from(files.get('report.html')!).toString()).toContain('capsule.created')
    expect(json('rules/actions.json').actions).toContainEqual(expect.objectContaining({ action: 'evidence.export' }))
    expect(json('rules/configuration.json')).toContainEqual(expect.objectContaining({ key: 'ledger.mirror' }))
    const bill = json('sbom.cdx.json')
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' })
    expect(bill.components.map(({ name }: { name: string }) => name)).toContain('zod')
    const token = readFileSync(join(INSTANCE, '.cascade/token'), 'utf8').trim()
    for (const bytes of files.values()) expect(Buffer.from(bytes).includes(token)).toBe(false)
  })

  test.for([
    { name: 'a byte that is another', change: (bytes: Buffer) => bytes.with(60, bytes[60]! ^ 1) },
    { name: 'its end gone', change: (bytes: Buffer) => bytes.subarray(0, -1) },
    { name: 'half of it gone', change: (bytes: Buffer) => bytes.subarray(0, bytes.length / 2) },
    { name: 'something behind it', change: (bytes: Buffer) => Buffer.concat([bytes, Buffer.of(0)]) },
    { name: 'nothing in it', change: () => Buffer.alloc(0) },
    { name: 'more bytes than any', change: () => undefined },
    { name: 'its first byte another', change: (bytes: Buffer) => bytes.with(0, bytes[0]! ^ 1) },
  ])('with $name is refused', async ({ change }) => {
    const changed = change(readFileSync(BUNDLE_FILE))
    writeFileSync(join(AUDITOR, 'damaged.zip'), changed ?? '')
    if (!changed) {
      writeFileSync(join(AUDITOR, 'damaged.zip'), readFileSync(BUNDLE_FILE))
      truncateSync(join(AUDITOR, 'damaged.zip'), EVIDENCE_LIMITS.bytesMax + 1)
    }
    const { code, out } = await auditor('evidence', 'verify', 'damaged.zip', '--key', key)
    expect([code, out]).toEqual([7, expect.stringMatching(/^damaged/)])
  })

  test('is refused with the key of another log', async () => {
    const stranger = createEd25519Signer(key.split('+')[0]!, newEd25519()).key
    const { code, out } = await auditor('evidence', 'verify', 'evidence.zip', '--key', formatVerifierKey(stranger))
    expect([code, out]).toEqual([7, expect.stringContaining(`it names ${key} as its own`)])
    expect(out).not.toMatch(/damaged|sound|manifest\.note/)
  })

  test('is refused without the cosignature of a witness that is asked for, and is not called damaged', async () => {
    const witness = formatVerifierKey(createCosigner('witness.example', newEd25519()).key)
    const { code, out } = await auditor('evidence', 'verify', 'evidence.zip', '--key', key, '--witness', witness)
    expect([code, out]).toEqual([7, expect.stringContaining(`not cosigned: the witness ${witness} did not cosign`)])
    expect(out).not.toMatch(/damaged|sound/)
    expect((await auditor('evidence', 'verify', 'evidence.zip', '--witness', 'none')).code).toBe(2)
    const log = await auditor('evidence', 'verify', 'evidence.zip', '--key', key, '--witness', key)
    expect(log).toMatchObject({ code: 2, out: '', err: expect.stringContaining(`${key} is the key of a log`) })
  })

  test('that was packed anew is refused, with what to do', async () => {
    const packed = readFileSync(BUNDLE_FILE)
    // The bytes in which programs write for which version of the format they wrote.
    packed.writeUInt16LE(20, 4)
    writeFileSync(join(AUDITOR, 'packed.zip'), packed)
    const { code, out } = await auditor('evidence', 'verify', 'packed.zip', '--key', key)
    expect([code, out]).toEqual([7, expect.stringContaining('unpack it and verify the folder')])
  })

  test('is not verified with what is no key', async () => {
    const { code, err } = await auditor('evidence', 'verify', 'evidence.zip', '--key', key.slice(0, -1))
    expect([code, err]).toEqual([2, expect.stringContaining('A key is <name>+<8 hex digits>+<base64>')])
    const other = key.replace(/\+[0-9a-f]{8}\+/, '+00000000+')
    const mistyped = await auditor('evidence', 'verify', 'evidence.zip', '--key', other)
    expect([mistyped.code, mistyped.err]).toEqual([2, expect.stringContaining('does not fit its eight digits')])
    writeFileSync(join(AUDITOR, 'many'), `${key}\n`.repeat(101))
    expect((await auditor('evidence', 'verify', 'evidence.zip', '--key-file', 'many')).err).toContain(
      'At most 100 keys',
    )
    writeFileSync(join(AUDITOR, 'none'), '\n')
    expect((await auditor('evidence', 'verify', 'evidence.zip', '--key-file', 'none')).code).toBe(2)
    expect((await auditor('evidence', 'verify', 'evidence.zip', '--key-file', 'absent')).code).toBe(2)
  })

  test('that is not there, or never was a bundle, is an error, and no verdict', async () => {
    expect(await auditor('evidence', 'verify', 'absent.zip')).toMatchObject({ code: 2, out: '' })
    mkdirSync(join(AUDITOR, 'notes'))
    writeFileSync(join(AUDITOR, 'notes/README.md'), 'mine')
    writeFileSync(join(AUDITOR, '0.tlog-proof'), 'c2sp.org/tlog-proof@v1\n')
    for (const path of ['notes', '0.tlog-proof']) {
      const { code, out, err } = await auditor('evidence', 'verify', path, '--key', key)
      expect([code, out, err]).toEqual([2, '', expect.stringContaining(`${path} is no evidence bundle: `)])
    }
  })

  test('is damaged where its folder has a part of it and lacks another', async () => {
    mkdirSync(join(AUDITOR, 'half'))
    writeFileSync(join(AUDITOR, 'half', BUNDLE.note), 'a note')
    const { code, out } = await auditor('evidence', 'verify', 'half')
    expect([code, out]).toEqual([7, expect.stringMatching(/^damaged at manifest\.json: it is missing/)])
  })
})

describe('an export', () => {
  test('writes over nothing', async () => {
    const before = readFileSync(BUNDLE_FILE)
    const { code, err } = await cascade('evidence', 'export', '--out', BUNDLE_FILE)
    expect([code, err]).toEqual([2, expect.stringContaining('there is something at this path already')])
    expect(readFileSync(BUNDLE_FILE)).toEqual(before)
  })

  test.for([
    { argv: ['--from', 'yesterday'], says: '--from takes a day' },
    { argv: ['--by', 'ada'], says: '--by' },
    { argv: ['--about', 'capsule/'], says: '--about' },
    { argv: ['--operation', ''], says: '--operation' },
    { argv: ['--operation', 'capsule.creatd'], says: 'Did you mean capsule.created?' },
    { argv: ['--about', SOME_ID], says: `did you mean capsule/${SOME_ID}?` },
    { argv: ['--about', 'capsul'], says: 'Did you mean capsule?' },
    { argv: ['--about', 'capsule/foo'], says: 'no capsule has the id "foo"' },
    { argv: ['--about', 'system/leger'], says: 'no system has the id "leger"' },
    { argv: ['--correlation', 'no such thing'], says: '--correlation takes the id of a request' },
    { argv: ['--from', '2026-02-01', '--to', '2026-02-01T01:00:00+01:00'], says: 'is the same moment as --from' },
    {
      argv: ['--from', '2026-02-01', '--to', '2026-01-31'],
      says: '--to 2026-01-31T00:00:00Z is before --from 2026-02-01T00:00:00Z',
    },
  ])('with $argv leaves no file', async ({ argv, says }) => {
    const { code, err } = await cascade('evidence', 'export', '--out', 'none.zip', ...argv)
    expect([code, err]).toEqual([2, expect.stringContaining(says)])
    expect(existsSync(join(INSTANCE, 'none.zip'))).toBe(false)
  })

  test('takes what was asked for', async () => {
    const answer = await jsonOf(
      cascade('evidence', 'export', '--operation', 'capsule.created', '--out', 'made.zip', '--json'),
    )
    expect(evidenceWrittenAnswer.parse(answer)).toMatchObject({ entries: 3, key })
    expect((await cascade('evidence', 'export', '--about', 'capsule', '--out', 'capsules.zip')).code).toBe(0)
  })

  test.for([
    { argv: ['--to', '2020-01-01'] },
    { argv: ['--about', `capsule/${SOME_ID}`] },
    { argv: ['--operation', 'system.restored'] },
  ])('of $argv, which matches nothing, leaves neither a file nor an entry', async ({ argv }) => {
    const told = async () =>
      (await jsonOf(cascade('ledger', 'audit', '--operation', 'evidence.exported', '--json'))).items
    const before = await told()
    const { code, err } = await cascade('evidence', 'export', '--out', 'none.zip', ...argv)
    expect([code, err]).toEqual([3, expect.stringContaining('No entry of the log matches')])
    expect(existsSync(join(INSTANCE, 'none.zip'))).toBe(false)
    expect(await told()).toEqual(before)
  })

  test('and the audit log refuse the same', async () => {
    for (const [argv, says] of [
      [['--about', SOME_ID.toUpperCase()], `did you mean capsule/${SOME_ID.toUpperCase()}?`],
      [['--about', 'capsule/foo'], 'no capsule has the id "foo"'],
      [['--since', '2026-02-01', '--until', '2026-02-01'], 'is the same moment as --since'],
      [['--since', '2026-02-01', '--until', '2026-01-31'], '--until 2026-01-31T00:00:00Z is before --since'],
    ] as const) {
      const { code, err } = await cascade('ledger', 'audit', ...argv)
      expect([code, err]).toEqual([2, expect.stringContaining(says)])
    }
    expect((await cascade('ledger', 'audit', '--about', 'capsule')).code).toBe(0)
  })

  test('into a folder that is not there is refused', async () => {
    const told = `the folder ${join(INSTANCE, 'no/such')} does not exist.`
    for (const argv of [
      ['evidence', 'export'],
      ['ledger', 'prove', '1'],
      ['evidence', 'changes', '1'],
      ['evidence', 'history', SOME_ID],
    ]) {
      const { code, err } = await run([...argv, '--out', 'no/such/file'], { io: { cwd: INSTANCE } })
      expect([code, err]).toEqual([2, expect.stringContaining(told)])
    }
  })
})

test('a proof that was written says what verifies it', async () => {
  const { code, out } = await cascade('ledger', 'prove', '0', '--out', '0.tlog-proof', '--entry', '0.json')
  expect([code, out]).toEqual([0, expect.stringContaining(`Wrote ${join(INSTANCE, '0.json')}\n`)])
  expect(out).toContain('tool for C2SP tlog-proof')
  expect(out).toContain('docs/guides/prove-what-happened.md')
})

describe('a published log', () => {
  const published = async () => publishedAnswer.parse(await jsonOf(cascade('ledger', 'publish', 'log', '--json')))
  const verified = (...argv: string[]) => run(['ledger', 'verify', '--published', join(INSTANCE, 'log'), ...argv], {})

  test('is files that the key alone verifies, and goes on', async () => {
    const { size } = await published()
    expect(publishedVerdict.parse(await jsonOf(verified('--key', key, '--json')))).toMatchObject({ valid: true, size })
    await cascade('remember', 'One more.')
    // What is new is signed within a second.
    await expect.poll(async () => (await published()).size, { interval: 200 }).toBeGreaterThan(size)
    expect((await verified('--key', key)).out).toMatch(/^sound {2}all \d+ entries of cascade\//)
  })

  test('is damaged when a byte of it is another, and needs a key', async () => {
    cpSync(join(INSTANCE, 'log'), join(AUDITOR, 'log'), { recursive: true })
    const [, size] = readFileSync(join(AUDITOR, 'log/checkpoint'), 'utf8').split('\n')
    const bundle = join(AUDITOR, `log/tile/entries/000.p/${size}`)
    const bytes = readFileSync(bundle)
    writeFileSync(bundle, bytes.with(20, bytes[20]! ^ 1))
    const { code, out } = await auditor('ledger', 'verify', '--published', 'log', '--key', key)
    expect([code, out]).toEqual([7, expect.stringMatching(/^damaged: tile\/entries/)])
    expect((await auditor('ledger', 'verify', '--published', 'log')).code).toBe(2)
    expect((await auditor('ledger', 'verify', '--published', 'log', '--newest', '1', '--key', key)).code).toBe(2)
    expect((await cascade('ledger', 'verify', '--key', key)).code).toBe(2)
  })

  test('that is not there, or never was one, is an error, and no verdict', async () => {
    writeFileSync(join(AUDITOR, 'some.json'), '{}')
    mkdirSync(join(AUDITOR, 'papers'))
    for (const { path, says } of [
      { path: 'nowhere', says: 'there is nothing at this path' },
      { path: 'some.json', says: 'is no published log: it is a file' },
      { path: 'papers', says: 'is no published log: there is no checkpoint and no tile in it' },
    ]) {
      const { code, out, err } = await auditor('ledger', 'verify', '--published', path, '--key', key)
      expect([code, out, err]).toEqual([2, '', expect.stringContaining(says)])
    }
    mkdirSync(join(AUDITOR, 'papers/tile'))
    const { code, out } = await auditor('ledger', 'verify', '--published', 'papers', '--key', key)
    expect([code, out]).toEqual([7, expect.stringMatching(/^damaged: checkpoint is missing/)])
  })

  test('that is whole and of another key is not called damaged, and tells which key it names', async () => {
    await published()
    const [name = ''] = key.split('+')
    const stranger = formatVerifierKey(createEd25519Signer(name, newEd25519()).key)
    const { code, out } = await verified('--key', stranger)
    expect([code, out]).toEqual([7, expect.stringContaining(`it names ${key} as its own`)])
    expect(out).not.toMatch(/damaged|sound/)
    const verdict = publishedVerdict.parse(await jsonOf(verified('--key', stranger, '--json')))
    expect(verdict).toMatchObject({ valid: false, own_key: key })
    const path = join(INSTANCE, 'log/checkpoint')
    const note = readFileSync(path, 'utf8')
    writeFileSync(path, note.replace(/\n(\d+)\n/, '\n1\n'))
    expect((await verified('--key', stranger)).out).toMatch(/^damaged: checkpoint is not signed/)
    writeFileSync(path, note)
  })

  test('is not written beside other things, nor over another history', async () => {
    mkdirSync(join(INSTANCE, 'mine'))
    writeFileSync(join(INSTANCE, 'mine/notes.txt'), 'mine')
    expect(await cascade('ledger', 'publish', 'mine')).toMatchObject({ code: 5 })
    expect(await cascade('ledger', 'publish', 'mine/notes.txt')).toMatchObject({ code: 2 })
    expect(readdirSync(join(INSTANCE, 'mine'))).toEqual(['notes.txt'])
    const path = join(INSTANCE, 'log/checkpoint')
    const note = readFileSync(path, 'utf8')
    const [origin, size, root = '', ...rest] = note.split('\n')
    for (const wrong of [
      [origin, size, Buffer.alloc(32).toString('base64'), ...rest],
      [origin, '999999', root, ...rest],
    ]) {
      writeFileSync(path, wrong.join('\n'))
      const { code, err } = await cascade('ledger', 'publish', 'log')
      expect([code, err]).toEqual([7, expect.stringMatching(/does not go on[\s\S]*Keep that folder/)])
      expect(readFileSync(path, 'utf8')).toBe(wrong.join('\n'))
    }
    writeFileSync(path, note)
  })
})

test('an export of a log that is damaged far behind its beginning says so, and leaves no file', async () => {
  for (let made = 0; made < PROVEN_AT_ONCE; made++) await cascade('remember', `Invoice number ${made + 10}.`)
  const { items } = await jsonOf(cascade('ledger', 'audit', '--operation', 'capsule.created', '--limit', '1', '--json'))
  const [{ ledger_index: index }] = items
  using database = new DatabaseSync(join(INSTANCE, '.cascade', STORE_FILE), { timeout: 5000 })
  const change = (from: string, to: string) =>
    database.prepare('UPDATE leaves SET text = replace(text, ?, ?) WHERE sequence = ?').run(from, to, index).changes
  expect(change('created', 'deleted')).toBe(1)
  const { code, err } = await cascade('evidence', 'export', '--out', 'damaged.zip')
  expect([code, err]).toEqual([7, expect.stringContaining(`Entry ${index} is not the one that was signed`)])
  expect(existsSync(join(INSTANCE, 'damaged.zip'))).toBe(false)
  expect(change('deleted', 'created')).toBe(1)
  expect((await cascade('evidence', 'export', '--out', 'damaged.zip')).code).toBe(0)
})

test('an export and a publication need no server that runs', async () => {
  const folder = join(ROOT, 'alone')
  mkdirSync(folder)
  const alone = (...argv: string[]) =>
    new Promise<number | null>((resolve) => {
      const child = spawn(process.execPath, [...PROGRAM, ...argv], { cwd: folder, env: bareEnv(folder, {}) })
      child.on('close', resolve)
    })
  expect(await alone('remember', 'Invoices are kept for ten years.')).toBe(0)
  expect(await alone('evidence', 'export')).toBe(0)
  expect(await alone('ledger', 'publish', 'log')).toBe(0)
  const files = filesOf(readFileSync(join(folder, 'evidence.zip')))
  const own = Buffer.from(files.get(BUNDLE.keys)!).toString().trimEnd()
  const verify = ['evidence', 'verify', 'evidence.zip', '--key', own]
  expect((await run(verify, { io: { cwd: folder } })).code).toBe(0)
  const published = ['ledger', 'verify', '--published', 'log', '--key', own]
  expect((await run(published, { io: { cwd: folder } })).code).toBe(0)
  // After a change of keys whoever has the old one learns that, and of no damage.
  expect(await alone('ledger', 'rotate-key', '--now', '--yes')).toBe(0)
  expect(await alone('ledger', 'publish', 'log')).toBe(0)
  const { code, out } = await run(published, { io: { cwd: folder } })
  expect([code, out]).toEqual([7, expect.stringMatching(/^another key: it is whole, .* it names cascade\//)])
  expect(out).not.toContain(own)
})
