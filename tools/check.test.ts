import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { architecture, unseenOf } from './checks/architecture.ts'
import { runCommand } from './checks/check.ts'
import { deadCode } from './checks/dead-code.ts'
import { documents } from './checks/documents.ts'
import { format } from './checks/format.ts'
import { generatedBy } from './checks/generated.ts'
import { packages } from './checks/packages.ts'
import { printResult, runCheck } from './checks/result.ts'
import { types } from './checks/types.ts'
import { words } from './checks/words.ts'

type Tree = Readonly<Record<string, string>>

/** A folder outside the repository with these files, known to git but not committed; gone after the test. */
async function treeOf(files: Tree): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'cascade-check-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const [path, text] of Object.entries({ '.gitignore': 'node_modules/\n', ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  await runCommand('git', ['init', '--quiet'], root)
  return root
}

/** Joined at run time, so that this file does not hold the words it looks for. */
const word = (...parts: readonly string[]): string => parts.join('')

const MANIFEST = JSON.stringify({
  name: '@forge-cascade/server',
  type: 'module',
  imports: {
    '#base': './src/base/index.ts',
    '#store': './src/platform/store/index.ts',
    '#ledger': './src/platform/ledger/index.ts',
    '#mesh': './src/platform/mesh/index.ts',
    '#identity': './src/domain/identity/index.ts',
    '#governance': './src/domain/governance/index.ts',
    '#capsules': './src/domain/capsules/index.ts',
    '#immune': './src/domain/immune/index.ts',
  },
})
const empty = 'export const value = 1\n'
const from = (specifier: string): string => `export { value } from '${specifier}'\n`

/** A small server with one module in each room that the rules name, all of them allowed. */
const SERVER: Tree = {
  'packages/server/package.json': MANIFEST,
  'packages/server/src/base/index.ts': empty,
  'packages/server/src/kernel/config/index.ts': from('#base'),
  'packages/server/src/platform/store/index.ts': from('#base'),
  'packages/server/src/platform/store/hidden.ts': empty,
  'packages/server/src/platform/store/mint-grant.ts': empty,
  'packages/server/src/platform/ledger/index.ts': empty,
  'packages/server/src/platform/mesh/index.ts': empty,
  'packages/server/src/domain/identity/index.ts': empty,
  'packages/server/src/domain/governance/index.ts': from('../../platform/store/mint-grant.ts'),
  'packages/server/src/domain/capsules/index.ts': from('#governance'),
  'packages/server/src/domain/immune/index.ts': from('#base'),
  'packages/server/src/pipeline/index.ts': from('#capsules'),
  'packages/server/src/edge/http/index.ts': from('#capsules'),
  'packages/server/src/adapters/sqlite/open.ts': from('#store'),
  'packages/server/src/compose.ts': from('./adapters/sqlite/open.ts'),
  'packages/server/src/main.ts': from('./compose.ts'),
  'packages/contract/src/index.ts': empty,
}

test('a server that keeps the directions passes, and every module was seen', async () => {
  const verdict = await architecture(await treeOf(SERVER))
  expect(verdict).toEqual({ seen: '17 modules', findings: [] })
})

/** Importing file, what it imports, and the rule that this breaks. */
const BREACHES = [
  ['base/1.ts', '../kernel/config/index.ts', 'direction-base'],
  ['kernel/config/2.ts', '#store', 'direction-kernel'],
  ['platform/ledger/3.ts', '#identity', 'direction-platform'],
  ['domain/capsules/4.ts', '../../pipeline/index.ts', 'direction-domain'],
  ['pipeline/5.ts', '../edge/http/index.ts', 'direction-pipeline'],
  ['edge/http/6.ts', '../../adapters/sqlite/open.ts', 'direction-edge'],
  ['edge/http/6.ts', '../../adapters/sqlite/open.ts', 'adapters-chosen-once'],
  ['edge/http/7.ts', '../../compose.ts', 'composed-once'],
  ['adapters/sqlite/8.ts', '../../edge/http/index.ts', 'adapters-drive-nothing'],
  ['platform/ledger/9.ts', '#mesh', 'ledger-without-mesh'],
  ['platform/mesh/10.ts', '#ledger', 'mesh-without-ledger'],
  ['domain/immune/11.ts', '#store', 'immune-is-told'],
  ['domain/identity/12.ts', '#governance', 'domain-identity'],
  ['domain/governance/13.ts', '#capsules', 'domain-governance'],
  ['domain/capsules/14.ts', '#immune', 'domain-capsules'],
  ['domain/gossip/15.ts', '#base', 'domain-unknown'],
  ['domain/capsules/16.ts', '../../platform/store/mint-grant.ts', 'mint-grant'],
  ['platform/ledger/17.ts', '../store/hidden.ts', 'no-deep-import'],
  ['adapters/sqlite/18.ts', '../../platform/store/hidden.ts', 'no-deep-import-from-outside'],
  ['domain/capsules/19.ts', '../governance/index.ts', 'through-the-alias'],
  ['base/20.ts', './missing.ts', 'resolves'],
  ['base/21.ts', './index.test.ts', 'product-without-tests'],
  ['base/22.ts', './22.ts', 'no-cycle'],
  ['base/23.ts', 'loose', 'product-without-dev-packages'],
  ['domain/immune/24.ts', '#governance', 'domain-immune'],
  ['domain/overlays/25.ts', '#identity', 'domain-overlays'],
  ['domain/cognition/26.ts', '../molt/28.ts', 'domain-cognition'],
  ['domain/federation/27.ts', '../molt/28.ts', 'domain-federation'],
  ['domain/molt/28.ts', '../federation/27.ts', 'domain-molt'],
  ['domain/events/30.ts', '../molt/28.ts', 'domain-events'],
  ['../../contract/src/29.ts', 'node:fs', 'contract-imports-zod-only'],
] as const

test('every rule of the architecture finds the import that breaks it', async () => {
  const server = 'packages/server/src'
  const breaches = BREACHES.map(([path, specifier]) => [posix.join(server, path), from(specifier)] as const)
  const verdict = await architecture(
    await treeOf({
      ...SERVER,
      [`${server}/base/index.test.ts`]: empty,
      'node_modules/loose/package.json': JSON.stringify({ name: 'loose', main: 'index.js' }),
      'node_modules/loose/index.js': empty,
      ...Object.fromEntries(breaches),
    }),
  )
  const found = verdict.findings.map((finding) => finding.replace(/ → .*: ([a-z-]+) \(.*/, ' $1'))
  expect(found).toEqual(expect.arrayContaining(BREACHES.map(([path, , rule]) => `${posix.join(server, path)} ${rule}`)))
})

test('the breaches above cover every rule there is', async () => {
  const { default: rules } = await import('../.dependency-cruiser.cjs')
  const names = rules.forbidden.map(({ name }: { readonly name: string }) => name)
  expect(names.sort()).toEqual([...new Set(BREACHES.map(([, , rule]) => rule))].sort())
})

test('a module that the cruise did not see, and a tree without modules, fail instead of passing', async () => {
  expect(unseenOf(['packages/a.ts', 'packages/b.ts'], ['packages/a.ts'])).toEqual([
    'packages/b.ts was not seen by the check',
  ])
  expect((await architecture(await treeOf({}))).findings).toEqual(['there is no TypeScript module to check'])
})

test.for([
  { name: 'word of unfinished work', path: 'a.ts', text: `// ${word('TO', 'DO')}: later` },
  { name: 'word of unfinished work', path: '.ci/run', text: `# ${word('place', 'holder')}` },
  { name: 'path of one machine', path: 'docs/a.md', text: `see ${word('/ro', 'ot')}/notes` },
  { name: 'host of a registry', path: 'docs/a.md', text: word('registry.', 'npmjs', '.org') },
  { name: 'test that is skipped', path: 'a.test.ts', text: `${word('test.', 'skip')}('x', () => 1)` },
  { name: 'hole in the types', path: 'a.ts', text: `const a = b ${word('as unknown', ' as')} string` },
  { name: 'hole in the types', path: 'a.ts', text: `let a${word(': ', 'any')}` },
  { name: 'silent catch', path: 'a.ts', text: 'try { a() } catch (error) {\n}' },
  { name: 'silent catch', path: 'a.ts', text: 'try { a() } catch {\n  // nothing to do\n}' },
  { name: 'silent catch', path: 'a.ts', text: 'void a().catch(() => {})' },
  { name: 'environment read', path: 'packages/server/src/edge/a.ts', text: 'export const a = process.env.A' },
  { name: '401 lines', path: 'a.ts', text: 'a()\n'.repeat(400) },
])('the words check finds: $name in $path', async ({ name, path, text }) => {
  const verdict = await words(await treeOf({ [path]: `${text}\n` }))
  expect(verdict.findings).toEqual([expect.stringContaining(name)])
})

test('the words check leaves alone what only looks similar', async () => {
  const verdict = await words(
    await treeOf({
      'a.ts': 'a()\n'.repeat(400),
      'b.ts': 'try { a() } catch (error) {\n  log(error)\n}\nconst company = await fetch("/api/work/items")\n',
      'packages/server/src/kernel/config/environment.ts': 'export const environment = process.env\n',
      'image.bin': `\0${word('/ro', 'ot')}/x`,
    }),
  )
  expect(verdict.findings).toEqual([])
})

test('the packages check finds an address, a gap in the lock, a loose version and a package without its reason', async () => {
  const lock = {
    packages: {
      '': {},
      'node_modules/a': { resolved: 'https://example.org/a.tgz', optionalDependencies: { 'a-darwin': '1.0.0' } },
      'node_modules/b': { optionalDependencies: { 'b-linux': '1.0.0' } },
      'node_modules/b/node_modules/b-linux': {},
    },
  }
  const verdict = await packages(
    await treeOf({
      'package-lock.json': JSON.stringify(lock),
      'package.json': JSON.stringify({ devDependencies: { a: '^1.0.0', b: 'npm:b@1.0.0' } }),
      'docs/decisions/0006-dependencies.md': '| `a` | reason |\n',
    }),
  )
  expect(verdict.findings).toEqual([
    'package-lock.json: node_modules/a names a download address',
    'package-lock.json: node_modules/a wants a-darwin, which is not locked, so npm ci refuses',
    'package.json: a "^1.0.0" is not an exact version',
    'package.json: b has no line in docs/decisions/0006-dependencies.md',
  ])
})

test('the documents check finds a dead link and no page at all, and passes over code and the web', async () => {
  const page = '[a](docs/b.md#top) [c](gone.md) [w](https://example.org) `[x](y.md)`\n```\n[z](z.md)\n```\n'
  const verdict = await documents(await treeOf({ 'a.md': page, 'docs/b.md': '[up](../a.md)\n' }))
  expect(verdict.findings).toEqual(['a.md: the link to gone.md leads nowhere'])
  expect((await documents(await treeOf({}))).findings).not.toEqual([])
})

test('the generated check finds a file that is missing, one that differs, and an empty register', async () => {
  const root = await treeOf({ 'old.md': 'before\n', 'same.md': 'now\n' })
  const write = () => 'now\n'
  const paths = ['old.md', 'same.md', 'gone.md']
  const verdict = await generatedBy(
    root,
    paths.map((path) => ({ path, write })),
  )
  expect(verdict.findings.map((finding) => finding.split(' ')[0])).toEqual(['old.md', 'gone.md'])
  expect((await generatedBy(root, [])).findings).not.toEqual([])
})

test('the format check finds bad layout and a tree in which it looked at too little', async () => {
  const config = { 'biome.json': '{ "files": { "includes": ["**", "!unseen"] } }\n' }
  const bad = await format(await treeOf({ ...config, 'a.ts': 'export   const a=1' }))
  expect(bad.findings.join('\n')).toContain('a.ts')
  const nothing = await format(await treeOf({ ...config, 'unseen/a.ts': empty, 'unseen/b.ts': empty }))
  expect(nothing.findings).toEqual(['Biome looked at 1 files; the tree has 2 of TypeScript alone'])
})

test('the types check finds a wrong type and a project without files', async () => {
  const config = { 'tsconfig.json': '{ "compilerOptions": { "strict": true, "noEmit": true, "types": [] } }\n' }
  const bad = await types(await treeOf({ ...config, 'a.ts': 'export const a: string = 1\n' }))
  expect(bad.findings.join('\n')).toContain('TS2322')
  expect((await types(await treeOf(config))).findings.join('\n')).toContain('TS18003')
})

test('the dead-code check finds an unused file, an unused export and an unused package', async () => {
  const verdict = await deadCode(
    await treeOf({
      'package.json': JSON.stringify({ name: 'x', type: 'module', dependencies: { 'left-over': '1.0.0' } }),
      'knip.json': JSON.stringify({ entry: ['main.ts'], project: ['**/*.ts'] }),
      'main.ts': "import { used } from './part.ts'\nconsole.log(used)\n",
      'part.ts': 'export const used = 1\nexport const unused = 2\n',
      'orphan.ts': 'export const orphan = 1\n',
    }),
  )
  const found = verdict.findings.join('\n')
  expect(found).toContain('orphan.ts')
  expect(found).toContain('unused')
  expect(found).toContain('left-over')
})

test('a check that breaks is a failed check, and the table ends with the verdict', async () => {
  const broken = await runCheck('broken', () => Promise.reject(new Error('no such tool')), '.')
  const fine = await runCheck('fine', async () => ({ seen: '3 files', findings: [] }), '.')
  expect(broken.findings).toEqual(['the check itself broke: Error: no such tool'])
  expect(printResult([broken, fine]).split('\n').at(-1)).toBe('1 of 2 checks failed.')
  expect(printResult([fine]).split('\n').at(-1)).toBe('All 1 checks passed.')
})
