import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { TestCage } from '#verification'
import { bareArtifact } from '../../platform/verification/testing.ts'
import { TempArea } from '../sources/temp-area.ts'
import { createProcessCage, TEST_OUTPUT_BYTES_MAX } from './process-cage.ts'

const root = mkdtempSync(join(tmpdir(), 'cascade-cage-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const TIMEOUT_MS = 10_000
const cage = createProcessCage(new TempArea(join(root, 'tests'), 'test'))
const bare = createProcessCage(new TempArea(join(root, 'bare'), 'test'), async () => false)
const never = new AbortController().signal

interface Given {
  readonly file?: string
  readonly more?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  readonly within?: TestCage
}

async function runText(text: string, { file = 'a.test.mjs', more = {}, within = cage, ...given }: Given = {}) {
  await using opened = await within.open(bareArtifact({ [file]: text, ...more }))
  // Awaited here, for the copy goes with the end of this function.
  return await opened.run({ file, args: [], timeoutMs: given.timeoutMs ?? TIMEOUT_MS }, given.signal ?? never)
}

describe('a test passes', () => {
  test('that ends with exit code 0', async () => {
    expect(await runText('console.log("fine")')).toEqual({ kind: 'passed' })
  })

  test('of node:test, with files of the artifact beside it', async () => {
    const text = `import test from 'node:test'; import assert from 'node:assert/strict'; import { readFileSync } from 'node:fs'
      import { two } from './lib/two.mjs'
      test('adds', () => assert.equal(1 + 1, two)); test('reads', () => assert.equal(readFileSync('lib/n.txt', 'utf8'), 'n'))`
    const more = { 'lib/two.mjs': 'export const two = 2', 'lib/n.txt': 'n' }
    expect(await runText(text, { more })).toEqual({ kind: 'passed' })
  })

  test('that finds no environment and its own copy as its folder', async () => {
    const text = `if (Object.keys(process.env).length > 0 || !process.cwd().endsWith('/artifact')) process.exit(1)`
    expect(await runText(text)).toEqual({ kind: 'passed' })
  })
})

describe('a test fails', () => {
  test('that ends with another exit code, and its last line is told', async () => {
    expect(await runText('console.log("one\\nwhy: it is so"); process.exitCode = 3')).toEqual({
      ...{ kind: 'failed', code: 3, said: 'why: it is so' },
    })
  })

  test('that is not JavaScript', async () => {
    expect(await runText('this is not')).toMatchObject({ kind: 'failed', code: 1 })
  })

  test('whose assertion of node:test fails', async () => {
    expect(await runText(`import test from 'node:test'; test('x', () => { throw new Error('no') })`)).toMatchObject({
      ...{ kind: 'failed', code: 1 },
    })
  })
})

/** Each is code that ends with 0 where it got through. */
const FORBIDDEN: readonly { readonly what: string; readonly code: string; readonly file?: string }[] = [
  { what: 'reads a file outside of its folder', code: `import fs from 'node:fs'; fs.readFileSync('/etc/hostname')` },
  { what: 'reads what lies above its folder', code: `import fs from 'node:fs'; fs.readdirSync('..')` },
  {
    what: 'follows a path out of its folder',
    code: `import fs from 'node:fs'; fs.readFileSync('../../../cascade.db')`,
  },
  { what: 'writes into its folder', code: `import fs from 'node:fs'; fs.writeFileSync('x', 'y')` },
  { what: 'writes elsewhere', code: `import fs from 'node:fs'; fs.writeFileSync('${root}/written', 'y')` },
  { what: 'makes a link', code: `import fs from 'node:fs'; fs.symlinkSync('/etc', 'etc')` },
  { what: 'starts a process', code: `import { spawnSync } from 'node:child_process'; spawnSync('id')` },
  { what: 'starts a thread', code: `import { Worker } from 'node:worker_threads'; new Worker('1', { eval: true })` },
  { what: 'opens a connection', code: `import net from 'node:net'; net.connect(1)` },
  { what: 'listens', code: `import http from 'node:http'; http.createServer().listen(0, () => process.exit(0))` },
  { what: 'looks names up', code: `import dns from 'node:dns'` },
  { what: 'fetches', code: `await fetch('http://127.0.0.1:1')` },
  { what: 'opens a database', code: `import { DatabaseSync } from 'node:sqlite'; new DatabaseSync('${root}/written')` },
  { what: 'asks for a module otherwise', code: `process.getBuiltinModule('node:net').connect(1)` },
  { what: 'imports a module later', code: `await import('node:net')` },
  { what: 'requires a module', code: `require('net')`, file: 'a.cjs' },
  { what: 'loads a module past its loader', code: `module.constructor._load('node:sqlite')`, file: 'a.cjs' },
  {
    what: 'puts a loader of its own before ours',
    code: `module.constructor.registerHooks({ resolve: () => ({ url: 'node:net', shortCircuit: true, format: 'builtin' }) }); require('x')`,
    file: 'a.cjs',
  },
  { what: 'connects its own output', code: `process.stdout.constructor.prototype.connect.call(process.stdout, 1)` },
  { what: 'takes a binding of Node', code: `process.binding('tcp_wrap')` },
  { what: 'signals the process that runs it', code: `process.kill(process.ppid, 0)` },
  { what: 'signals it past the function for that', code: `process._kill(process.ppid, 0)` },
  { what: 'opens the debugger of the process that runs it', code: `process._debugProcess(process.ppid)` },
  { what: 'becomes another program', code: `process.execve('/bin/true', ['true'], {})` },
  { what: 'loads an addon', code: `process.dlopen({ exports: {} }, '/lib/x.node')` },
  { what: 'starts WASI', code: `import { WASI } from 'node:wasi'; new WASI({ version: 'preview1' })` },
]

/** What Node says of its permissions, what we say, and what is said of members that are gone. */
const REFUSED =
  /ERR_ACCESS_DENIED|Access to this API has been restricted|A test of an artifact has no|is not a function|is not defined|loading addons is disabled/

// Without namespaces, so that nothing but Node’s permissions and the closed doors holds them.
describe.concurrent('a test is refused that', () => {
  test.for(FORBIDDEN)('$what', async ({ code, file }) => {
    const end = await runText(code, { within: bare, ...(file !== undefined && { file }) })
    expect(end).toEqual({ kind: 'failed', code: 1, said: expect.stringMatching(REFUSED) })
    expect(existsSync(join(root, 'written'))).toBe(false)
  })
})

describe('a test is ended that', () => {
  test('never ends', async () => {
    expect(await runText('setInterval(() => {}, 1000)', { timeoutMs: 300 })).toEqual({ kind: 'late' })
  })

  test('spins', async () => {
    expect(await runText('for (;;);', { timeoutMs: 300 })).toEqual({ kind: 'late' })
  })

  test('prints without end', async () => {
    const end = await runText(`const more = () => process.stdout.write('x'.repeat(1000), more); more()`)
    expect(end).toEqual({ kind: 'talkative', bytesMax: TEST_OUTPUT_BYTES_MAX })
  })

  test('takes memory of its heap without end', async () => {
    const end = await runText('const all = []; for (;;) all.push(new Array(1e5).fill({}))')
    expect(end.kind).not.toBe('passed')
    expect(end.kind).not.toBe('late')
  })

  test('takes memory beside its heap without end', async () => {
    const end = await runText('const all = []; for (;;) all.push(Buffer.alloc(32 * 1024 * 1024, 1))')
    expect(end.kind).not.toBe('passed')
    expect(end.kind).not.toBe('late')
  })

  test('nobody waits for any more', async () => {
    const controller = new AbortController()
    const running = runText('setInterval(() => {}, 1000)', { signal: controller.signal })
    setImmediate(() => controller.abort(new Error('the client is gone')))
    await expect(running).rejects.toThrow('the client is gone')
  })
})

test('a cage behind a link is one, and below a folder with a star in its name there is none', async () => {
  mkdirSync(join(root, 'real'))
  symlinkSync(join(root, 'real'), join(root, 'link'))
  const open = (path: string) =>
    createProcessCage(new TempArea(join(root, path), 'test')).open(bareArtifact({ 'a.mjs': '' }))
  {
    await using opened = await open('link/tests')
    expect(await opened.run({ file: 'a.mjs', args: [], timeoutMs: TIMEOUT_MS }, never)).toEqual({ kind: 'passed' })
  }
  await expect(open('a*b')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  for (const path of ['link', 'real']) rmSync(join(root, path), { recursive: true })
})

test('names of files that look like options are files', async () => {
  expect(await runText('', { file: '--eval=process.exit(1).mjs' })).toEqual({ kind: 'passed' })
})

test('nothing is left of a copy', () => {
  expect(readdirSync(root)).toEqual([])
})
