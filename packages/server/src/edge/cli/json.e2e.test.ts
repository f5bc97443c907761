import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { problem, type RecordType } from '@forge-cascade/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { systemRandom } from '#base'
import { PROGRAM } from '../../../test/program.ts'
import { commandJson } from './command-json.ts'
import { COMMANDS } from './commands/index.ts'
import { createSignals, run } from './testing.ts'

const READY_MS_MAX = 25_000
const FOLDER = realpathSync(mkdtempSync(join(tmpdir(), 'cascade-json-')))
const SHAPES = commandJson()
const RECORDS = join(import.meta.dirname, '../../../../../conformance/records/v1')

let instance: ChildProcess
let started = ''
let ownToken = ''
let [id, child, job, share, hold, erasure, artifact, key, token] = ['', '', '', '', '', '', '', '', '']
let [decision, proposal, draft] = ['', '', '']

const cascade = (...argv: string[]) =>
  run([...argv, '--json'], { io: { cwd: FOLDER, random: systemRandom }, env: { HOME: FOLDER, SHELL: 'bash' } })

const outOf = async (...argv: string[]) => JSON.parse((await cascade(...argv)).out)

const ROUTES = 'version: 1\nroutes: [{ name: changes, match: [none.such], sinks: [{ kind: log, name: ops }] }]\n'

beforeAll(async () => {
  mkdirSync(join(FOLDER, 'config'))
  writeFileSync(join(FOLDER, 'config/mesh.yml'), ROUTES)
  instance = spawn(process.execPath, [...PROGRAM, 'start', '--port', '0', '--no-samples', '--json'], {
    cwd: FOLDER,
    env: { PATH: process.env.PATH, HOME: FOLDER },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  started = await new Promise<string>((resolve) => {
    let text = ''
    instance.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
      if (text.endsWith('\n}\n')) resolve(text)
    })
  })
  mkdirSync(join(FOLDER, 'notes'))
  writeFileSync(join(FOLDER, 'notes/a.md'), '# Backups\n\nBackups run nightly at two.\n')
  job = (await outOf('import', 'notes', '--label', 'n')).id
  id = (await outOf('search', 'backups')).hits[0].capsule.id
  writeFileSync(join(FOLDER, 'notes/a.md'), '# Backups\n\nBackups run nightly at three.\n')
  await outOf('import', 'notes', '--label', 'n')
  child = (await outOf('remember', 'We sleep at two.', '--parent', id)).id
  await outOf('subject', 'add', 'ada')
  await outOf('remember', 'Of Ada.', '--owner', 'ada')
  share = (await outOf('share', '--lane', 'l', '--with', 'ada')).id
  hold = (await outOf('hold', 'place', '--lane', 'l', '--reason', 'r')).id
  token = (await outOf('token', 'create', '--for', 'ada')).id
  await outOf('agent', 'add', 'helper')
  ownToken = (await outOf('agent', 'token', 'helper')).id
  proposal = (await outOf('proposals', 'create', '--built-in', '--title', 'Those of the program')).id
  draft = (await outOf('proposals', 'create', '--set', 'memory.min_trust=50', '--title', 'Surer')).id
  artifact = (await outOf('artifact', 'verify', 'notes')).report.artifact.digest
  mkdirSync(join(FOLDER, 'policies'))
  const asked = { principal: 'User::"ada"', action: 'Action::"read"', resource: 'Capsule::"c"' }
  writeFileSync(join(FOLDER, 'policies/all.cedar'), '@id("all") permit(principal, action, resource);')
  const cases = [{ ...asked, name: 'any', expect: 'allow' }]
  writeFileSync(join(FOLDER, 'policies/all.test.json'), JSON.stringify({ cases }))
  const rule = '{ name: r, split: [{ provider: configured, weight: 1 }] }'
  writeFileSync(join(FOLDER, 'rules.yml'), `version: 1\nrules: [${rule}]\n`)
  writeFileSync(join(FOLDER, 'mesh.yml'), 'version: 1')
  writeFileSync(join(FOLDER, 'request.json'), JSON.stringify(asked))
  const gone = (await outOf('remember', 'Soon gone.', '--identity', 'Grace')).id
  await outOf('remember', 'Of hers.', '--identity', 'Grace')
  writeFileSync(join(FOLDER, 'answer.json'), (await cascade('ask', 'when do backups run?')).out)
  key = (await outOf('ledger', 'show')).keys[0]
  decision = (await outOf('gate', 'decisions')).items[0].decision_id
  erasure = (await outOf('erase', gone, '--reason', 'gdpr-17', '--yes')).id
}, READY_MS_MAX)

afterAll(async () => {
  const left = new Promise((resolve) => instance.once('close', resolve))
  instance.kill('SIGTERM')
  await left
})

/** A command line for each shape; `command` and `when` name the row. In order, because some take away what others need. */
const CASES: readonly { readonly command: string; readonly when?: string; readonly argv: () => string[] }[] = [
  { command: 'import', argv: () => ['import', 'notes'] },
  { command: 'import', when: '--list', argv: () => ['import', '--list'] },
  { command: 'import', when: '--show', argv: () => ['import', '--show', job] },
  { command: 'import', when: '--show --files', argv: () => ['import', '--show', job, '--files'] },
  { command: 'ask', argv: () => ['ask', 'when do backups run?'] },
  { command: 'search', argv: () => ['search', 'backups', '--explain'] },
  { command: 'remember', argv: () => ['remember', 'One more.'] },
  { command: 'show', argv: () => ['show', id] },
  { command: 'show', when: '@version', argv: () => ['show', `${id}@1.0.0`] },
  { command: 'show', when: '--at', argv: () => ['show', id, '--at', '0-5'] },
  { command: 'show', when: '--page', argv: () => ['show', id, '--page', 'page.html'] },
  { command: 'history', argv: () => ['history', id] },
  { command: 'history', when: '--diff', argv: () => ['history', id, '--diff', '..'] },
  { command: 'history', when: '--blame', argv: () => ['history', id, '--blame'] },
  { command: 'lineage', argv: () => ['lineage', child] },
  { command: 'lineage', when: '--path-to', argv: () => ['lineage', child, '--path-to', id] },
  { command: 'lineage', when: '--common-with', argv: () => ['lineage', child, '--common-with', id] },
  { command: 'export', argv: () => ['export', 'copy'] },
  { command: 'export', when: '--format prov-json', argv: () => ['export', 'p.json', '--format', 'prov-json'] },
  { command: 'backup', argv: () => ['backup', 'whole.backup'] },
  { command: 'restore', when: '--list', argv: () => ['restore', '--list'] },
  { command: 'stats', argv: () => ['stats'] },
  { command: 'embedding status', argv: () => ['embedding', 'status'] },
  { command: 'doctor', argv: () => ['doctor'] },
  { command: 'config show', argv: () => ['config', 'show'] },
  { command: 'config check', argv: () => ['config', 'check'] },
  { command: 'completion', argv: () => ['completion', 'bash'] },
  { command: 'completion', when: '--install', argv: () => ['completion', 'fish', '--install'] },
  { command: 'mcp install', argv: () => ['mcp', 'install', 'cursor', '--project'] },
  { command: 'mcp uninstall', argv: () => ['mcp', 'uninstall', 'cursor', '--project', '--dry-run'] },
  { command: 'help', argv: () => ['help'] },
  { command: 'archive', argv: () => ['archive', child, '--dry-run'] },
  { command: 'archive list', argv: () => ['archive', 'list'] },
  { command: 'archive verify', argv: () => ['archive', 'verify'] },
  { command: 'archive restore', argv: () => ['archive', 'restore', child] },
  { command: 'share', argv: () => ['share', id, '--with', 'ada', '--right', 'fork'] },
  { command: 'share', when: '--identity, --lane or --fold', argv: () => ['share', '--fold', 'f', '--with', 'ada'] },
  { command: 'shares', argv: () => ['shares', id] },
  { command: 'unshare', argv: () => ['unshare', share] },
  { command: 'forget', argv: () => ['forget', id, '--undo'] },
  { command: 'hold place', argv: () => ['hold', 'place', id, '--reason', 'case 4711'] },
  { command: 'approvals', argv: () => ['approvals'] },
  { command: 'approvals list', argv: () => ['approvals', 'list'] },
  {
    command: 'proposals create',
    argv: () => ['proposals', 'create', '--title', 't', '--subject', 'ada', '--trust', '70'],
  },
  { command: 'proposals analysis', argv: () => ['proposals', 'analysis', proposal] },
  { command: 'proposals advice', argv: () => ['proposals', 'advice', proposal, '--ask'] },
  { command: 'proposals open', argv: () => ['proposals', 'open', proposal] },
  { command: 'proposals withdraw', argv: () => ['proposals', 'withdraw', draft] },
  { command: 'constitution', argv: () => ['constitution'] },
  { command: 'proposals vote', argv: () => ['proposals', 'vote', proposal, 'for'] },
  { command: 'proposals', argv: () => ['proposals'] },
  { command: 'proposals list', argv: () => ['proposals', 'list', '--status', 'VOTING'] },
  { command: 'proposals show', argv: () => ['proposals', 'show', proposal] },
  { command: 'proposals export', argv: () => ['proposals', 'export', proposal] },
  { command: 'proposals delegate', argv: () => ['proposals', 'delegate', 'ada', '--topic', 'trust'] },
  { command: 'proposals delegations', argv: () => ['proposals', 'delegations'] },
  { command: 'proposals undelegate', argv: () => ['proposals', 'undelegate', '--topic', 'trust'] },
  { command: 'hold list', argv: () => ['hold', 'list'] },
  { command: 'hold lift', argv: () => ['hold', 'lift', hold, '--reason', 'closed'] },
  { command: 'trust explain', argv: () => ['trust', 'explain', 'administrator'] },
  { command: 'trust explain', when: 'CAPSULE', argv: () => ['trust', 'explain', id] },
  { command: 'events', argv: () => ['events', '--limit', '2'] },
  { command: 'publish', argv: () => ['publish', 'shop.order.placed', '--payload', '{"order":1}'] },
  { command: 'bridge', argv: () => ['bridge'] },
  { command: 'whoami', argv: () => ['whoami'] },
  { command: 'agent add', argv: () => ['agent', 'add', 'minion'] },
  { command: 'agent list', argv: () => ['agent', 'list'] },
  { command: 'agent token', argv: () => ['agent', 'token', 'minion', '--days', '7'] },
  { command: 'subject add', argv: () => ['subject', 'add', 'reader', '--kind', 'agent', '--owner', 'ada'] },
  { command: 'subject list', argv: () => ['subject', 'list', '--kind', 'agent'] },
  { command: 'subject show', argv: () => ['subject', 'show', 'ada'] },
  { command: 'subject change', argv: () => ['subject', 'change', 'reader', '--role', 'auditor', '--trust', '40'] },
  {
    command: 'token create',
    argv: () => ['token', 'create', '--for', 'reader', '--scope', 'capsule.*', '--days', '7', '--name', 'n'],
  },
  { command: 'token list', argv: () => ['token', 'list', '--for', 'reader'] },
  { command: 'agent revoke', argv: () => ['agent', 'revoke', ownToken] },
  { command: 'token revoke', argv: () => ['token', 'revoke', token] },
  { command: 'ledger show', argv: () => ['ledger', 'show'] },
  { command: 'ledger verify', argv: () => ['ledger', 'verify'] },
  { command: 'ledger prove', argv: () => ['ledger', 'prove', '0'] },
  { command: 'ledger audit', argv: () => ['ledger', 'audit', '--limit', '2'] },
  { command: 'artifact verify', argv: () => ['artifact', 'verify', 'notes', '--digest', artifact] },
  { command: 'artifact show', argv: () => ['artifact', 'show', artifact] },
  { command: 'evidence export', argv: () => ['evidence', 'export', '--decisions'] },
  { command: 'evidence verify', argv: () => ['evidence', 'verify', 'evidence.zip'] },
  { command: 'evidence changes', argv: () => ['evidence', 'changes', '3'] },
  { command: 'evidence history', argv: () => ['evidence', 'history', id] },
  { command: 'evidence explain', argv: () => ['evidence', 'explain', 'answer.json'] },
  { command: 'mesh lint', argv: () => ['mesh', 'lint', 'mesh.yml'] },
  { command: 'mesh show', argv: () => ['mesh', 'show'] },
  { command: 'mesh dead', argv: () => ['mesh', 'dead', '--route', 'changes'] },
  { command: 'mesh replay', argv: () => ['mesh', 'replay', '--route', 'changes'] },
  { command: 'mesh discard', argv: () => ['mesh', 'discard', '--route', 'changes'] },
  { command: 'policy lint', argv: () => ['policy', 'lint', 'policies'] },
  { command: 'policy test', argv: () => ['policy', 'test', 'policies'] },
  { command: 'policy explain', argv: () => ['policy', 'explain', 'policies', '--request', 'request.json'] },
  { command: 'policy show', argv: () => ['policy', 'show'] },
  { command: 'policy diff', argv: () => ['policy', 'diff', 'policies'] },
  { command: 'policy apply', argv: () => ['policy', 'apply', 'policies'] },
  { command: 'routing lint', argv: () => ['routing', 'lint', 'rules.yml'] },
  { command: 'routing apply', argv: () => ['routing', 'apply', 'rules.yml'] },
  { command: 'routing show', argv: () => ['routing', 'show'] },
  { command: 'routing preview', argv: () => ['routing', 'preview', '--for', 'ada'] },
  { command: 'gate explain', argv: () => ['gate', 'explain', decision] },
  { command: 'gate preview', argv: () => ['gate', 'preview', 'capsule.erase', '--for', 'ada'] },
  { command: 'gate replay', argv: () => ['gate', 'replay', 'evidence.zip'] },
  { command: 'gate decisions', argv: () => ['gate', 'decisions', '--for', 'administrator'] },
  { command: 'ledger publish', argv: () => ['ledger', 'publish', 'log'] },
  {
    ...{ command: 'ledger verify', when: '--published' },
    argv: () => ['ledger', 'verify', '--published', 'log', '--key', key],
  },
  { command: 'ledger witness', argv: () => ['ledger', 'witness'] },
  { command: 'ledger rotate-key', argv: () => ['ledger', 'rotate-key', '--yes'] },
  { command: 'bulk tag', argv: () => ['bulk', 'tag', id, '--add', 'reviewed'] },
  { command: 'bulk archive', argv: () => ['bulk', 'archive', '--lane', 'nowhere'] },
  { command: 'bulk restore', argv: () => ['bulk', 'restore', '--status', 'ARCHIVED'] },
  { command: 'bulk erase', argv: () => ['bulk', 'erase', id, '--reason', 'gdpr-17'] },
  { command: 'erase', argv: () => ['erase', child, '--reason', 'gdpr-17', '--yes'] },
  { command: 'erase', when: '--subject', argv: () => ['erase', '--subject', 'Grace', '--reason', 'gdpr-17'] },
  { command: 'erase', when: '--list', argv: () => ['erase', '--list'] },
  { command: 'erase', when: '--show', argv: () => ['erase', '--show', erasure] },
  { command: 'import', when: '--remove', argv: () => ['import', '--remove', 'n'] },
]
/** Shapes that have a test of their own below. */
const VERBS = ['start', 'pause', 'resume', 'cancel'] as const
const BULK = ['tag', 'archive', 'restore', 'erase'] as const
const OTHERS = [
  ...['start ', 'restore ', 'import --watch', 'bulk run ', ...BULK.map((verb) => `bulk ${verb} --yes`)],
  ...VERBS.map((verb) => `embedding ${verb} `),
  ...['on', 'off', 'status'].map((verb) => `emergency ${verb} `),
  ...['show', 'approve', 'reject'].map((verb) => `approvals ${verb} `),
  'proposals retry ',
]

const shapeOf = (command: string, when = '') => SHAPES[command]?.find((shape) => shape.when === when)

test('every command says what its --json prints, and every such shape is tried here', () => {
  expect(Object.keys(SHAPES).toSorted()).toEqual(COMMANDS.map(({ name }) => name).toSorted())
  const all = Object.entries(SHAPES).flatMap(([name, shapes]) => shapes.map(({ when }) => `${name} ${when}`))
  const tried = [...CASES.map(({ command, when = '' }) => `${command} ${when}`), ...OTHERS]
  expect(tried.toSorted()).toEqual(all.toSorted())
})

for (const { command, when, argv } of CASES)
  test(`${command} ${when ?? ''} prints one document of its shape`, async () => {
    const { code, out, err } = await cascade(...argv())
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(shapeOf(command, when)?.schema.safeParse(JSON.parse(out)).error).toBeUndefined()
  })

test.for(VERBS)('embedding %s answers as its status does, and a problem while no model changes', async (verb) => {
  const { code, err } = await cascade('embedding', verb)
  expect(code).toBe(5)
  expect(problem.parse(JSON.parse(err))).toMatchObject({ code: 'CONFLICT' })
  expect(shapeOf(`embedding ${verb}`)?.schema).toBe(shapeOf('embedding status')?.schema)
})

test.for(BULK)(
  'bulk %s --yes prints a line for each capsule and one at the end, and so does bulk run',
  async (verb) => {
    const gone = (await outOf('remember', `Soon changed by ${verb}.`)).id
    const more = { tag: ['--add', 'reviewed'], archive: [], restore: [], erase: ['--reason', 'gdpr-17'] }[verb]
    const { token } = await outOf('bulk', verb, gone, ...more)
    const outs = [await cascade('bulk', 'run', token), await cascade('bulk', verb, gone, ...more, '--yes')]
    for (const [index, { code, out, err }] of outs.entries()) {
      expect({ code, err }).toEqual({ code: 0, err: '' })
      const lines = out.trimEnd().split('\n')
      expect(lines).toHaveLength(2)
      const schema = index === 0 ? shapeOf('bulk run')?.schema : shapeOf(`bulk ${verb}`, '--yes')?.schema
      for (const line of lines) expect(schema?.safeParse(JSON.parse(line)).error).toBeUndefined()
    }
  },
)

test('start prints one document of its shape', () => {
  expect(shapeOf('start')?.schema.safeParse(JSON.parse(started)).error).toBeUndefined()
})

/** Standard output that is looked at while it is written. */
function watchedOutput(onText: (text: string) => void) {
  let out = ''
  const write = (chunk: Buffer, _encoding: string, done: () => void): void => {
    out += chunk.toString('utf8')
    done()
    onText(out)
  }
  return new Writable({ write })
}

test('import --watch prints a line for each run that did something, and nothing else', async () => {
  const signals = createSignals()
  const folder = join(FOLDER, 'watched')
  mkdirSync(folder)
  writeFileSync(join(folder, 'a.md'), '# Bees\n\nBees dance.\n')
  let lines: readonly string[] = []
  const stdout = watchedOutput((out) => {
    lines = out.trimEnd().split('\n')
    if (lines.length > 1) signals.send('SIGINT')
    else writeFileSync(join(folder, 'b.md'), '# Wasps\n\nWasps do not.\n')
  })
  const io = { cwd: FOLDER, random: systemRandom, stdout, ...signals }
  expect(await run(['import', 'watched', '--watch', '--json'], { io })).toMatchObject({ code: 0, err: '' })
  expect(lines).toHaveLength(2)
  for (const line of lines)
    expect(shapeOf('import', '--watch')?.schema.safeParse(JSON.parse(line)).error).toBeUndefined()
})

test('help about a command and about exit codes are of the same shape', async () => {
  const schema = shapeOf('help')?.schema
  const [one, group, exits] = await Promise.all([
    outOf('help', 'ask'),
    outOf('help', 'config'),
    outOf('help', 'exit-codes'),
  ])
  for (const each of [one, group, exits]) expect(schema?.safeParse(each).error).toBeUndefined()
  expect(one.commands.map(({ name }: { name: string }) => name)).toEqual(['ask'])
  expect(group.commands).toHaveLength(2)
  expect(exits.exits.map(({ code }: { code: number }) => code)).toContain(130)
})

test('what goes wrong is one problem document on standard error', async () => {
  const { code, out, err } = await cascade('show', '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10')
  expect({ code, out }).toEqual({ code: 3, out: '' })
  expect(problem.safeParse(JSON.parse(err)).error).toBeUndefined()
})

test('an operation that there is none of is told apart from one that has not happened', async () => {
  const never = await cascade('ledger', 'audit', '--operation', 'system.restored')
  expect([never.code, JSON.parse(never.out).items]).toEqual([3, []])
  const unknown = await cascade('ledger', 'audit', '--operation', 'capsule.create')
  expect([unknown.code, unknown.out]).toEqual([2, ''])
  expect(JSON.parse(unknown.err)).toMatchObject({
    code: 'VALIDATION_FAILED',
    detail: '--operation: there is no operation "capsule.create". Did you mean capsule.created?',
  })
  const strange = await cascade('ledger', 'audit', '--operation', 'x'.repeat(300))
  expect([strange.code, JSON.parse(strange.err).detail]).toEqual([2, expect.stringContaining('One that there is: ')])
})

test('all that an instance did stands in its log as the published schema of its kind says', async () => {
  // What no command does.
  const path = `/v2/capsules/${(await outOf('remember', 'Of all things.')).id}`
  const other = (await outOf('remember', 'Of others.')).id
  await door('PUT', path, { content: 'Of all things, once more.' })
  await door('POST', `${path}/links`, { to: other, kind: 'RELATED_TO' })
  await door('DELETE', `${path}/links/RELATED_TO/${other}`)
  await door('PUT', `${path}/trust`, { trust: 50, reason: 'checked' })
  await door('POST', `${path}/quarantine`, { reason: 'doubted' })
  await door('POST', `${path}/release`, { reason: 'sound' })
  await door('DELETE', path)
  await door('POST', `${path}/restore`)
  await outOf('archive', other)
  await outOf('archive', 'restore', other)

  const [newest] = (await outOf('ledger', 'audit', '--limit', '1')).items
  const seen = new Set<string>()
  for (let index = 0; index <= newest.ledger_index; index++) {
    const leaf = JSON.parse((await door('GET', `/v2/ledger/entries/${index}`)).canonical)
    const { error } = publishedSchema(leaf.type).safeParse(leaf)
    expect(error, `entry ${index}, ${leaf.type}`).toBeUndefined()
    seen.add(leaf.type)
  }
  // Not all: background work may or may not have come to its turn.
  expect([...seen].toSorted()).toEqual(expect.arrayContaining(DONE))
})

/** Kinds that the commands of this file, and the requests above, come to. */
const DONE: RecordType[] = [
  'bulk.previewed',
  'capsule.archived',
  'capsule.created',
  'capsule.erased',
  'capsule.linked',
  'capsule.offloaded',
  'capsule.quarantined',
  'capsule.released',
  'capsule.reloaded',
  'capsule.restored',
  'capsule.trust_changed',
  'capsule.unlinked',
  'capsule.versioned',
  'embedding.adopted',
  'erasure.begun',
  'erasure.completed',
  'hold.lifted',
  'hold.placed',
  'import.completed',
  'import.removed',
  'import.started',
  'ledger.begun',
  'segment.begun',
  'segment.stored',
  'subject.changed',
  'share.granted',
  'share.revoked',
  'subject.registered',
  'system.backed_up',
  'token.created',
  'token.revoked',
]

/** @throws Error for an answer that is a refusal. */
async function door(method: string, path: string, body?: object) {
  const { url } = JSON.parse(started)
  const token = readFileSync(join(FOLDER, '.cascade/token'), 'utf8').trim()
  const type = body && { 'content-type': 'application/json' }
  const headers = { authorization: `Bearer ${token}`, 'if-match': '*', ...type }
  const answer = await fetch(`${url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

/** As outside readers have it: the file. @throws Error for a kind that has none. */
const publishedSchema = (type: string) =>
  z.fromJSONSchema(JSON.parse(readFileSync(join(RECORDS, `${type}.schema.json`), 'utf8')))

test('restore prints one document of its shape', async () => {
  const ended = spawn(process.execPath, [...PROGRAM, 'restore', 'whole.backup', '--data', 'other', '--yes', '--json'], {
    cwd: FOLDER,
    env: { PATH: process.env.PATH, HOME: FOLDER },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  ended.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')))
  await new Promise((resolve) => ended.once('close', resolve))
  expect(shapeOf('restore')?.schema.safeParse(JSON.parse(out)).error).toBeUndefined()
})

// The last one: nothing else is carried out from here on.
test('emergency on, off and status print how it stands', async () => {
  const schema = shapeOf('emergency status')?.schema
  const answers = []
  for (const argv of [['status'], ['on', '--reason', 'r'], ['off', '--reason', 's'], ['status']])
    answers.push(await outOf('emergency', ...argv))
  for (const answer of answers) expect(schema?.safeParse(answer).error).toBeUndefined()
  expect(answers.map(({ active, lifts }) => [active, lifts.length])).toEqual([
    [false, 0],
    [true, 0],
    [true, 1],
    [true, 1],
  ])
  expect(answers[3].alone_after).not.toBeNull()
})
