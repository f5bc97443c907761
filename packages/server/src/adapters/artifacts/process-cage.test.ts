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

describe('a test may', () => {
  test.for([
    {
      what: 'clone what Node has, and send it',
      code: `import { createHistogram } from 'node:perf_hooks'; import { createSecretKey } from 'node:crypto'
        const told = createHistogram(); told.record(3); const key = structuredClone(createSecretKey(Buffer.from('x')))
        const { port1, port2 } = new MessageChannel(); port2.postMessage(new Blob(['ab']))
        const { data } = await new Promise((resolve) => { port1.onmessage = resolve }); port1.close()
        if (structuredClone(told).count !== 1 || key.type !== 'secret' || (await data.text()) !== 'ab') process.exit(1)`,
    },
    {
      what: 'read its own files by handles and streams, and its empty input',
      code: `import { open } from 'node:fs/promises'; const file = await open('a.test.mjs'); await file.readFile(); await file.close()
        for await (const chunk of process.stdin) process.exit(1); await new Promise((resolve) => process.stdout.write('x', resolve))`,
    },
  ])('$what', async ({ code }) => {
    expect(await runText(code, { within: bare })).toEqual({ kind: 'passed' })
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

/** Code that has Node make an instance of a class that it names. */
const cloneCode = (then: string): string => `import { EventEmitter } from 'node:events'
  const blob = new Blob(['x']); const symbols = Object.getOwnPropertySymbols(Blob.prototype); let made
  const [clone, read] = ['clone', 'deserialize'].map((what) => symbols.find((each) => each.description === 'messaging_' + what + '_symbol'))
  const clonedAs = (name) => Object.assign(blob, { [clone]: () => ({ data: {}, deserializeInfo: name }) })
  ${then}`

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
  {
    what: 'makes another socket out of the handle of its output',
    code: `const handle = process.stdout._handle
      let request; const parts = Object.getPrototypeOf(Object.getPrototypeOf(handle)); const write = parts.writeUtf8String
      parts.writeUtf8String = function (given, ...rest) { request = given; return write.call(this, given, ...rest) }
      console.log('x')
      const end = new handle.constructor(0).connect(new request.constructor(), '${root}/socket')
      if (end !== -2) throw new Error('connect said ' + end)`,
  },
  {
    what: 'connects the handle of its error output',
    code: `Object.getPrototypeOf(process.stderr._handle).connect.call(process.stderr._handle, {}, '${root}/socket')`,
  },
  {
    what: 'opens another descriptor as a socket',
    code: `const { constructor } = process.stdout; for (let fd = 1; fd < 3; fd++) new constructor({ fd })`,
  },
  {
    what: 'takes the agent that undici leaves behind',
    code: `try { new Response('x') } catch { /* is not there */ }
      await WebAssembly.compileStreaming?.({}).catch(() => {})
      globalThis[Symbol.for('undici.globalDispatcher.1')].dispatch({ origin: 'http://127.0.0.1:1', path: '/', method: 'GET' }, {})`,
  },
  ...['Request', 'Response', 'Headers', 'FormData', 'WebSocket', 'EventSource', 'MessageEvent', 'CloseEvent'].map(
    (name) => ({
      what: `has ${name}`,
      code: `new ${name}('http://127.0.0.1:1')`,
    }),
  ),
  ...(
    [
      ['Object', 'internal/bootstrap/realm:BuiltinModule'],
      ['EventEmitter', 'http:Agent'],
      ['EventTarget', 'internal/event_target:NodeEventTarget'],
    ] as const
  ).flatMap(([owner, name]) => [
    {
      what: `gives ${owner} what makes a clone any class of Node`,
      code: cloneCode(
        `Object.defineProperty(${owner}.prototype, read, { value() {} }); structuredClone(clonedAs('${name}'))`,
      ),
    },
    {
      what: `assigns ${owner} what makes a clone any class of Node`,
      code: cloneCode(`${owner}.prototype[read] = () => {}; structuredClone(clonedAs('${name}'))`),
    },
  ]),
  {
    what: 'listens with a server made by a clone',
    code: cloneCode(`const { init } = EventEmitter; EventEmitter.init = function (...given) { made = this; return init.apply(this, given) }
      try { structuredClone(clonedAs('net:Server')) } catch { /* it is made */ }
      EventEmitter.init = init; made.listen('${root}/socket')`),
  },
  { what: 'loads an engine of OpenSSL', code: `import c from 'node:crypto'; c.setEngine('/lib/x.so')` },
  {
    what: 'reads the package.json of others',
    code: `module.constructor._readPackage('${process.cwd()}')`,
    file: 'a.cjs',
  },
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
  /ERR_ACCESS_DENIED|Access to this API has been restricted|A test of an artifact has no|is not a function|is not defined|loading addons is disabled|Cannot redefine property|OpenSSL engines is unsupported|of undefined \(reading '(?:dispatch|call)'\)|Unknown deserialize spec/

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
