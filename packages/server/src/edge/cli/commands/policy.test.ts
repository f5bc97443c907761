import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { BUILT_IN_BUNDLE, BUILT_IN_FILES } from '#governance'
import { run, serve } from '../testing.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-policies-'))
  folders.push(folder)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

const READ =
  '@id("read") permit(principal in Team::"red", action == Action::"read", resource) when { context.risk < 50 };\n'
const CONST = '@id("const.spam") forbid(principal, action, resource) when { resource.spam };\n'
const ada = { uid: 'User::"ada"', parents: ['Team::"red"'] }
const plan = { uid: 'Capsule::"plan"', attrs: { spam: false } }
const asked = { principal: 'User::"ada"', action: 'Action::"read"', resource: 'Capsule::"plan"', context: { risk: 10 } }
const casesOf = (...cases: object[]) => JSON.stringify({ entities: [ada, plan], cases })
const SCHEMA = `entity Team; entity User in [Team]; entity Capsule { spam: Bool };
action "read" appliesTo { principal: User, resource: Capsule, context: { risk: Long } };`
const good = { 'a.cedar': READ, 'sub/b.cedar': CONST, 'own.cedarschema': SCHEMA }

const policy = (cwd: string, ...argv: string[]) => run(['policy', ...argv], { io: { cwd } })

test('sound policies are named by their digest, as a folder and file by file', async () => {
  const cwd = folderWith(good)
  const { code, out } = await policy(cwd, 'lint', '.')
  expect([code, out]).toEqual([
    0,
    expect.stringMatching(/^sound {2}2 policies in 3 files, held against the schema\n {2}digest [0-9a-f]{64}\n$/),
  ])
  const named = await policy(cwd, 'lint', 'a.cedar', 'sub/b.cedar', 'own.cedarschema')
  expect(named.out).toContain('2 policies in 3 files')
})

test('each finding has its place and its fix, and ends the command with 7', async () => {
  const cwd = folderWith({
    ...good,
    'c.cedar': '\npermit(principal, action, resource);',
    'd.cedar': READ.replace('when', 'whem'),
  })
  const { code, out } = await policy(cwd, 'lint', '.')
  expect(code).toBe(7)
  expect(out).toContain(
    'c.cedar:2:1: error ID_MISSING: the policy has no id\n  fix: Write @id("some.name") before it.\n',
  )
  expect(out).toMatch(/d\.cedar:1:\d+: error POLICY_SYNTAX: /)
  expect(out).toContain('not sound  4 policies in 5 files')
})

interface Refused {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  readonly argv: readonly string[]
  readonly says: RegExp
}

test.for<Refused>([
  { name: 'a folder without policies', files: { 'a.txt': '' }, argv: ['lint', '.'], says: /There is no policy in/ },
  { name: 'a folder that is not there', files: {}, argv: ['lint', 'absent'], says: /absent cannot be read/ },
  {
    name: 'policies that are not sound',
    files: { 'a.cedar': 'permit' },
    argv: ['test', '.'],
    says: /a\.cedar:1:7: .*\n.*policy lint/,
  },
  { name: 'no request', files: good, argv: ['explain', '.'], says: /--request names the file/ },
  {
    name: 'a request that is no JSON',
    files: { ...good, 'r.json': '{' },
    argv: ['explain', '.', '--request', 'r.json'],
    says: /r\.json is no JSON/,
  },
  {
    name: 'a request that lacks who asks',
    files: { ...good, 'r.json': '{"action":"Action::\\"read\\""}' },
    argv: ['explain', '.', '--request', 'r.json'],
    says: /principal/,
  },
  {
    name: 'a request that is very deep',
    files: { ...good, 'r.json': `{"context":${'['.repeat(3000)}${']'.repeat(3000)}}` },
    argv: ['explain', '.', '--request', 'r.json'],
    says: /levels deep/,
  },
  {
    name: 'a value that no policy knows',
    files: { ...good, 'r.json': JSON.stringify({ ...asked, context: { risk: 1.5 } }) },
    argv: ['explain', '.', '--request', 'r.json'],
    says: /r\.json: context\.risk: must be a boolean, a string, a whole number/,
  },
  {
    name: 'a case that expects what is no decision',
    files: { ...good, 'a.test.json': JSON.stringify({ cases: [{ ...asked, name: 'x', expect: 'maybe' }] }) },
    argv: ['test', '.'],
    says: /a\.test\.json: cases\.0\.expect: /,
  },
  {
    name: 'an entity in another spelling',
    files: { ...good, 'r.json': JSON.stringify({ ...asked, principal: 'ada' }) },
    argv: ['explain', '.', '--request', 'r.json'],
    says: /r\.json: principal: must be an entity, such as User::"ada"/,
  },
])('$name ends with 2 and says what to do', async ({ files, argv, says }) => {
  const { code, out, err } = await policy(folderWith(files), ...argv)
  expect([code, out]).toEqual([2, ''])
  expect(err).toMatch(says)
})

test('cases that come out as they should pass', async () => {
  const allowed = { ...asked, name: 'a member reads', expect: 'allow', reasons: ['read'] }
  const denied = { ...asked, name: 'but not at risk', context: { risk: 50 }, expect: 'deny', reasons: [] }
  const { code, out } = await policy(folderWith({ ...good, 'a.test.json': casesOf(allowed, denied) }), 'test', '.')
  expect([code, out]).toEqual([0, expect.stringMatching(/^passed {2}2 cases\n/)])
})

test('a case that comes out otherwise is explained part by part', async () => {
  const denied = { ...asked, name: 'nobody reads', expect: 'deny', reasons: [] }
  const { code, out } = await policy(folderWith({ ...good, 'a.test.json': casesOf(denied) }), 'test', '.')
  expect(code).toBe(7)
  expect(out.split('\n').slice(0, 9)).toEqual([
    'failed  a.test.json: nobody reads',
    '  expected deny without a determining policy',
    '  allow  by read',
    '  read  permit',
    '    holds      principal in Team::"red"',
    '    holds      action == Action::"read"',
    '    holds      resource',
    '    holds      when { context.risk < 50 }',
    '1 of 1 case failed',
  ])
})

test('a policy that cannot be evaluated denies, and the explanation names it', async () => {
  const lacking = { ...asked, entities: [ada] }
  const cwd = folderWith({ ...good, 'r.json': JSON.stringify(lacking) })
  const { code, out } = await policy(cwd, 'explain', '.', '--request', 'r.json')
  expect(code).toBe(0)
  expect(out).toContain(
    'deny  because a policy could not be evaluated\n  failed  const.spam: Capsule::"plan", of which nothing is known, has no attribute "spam"',
  )
  expect(out).toMatch(/failed +when \{ resource\.spam \}/)
})

test('a folder without cases ends with 3', async () => {
  const { code, err } = await policy(folderWith(good), 'test', '.')
  expect([code, err]).toEqual([3, expect.stringContaining('.test.json')])
})

test('what brings no schema is held against that of an instance', async () => {
  const own = '@id("own.read") forbid(principal, action == Action::"capsule.read", resource is Capsule)'
  const lint = async (condition: string) =>
    policy(folderWith({ 'own.cedar': `${own} when { ${condition} };` }), 'lint', '.')
  const sound = await lint('resource.trust < 50')
  expect([sound.code, sound.out]).toEqual([
    0,
    expect.stringMatching(/^sound {2}1 policy in 1 file, held against the schema of the program\n/),
  ])
  const { code, out } = await lint('resource.thrust < 50')
  expect([code, out]).toEqual([7, expect.stringMatching(/^own\.cedar:1:\d+: error POLICY_TYPE: .*thrust/)])
})

test.for([
  {
    annotation: '@mode("warnn")',
    code: 7,
    says: 'error ANNOTATION_WORD: @mode("warnn"): expected audit, warn, enforce',
  },
  { annotation: '@mode', code: 7, says: 'error ANNOTATION_WORD: @mode(""): expected' },
  {
    annotation: '@canary("110")',
    code: 7,
    says: 'error ANNOTATION_WORD: @canary("110"): expected a whole number from 0',
  },
  { annotation: '@curable("aproval")', code: 7, says: 'error ANNOTATION_WORD: @curable("aproval"): expected approval' },
  { annotation: '@mod("warn")', code: 0, says: 'warning ANNOTATION_UNKNOWN: @mod is none that the gate goes by' },
  { annotation: '@mode("warn") @canary("10") @says("No.")', code: 0, says: 'sound' },
])('the annotation $annotation is told of', async ({ annotation, code, says }) => {
  const text = `@id("own.no") ${annotation} forbid(principal, action == Action::"capsule.read", resource);`
  const ran = await policy(folderWith({ 'own.cedar': text }), 'lint', '.')
  expect([ran.code, ran.out]).toEqual([code, expect.stringContaining(says)])
})

test('a mode on what permits is told to change nothing', async () => {
  const text = '@id("own.yes") @mode("audit") permit(principal, action == Action::"capsule.read", resource);'
  const { code, out } = await policy(folderWith({ 'own.cedar': text }), 'lint', '.')
  expect([code, out]).toEqual([0, expect.stringContaining('warning ANNOTATION_IDLE')])
})

test('the policies in force are written as a folder that lint takes as it is, and nothing is written over', async () => {
  const inForce = {
    ...{ digest: BUILT_IN_BUNDLE.digest, applied_at: null, applied_by: null, is_built_in: true, files: BUILT_IN_FILES },
    policies: BUILT_IN_BUNDLE.policies.map(({ id, json, file, line }) => ({
      ...{ id, effect: json.effect, says: null, tier: id.startsWith('const.') ? 'constitution' : 'policy' },
      ...{ mode: 'enforce', canary_percent: 0, curable: null, file, line },
    })),
  }
  await using server = await serve(() => ({ body: inForce }))
  const cwd = folderWith({ 'taken/mine.txt': '' })
  const { code, out } = await policy(cwd, 'show', '--to', 'fresh', '--url', server.url)
  expect([code, out]).toEqual([0, expect.stringMatching(/constitution\.cedar +comes with the program/)])
  expect(out).toMatch(/roles\.cedar +yours to change/)
  const lint = await policy(cwd, 'lint', 'fresh')
  expect([lint.code, lint.out]).toEqual([0, expect.stringContaining(`digest ${BUILT_IN_BUNDLE.digest}`)])
  for (const folder of ['fresh', 'taken', 'taken/mine.txt'])
    expect((await policy(cwd, 'show', '--to', folder, '--url', server.url)).code).toBe(2)
})
