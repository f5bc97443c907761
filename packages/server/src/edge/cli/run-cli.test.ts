import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { helpAnswer } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { CascadeError } from '#base'
import type { CliIo } from './cli-io.ts'
import { COMMANDS } from './commands/index.ts'
import { CAPSULE, createSignals, problem, run, serve } from './testing.ts'

const RECEIPT = {
  command_id: 'c',
  outcome: 'created',
  id: CAPSULE.id,
  version: '1.0.0',
  sequence: 1,
  near_duplicates: [],
}
const CREATED = { ...CAPSULE, receipt: RECEIPT }
const FULL = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
const SUBJECT = {
  ...{ id: '01939b3e-0000-7000-8000-000000000001', kind: 'person', name: 'ada', roles: ['member'], trust: 60 },
  ...{ owner: null, owner_name: null, active: true, created_at: '2026-03-01T09:00:00.000Z', revision: 1 },
}
const SELF = { subject: SUBJECT, token: null, instance: { version: '0.1.0', log: 'forge-cascade/x' } }
const TOKEN_EXAMPLE = {
  ...{ id: '01939b3e-7b21-7c01-8e44-1b5f6c7d8e9f', name: 't', subject: SUBJECT.id, subject_name: 'ada', scopes: null },
  ...{ state: 'active', created_by: SUBJECT.id, created_at: SUBJECT.created_at, revoked_at: null },
  expires_at: '2026-05-30T09:00:00.000Z',
}
const NOTHING = { hits: [], mode: 'hybrid', sequence: 1, notices: [] }

test('--json prints exactly the answer of the interface and nothing else', async () => {
  const answer = { ...CREATED, a_member_of_tomorrow: [1, 2] }
  await using server = await serve(() => ({ status: 201, body: answer }))
  const { code, out, err } = await run(['remember', 'We deploy on Tuesdays.', '--json', '--url', server.url])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(JSON.parse(out)).toEqual(answer)
})

test('what was typed becomes the body, and the request counts once', async () => {
  await using server = await serve(() => ({ status: 201, body: CREATED }))
  const parent = '01939b3e-9c02-7a41-b7d3-5a1e0c9d8e72'
  const argv = [
    'remember',
    '-',
    '--title',
    'T',
    '--tag',
    'a',
    '--tag',
    'b',
    '--parent',
    `${parent}@1.2.0`,
    '--trust',
    '50',
  ]
  await run([...argv, '--url', server.url], { stdin: 'Füße\n', env: { CASCADE_TOKEN: 'secret' } })
  expect(server.received[0]).toMatchObject({
    method: 'POST',
    path: '/v2/capsules',
    headers: { authorization: 'Bearer secret', 'idempotency-key': '07'.repeat(16) },
    body: {
      content: 'Füße\n',
      type: 'knowledge',
      title: 'T',
      tags: ['a', 'b'],
      parents: [{ id: parent, version: '1.2.0', reason: 'Derived at the command line' }],
      trust: 50,
    },
  })
})

test.for([
  {
    name: 'more than a capsule holds',
    stdin: 'x'.repeat(1024 * 1024 + 1),
    says: 'A capsule holds up to 1048576 bytes',
  },
  { name: 'nothing', stdin: '', says: '<text> must not be blank' },
])('standard input with $name is refused', async ({ stdin, says }) => {
  const { code, err } = await run(['remember', '-'], { stdin })
  expect(code).toBe(2)
  expect(err).toContain(says)
})

test('--token-file goes before CASCADE_TOKEN, and both environment names reach the instance', async () => {
  await using server = await serve(() => ({ body: NOTHING }))
  const file = join(mkdtempSync(join(tmpdir(), 'cascade-')), 'token')
  writeFileSync(file, 'from-the-file\n')
  const env = { CASCADE_URL: server.url, CASCADE_TOKEN: 'from-the-environment' }
  await run(['search', 'x', '--json', '--token-file', file], { env })
  await run(['search', 'x', '--json'], { env })
  expect(server.received.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer from-the-file',
    'Bearer from-the-environment',
  ])
})

test.for([
  { status: 401, code: 'UNAUTHENTICATED', exit: 4 },
  { status: 403, code: 'FORBIDDEN', exit: 4 },
  { status: 404, code: 'NOT_FOUND', exit: 3 },
  { status: 410, code: 'ERASED', exit: 3 },
  { status: 503, code: 'UNAVAILABLE', exit: 6 },
  { status: 500, code: 'INTERNAL', exit: 1 },
])('$code is one line, its fix and exit code $exit', async ({ status, code, exit }) => {
  await using server = await serve(() => problem(status, code, 'So it is.'))
  const ran = await run(['show', CAPSULE.id, '--url', server.url])
  expect({ code: ran.code, out: ran.out }).toEqual({ code: exit, out: '' })
  expect(ran.err.split('\n').slice(0, 2)).toEqual([
    `cascade: So it is. (${code})`,
    expect.stringMatching(/^ {2}fix: \S/),
  ])
})

test('with --json the problem stands on standard error and standard output stays empty', async () => {
  await using server = await serve(() => problem(404, 'NOT_FOUND', 'So it is.'))
  const { code, out, err } = await run(['show', CAPSULE.id, '--json', '--url', server.url])
  expect({ code, out }).toEqual({ code: 3, out: '' })
  expect(JSON.parse(err)).toMatchObject({ code: 'NOT_FOUND', status: 404, detail: 'So it is.', correlation_id: 'c-1' })
})

test('a wrong command line is a problem document with --json, too', async () => {
  const { out, err } = await run(['shwo', '--json'])
  expect(out).toBe('')
  expect(JSON.parse(err)).toMatchObject({ code: 'VALIDATION_FAILED', type: '/errors/VALIDATION_FAILED' })
  expect(JSON.parse(err)).not.toHaveProperty('correlation_id')
})

test('a day is the midnight at which it begins in UTC', async () => {
  await using server = await serve(() => ({ body: CAPSULE }))
  await run(['show', CAPSULE.id, '--as-of', '2026-03-01', '--known-at', '2026-03-02T09:00:00Z', '--url', server.url])
  const { searchParams } = new URL(server.received[0]?.path ?? '', server.url)
  expect(Object.fromEntries(searchParams)).toEqual({ as_of: '2026-03-01T00:00:00Z', known_at: '2026-03-02T09:00:00Z' })
})

test.for([
  { argv: ['import', '--remove', 'doors'], reply: { body: { items: [], next_cursor: null } }, fix: '`import --list`' },
  {
    argv: ['backup', '/x.backup'],
    reply: problem(422, 'UNPROCESSABLE', 'The folder / does not exist.'),
    fix: 'Name a file that is not there yet, in a folder that is: make the folder first, or name another.',
  },
  ...[
    ['show', `${CAPSULE.id}@9.9.9`],
    ['history', CAPSULE.id, '--diff', '1.0.0..7.0.0'],
  ].map((argv) => {
    return { argv, reply: problem(404, 'NOT_FOUND', 'x'), fix: 'Check the id and the version' }
  }),
  {
    argv: ['import', '/x'],
    reply: problem(422, 'SOURCE_UNREADABLE', 'x'),
    fix: '`help import` lists what can be named',
  },
])('$argv says what helps there', async ({ argv, reply, fix }) => {
  await using server = await serve(() => reply)
  const { err } = await run([...argv, '--url', server.url])
  expect(err).toContain(`  fix: ${fix}`)
})

test('a port that is taken is to be changed', async () => {
  const cause = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE', syscall: 'listen' })
  const startInstance = () => Promise.reject(new CascadeError('BOOT_FAILED', 'Cannot listen on x:1.', { cause }))
  const data = mkdtempSync(join(tmpdir(), 'cascade-'))
  const { code, err } = await run(['start', '--data', data], { io: { startInstance } })
  expect(code).not.toBe(0)
  expect(err).toContain('fix: Choose another port: --port or CASCADE_PORT')
})

test.for([
  { name: 'nobody listens', reply: undefined },
  { name: 'the connection breaks', reply: 'hang up' as const },
  { name: 'a page answers', reply: { text: '<html>' } },
  { name: 'a proxy answers', reply: { status: 502, text: '{"error":"bad gateway"}' } },
  { name: 'JSON of another shape answers', reply: { body: { hits: 'none' } } },
  { name: 'a code of tomorrow answers', reply: { status: 418, body: { code: 'TEAPOT', detail: 'x' } } },
])('exit code 6 when $name', async ({ reply }) => {
  await using server = await serve(() => reply ?? {})
  const url = reply === undefined ? 'http://127.0.0.1:1' : server.url
  const { code, out, err } = await run(['search', 'x', '--url', url])
  expect({ code, out }).toEqual({ code: 6, out: '' })
  expect(err).toMatch(/\(NO_SERVER\)/)
})

test('a problem cannot speak to the terminal', async () => {
  await using server = await serve(() => problem(404, 'NOT_FOUND', 'x\u001b[2Jy'))
  const { err } = await run(['show', CAPSULE.id, '--url', server.url], { terminal: true })
  expect(err).toContain('x<U+001B>[2Jy')
})

test('nothing found ends with 3 and says what to do, on standard output', async () => {
  await using server = await serve(() => ({ body: NOTHING }))
  const { code, out, err } = await run(['search', 'x', '--url', server.url])
  expect({ code, err }).toEqual({ code: 3, err: '' })
  expect(out).toContain(`./cascade --url ${server.url} import <folder>`)
})

test.for([
  { name: 'that is empty', there: [], says: 'There is nothing yet that you may find' },
  { name: 'without an active capsule', there: ['ARCHIVED'], says: 'No capsule is active' },
  { name: 'with an active capsule', there: ['ACTIVE', 'ARCHIVED'], says: 'Other words may help' },
])('nothing found in a store $name says so', async ({ there, says }) => {
  await using server = await serve(({ path }) => {
    if (path === '/v2/me') return { body: SELF }
    const isListed = there.some((status) => path.includes(`status=${status}`))
    return {
      body: path.startsWith('/v2/capsules?') ? { items: isListed ? [CAPSULE] : [], next_cursor: null } : NOTHING,
    }
  })
  const { code, out } = await run(['search', 'x', '--url', server.url])
  expect(code).toBe(3)
  expect(out).toContain(says)
})

test('what a token is not for is not asked with it when nothing was found', async () => {
  const self = { ...SELF, token: { ...TOKEN_EXAMPLE, scopes: ['capsule.search'] } }
  await using server = await serve(({ path }) => ({ body: path === '/v2/me' ? self : NOTHING }))
  const { out } = await run(['search', 'x', '--url', server.url])
  expect(out).toContain('Other words may help')
  expect(server.received.map(({ path }) => path)).toEqual(['/v2/capsules/search', '/v2/me'])
})

test.for([
  { name: 'a terminal', terminal: true, env: {}, argv: [], coloured: true },
  { name: 'a pipe', terminal: false, env: {}, argv: [], coloured: false },
  { name: 'NO_COLOR', terminal: true, env: { NO_COLOR: '1' }, argv: [], coloured: false },
  { name: 'an empty NO_COLOR', terminal: true, env: { NO_COLOR: '' }, argv: [], coloured: true },
  { name: '--no-color', terminal: true, env: {}, argv: ['--no-color'], coloured: false },
  { name: 'FORCE_COLOR in a pipe', terminal: false, env: { FORCE_COLOR: '1' }, argv: [], coloured: true },
  { name: 'FORCE_COLOR=0', terminal: true, env: { FORCE_COLOR: '0' }, argv: [], coloured: false },
  { name: 'both', terminal: true, env: { NO_COLOR: '1', FORCE_COLOR: '1' }, argv: [], coloured: false },
  {
    name: '--no-color over FORCE_COLOR',
    terminal: true,
    env: { FORCE_COLOR: '1' },
    argv: ['--no-color'],
    coloured: false,
  },
  { name: 'a dumb terminal', terminal: true, env: { TERM: 'dumb' }, argv: [], coloured: false },
])('colours for $name: $coloured', async ({ terminal, env, argv, coloured }) => {
  await using server = await serve(() => ({ body: CAPSULE }))
  const { out } = await run(['show', CAPSULE.id, '--url', server.url, ...argv], { terminal, env })
  expect(out.includes('\u001b[')).toBe(coloured)
  const { err } = await run(['show', 'x', ...argv], { terminal, env })
  expect(err.includes('\u001b[')).toBe(coloured)
})

test.for([
  { argv: ['help', 'ask'] },
  { argv: ['help', 'exit-codes'] },
  { argv: ['ask', '--help'] },
  { argv: ['--version'] },
])('a full disk behind $argv is told, too', async ({ argv }) => {
  const stdout = new Writable({ write: (_chunk, _encoding, done) => done(FULL()) })
  const { code, err } = await run(argv, { io: { stdout } })
  expect(code).toBe(6)
  expect(err).toContain('the disk is full. (STORAGE_FULL)')
})

test.for([
  {
    name: 'the value of a setting',
    argv: ['--data', 'import', 'show', CAPSULE.id],
    command: './cascade --data import show',
  },
  { name: 'a question', argv: ['search', 'import'], command: './cascade search' },
])('what fails is told of its own command, not of $name', async ({ argv, command }) => {
  const io = {
    startInstance: () => Promise.reject(new CascadeError('UNAVAILABLE', 'Not in this test.')),
    cwd: tmpdir(),
  }
  const { err } = await run([...argv, '--json'], { io })
  expect(JSON.parse(err).instance).toBe(command)
  const { err: told } = await run(['--data', 'import', 'show', 'x'], { io })
  expect(told).toContain('`./cascade --data import show --help` shows what it takes')
})

test('a command that does not exist has no name, and the value of a setting is none', async () => {
  const { code, err } = await run(['--data', 'import', 'shwo', '--json'])
  expect(code).toBe(2)
  expect(JSON.parse(err)).toMatchObject({ instance: './cascade', detail: "Unknown command 'shwo'." })
})

test.for([
  { argv: ['--help', '--json'], commands: COMMANDS.length },
  { argv: ['--json'], commands: COMMANDS.length },
  { argv: ['import', '--help', '--json'], commands: 1 },
  { argv: ['config', '--json'], commands: 2 },
  { argv: ['config', 'show', '--json', '--help'], commands: 1 },
])('$argv prints one document of help', async ({ argv, commands }) => {
  const { code, out, err } = await run(argv)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(helpAnswer.parse(JSON.parse(out)).commands).toHaveLength(commands)
})

test('--version --json prints the version as a document', async () => {
  const { code, out } = await run(['--version', '--json'])
  expect({ code, answer: JSON.parse(out) }).toEqual({ code: 0, answer: { version: '0.1.0' } })
})

test('a reader that leaves ends the command quietly', async () => {
  await using server = await serve(() => ({ body: CAPSULE }))
  const broken = () => Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
  const stdout = new Writable({ write: (_chunk, _encoding, done) => done(broken()) })
  const { code, err } = await run(['show', CAPSULE.id, '--url', server.url], { io: { stdout } })
  expect({ code, err }).toEqual({ code: 0, err: '' })
})

test.for([
  { argv: [], log: 'errors' },
  { argv: ['--json'], log: 'none' },
])('an instance of a moment tells of its $log alone with $argv', async ({ argv, log }) => {
  const asked: unknown[] = []
  const startInstance: CliIo['startInstance'] = (_loaded, options) => {
    asked.push(options)
    return Promise.reject(new CascadeError('UNAVAILABLE', 'Not in this test.'))
  }
  const data = mkdtempSync(join(tmpdir(), 'cascade-'))
  const { code, err } = await run(['remember', 'x', '--data', data, ...argv], { io: { startInstance } })
  expect(code).toBe(6)
  expect(asked).toEqual([{ listen: 'socket', log, answers: true }])
  if (log === 'none') expect(JSON.parse(err)).toMatchObject({ code: 'UNAVAILABLE' })
})

const LOOKING = [
  ...['mesh show', 'mesh dead'],
  'ask x',
  'search x',
  `show ${CAPSULE.id}`,
  `history ${CAPSULE.id}`,
  `lineage ${CAPSULE.id}`,
  'export out',
  'stats',
  'events',
  'whoami',
  'ledger show',
  'ledger verify',
  'ledger prove 0',
  'ledger audit',
  'ledger witness',
  'ledger publish log',
  'evidence export',
  'evidence changes 1',
  `evidence history ${CAPSULE.id}`,
  `artifact show ${'a'.repeat(64)}`,
  'artifact verify x',
  'backup x.backup',
  'backup x.backup --with-key x.key',
  'ledger rotate-key --yes',
  'archive list',
  'archive verify',
  'hold list',
  'agent add x',
  'agent list',
  'agent token x',
  `agent revoke ${CAPSULE.id}`,
  'subject list',
  'subject show ada',
  'subject change ada --deactivate',
  'token create --for ada',
  'token list',
  `token revoke ${CAPSULE.id}`,
  'shares',
  'embedding status',
  'routing show',
  'routing preview',
  'emergency status',
  'policy show',
  'policy diff .',
  `gate explain ${CAPSULE.id}`,
  'gate preview policy.apply',
  'gate decisions',
  'trust explain',
  'trust explain administrator',
  'approvals',
  'approvals list',
  'approvals show 01939b41-0000-7000-8000-000000000009',
  'proposals',
  'constitution',
  'proposals withdraw 01939b42-0000-7000-8000-000000000001',
  'proposals list',
  ...['show', 'analysis', 'advice', 'open', 'retry', 'export'].map((verb) => `proposals ${verb} ${CAPSULE.id}`),
  `proposals vote ${CAPSULE.id} for`,
  'proposals undelegate',
  'proposals delegations',
  'erase --list',
  `erase --show ${CAPSULE.id}`,
  'import --list',
]

test.for(LOOKING)('%s says that nothing is stored where there is no store, and makes none', async (line) => {
  const cwd = mkdtempSync(join(tmpdir(), 'cascade-'))
  for (const data of ['none', '.']) {
    const argv = [...line.split(' '), '--data', data]
    const { code, out, err } = await run(argv, { io: { cwd } })
    expect({ code, out }).toEqual({ code: 3, out: '' })
    expect(err).toMatch(/^cascade: Nothing was stored in .* yet\. \(NOT_FOUND\)\n {2}fix: Begin with `start`/)
    const told = await run([...argv, '--json'], { io: { cwd } })
    expect([told.code, JSON.parse(told.err).code]).toEqual([3, 'NOT_FOUND'])
  }
  expect(readdirSync(cwd)).toEqual([])
})

test.for(['import absent', 'import absent --json', 'import absent --watch', 'import absent --kind git'])(
  '%s of a path that is not there leaves no data folder behind where there was none',
  async (line) => {
    const cwd = mkdtempSync(join(tmpdir(), 'cascade-'))
    const { code, out, err } = await run([...line.split(' '), '--data', 'none'], { io: { cwd } })
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain('SOURCE_UNREADABLE')
    expect(err).toContain(join(cwd, 'absent'))
    expect(readdirSync(cwd)).toEqual([])
  },
)

/** They begin a store, or need none. */
const OTHERS = [
  ...['bridge', 'publish'],
  ...['start', 'remember', 'mcp', 'restore', 'doctor', 'archive', 'archive restore', 'hold place', 'hold lift'],
  'subject add',
  ...['share', 'unshare', 'forget'],
  ...['bulk archive', 'bulk erase', 'bulk restore', 'bulk run', 'bulk tag'],
  ...['emergency on', 'emergency off', 'approvals approve', 'approvals reject'],
  ...['proposals create', 'proposals delegate'],
  ...['embedding start', 'embedding pause', 'embedding resume', 'embedding cancel'],
  ...['help', 'completion', 'config check', 'config show', 'mcp install', 'mcp uninstall', 'evidence verify'],
  ...['policy lint', 'policy test', 'policy explain', 'policy apply'],
  ...['routing lint', 'routing apply'],
  ...['mesh lint', 'mesh replay', 'mesh discard'],
  'gate replay',
]

test('every command is among those, or is one that begins a store or needs none', () => {
  const looking = COMMANDS.filter(({ reads }) => reads !== undefined).map(({ name }) => name)
  // It reads its file first.
  const missing = looking.filter((name) => !LOOKING.some((line) => `${line} `.startsWith(`${name} `)))
  expect(missing).toEqual(['evidence explain'])
  const others = COMMANDS.filter(({ reads }) => reads === undefined).map(({ name }) => name)
  expect(others.toSorted()).toEqual(OTHERS.toSorted())
})

test('a full disk behind a redirection is told', async () => {
  await using server = await serve(() => ({ body: CAPSULE }))
  const stdout = new Writable({ write: (_chunk, _encoding, done) => done(FULL()) })
  const { code, err } = await run(['show', CAPSULE.id, '--url', server.url], { io: { stdout } })
  expect(code).toBe(6)
  expect(err).toContain('Standard output cannot be written: the disk is full. (STORAGE_FULL)')
})

test('Ctrl-C ends a command that waits with 130, at once', async () => {
  const signals = createSignals()
  await using server = await serve(() => {
    signals.send('SIGINT')
    return 'hang up'
  })
  const { code, out, err } = await run(['search', 'x', '--url', server.url], { io: signals })
  expect({ code, out, err }).toEqual({ code: 130, out: '', err: '' })
})

test('a second Ctrl-C leaves the process', async () => {
  const signals = createSignals()
  const left: number[] = []
  await using server = await serve(() => {
    signals.send('SIGINT')
    signals.send('SIGINT')
    return 'hang up'
  })
  await run(['search', 'x', '--url', server.url], { io: { ...signals, exitNow: (code) => left.push(code) } })
  expect(left).toEqual([130])
})
