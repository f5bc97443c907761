import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ACTIONS, ERRORS, RECORD_CATEGORIES, ROUTES } from '@forge-cascade/contract'
import { expect, onTestFinished, test } from 'vitest'
import type { CommandSpec } from '../packages/server/src/edge/cli/command-spec.ts'
import { COMMANDS } from '../packages/server/src/edge/cli/commands/index.ts'
import { EXIT } from '../packages/server/src/edge/cli/exit-code.ts'
import { GLOBAL_OPTIONS } from '../packages/server/src/edge/cli/global-settings.ts'
import { configReference, OTHER_VARIABLES } from '../packages/server/src/kernel/config/index.ts'
import { listFiles, readText, runCommand } from './checks/check.ts'
import { documents } from './checks/documents.ts'
import { type CommandClaim, commandClaims, inlineClaims, shellWords, textClaims } from './doc-claims.ts'

const root = join(import.meta.dirname, '..')

/** Pages that tell of the product; decisions and the architecture also speak of what is to come. */
const PAGES = /^(?:README|SECURITY|CONTRIBUTING)\.md$|^docs\/(?:README\.md|concepts\/|explanation\/|guides\/)/

const pages = (await listFiles(root))
  .filter((path) => path.endsWith('.md') && PAGES.test(path))
  .map((page) => ({ page, text: readText(root, page) }))

const collect = <T>(claims: (page: string, text: string) => readonly T[]): readonly T[] =>
  pages.flatMap(({ page, text }) => claims(page, text))

/** What a command line names that the program does not have; nothing when all is there. */
function faultsOf({ page, line, text, words }: CommandClaim): readonly string[] {
  const command = words[0] === undefined ? undefined : commandOf(words)
  if (words[0]?.startsWith('-')) return []
  if (command === undefined) return [`${page}:${line}: there is no such command: ${text}`]
  const known = new Set(
    [...(command.options ?? []), ...GLOBAL_OPTIONS].flatMap(({ flags }) => flags.match(/--[\w-]+/g) ?? []),
  )
  known.add('--help')
  return words
    .filter((word) => word.startsWith('--') && word !== '--')
    .map((word) => word.replace(/=.*$/, ''))
    .filter((option) => !known.has(option))
    .map((option) => `${page}:${line}: ${command.name} has no option ${option}`)
}

const commandOf = (words: readonly string[]): CommandSpec | undefined =>
  COMMANDS.find(({ name }) => name === words.slice(0, 2).join(' ')) ?? COMMANDS.find(({ name }) => name === words[0])

test('every command and option that a page shows exists', () => {
  const claims = collect(commandClaims)
  expect(claims.length).toBeGreaterThan(20)
  expect(claims.flatMap(faultsOf)).toEqual([])
})

test('every command is shown on some page', () => {
  const shown = new Set(collect(commandClaims).map(({ words }) => commandOf(words)?.name))
  expect(COMMANDS.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([])
})

test('every configuration key in backticks exists', () => {
  const keys = configReference().map(({ key }) => key)
  const branches = [...new Set(keys.map((key) => key.split('.')[0]))].join('|')
  const form = new RegExp(`^(?:${branches})\\.[A-Za-z_.]+$`)
  const claims = collect((page, text) => inlineClaims(page, text, form))
  expect(claims.length).toBeGreaterThan(10)
  // `import.run` is an action, `ledger.begun` a record, `data.md` would be a page.
  const isOther = (text: string) =>
    text in ACTIONS || text in RECORD_CATEGORIES || /\.(?:md|ts|yml|json|db|key|cedar|cedarschema)$/.test(text)
  expect(claims.filter(({ text }) => !keys.includes(text) && !isOther(text))).toEqual([])
})

test('every environment variable of a page exists', () => {
  const rows = configReference()
  const known = new Set([
    ...rows.flatMap(({ env, secret }) => [...env, ...(secret ? env.map((name) => `${name}_FILE`) : [])]),
    ...Object.keys(OTHER_VARIABLES),
  ])
  const claims = collect((page, text) => textClaims(page, text, /\bCASCADE_[A-Z_]*[A-Z]\b/g))
  expect(claims.length).toBeGreaterThan(5)
  expect(claims.filter(({ text }) => !known.has(text))).toEqual([])
})

test('every route of a page exists', () => {
  const routes = ROUTES.map(({ method, path }) => ({
    method,
    form: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/?]+')}$`),
  }))
  const claims = collect((page, text) => textClaims(page, text, /\b((?:GET|POST|PUT|DELETE) \/v2[^\s`"'?|]*)/g))
  const isKnown = (text: string) => {
    const [method, path = ''] = text.split(' ')
    return routes.some((route) => route.method === method && route.form.test(path))
  }
  expect(claims.length).toBeGreaterThan(20)
  expect(claims.filter(({ text }) => !isKnown(text))).toEqual([])
})

test('every error code of a page is in the catalogue', () => {
  // Words in capitals with an underscore that are no error: kinds of link and variables of others.
  const others = new Set(['SIMILAR_TO', 'PART_OF', 'RELATED_TO', 'DERIVED_FROM', 'NO_COLOR', 'FORCE_COLOR'])
  const form = /^(?!CASCADE_)[A-Z]+(?:_[A-Z]+)+$/
  const claims = collect((page, text) => inlineClaims(page, text, form)).filter(({ text }) => !others.has(text))
  expect(claims.length).toBeGreaterThan(10)
  expect(claims.filter(({ text }) => !(text in ERRORS))).toEqual([])
})

test('the page about errors says of each exit code what the program says', () => {
  const page = readText(root, 'docs/concepts/error.md')
  const told = [...page.matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(([, code, meaning]) => ({
    code: Number(code),
    meaning,
  }))
  const inTable = (meaning: string) => meaning.replace(/^[A-Z]/, (letter) => letter.toLowerCase()).replace(/\.$/, '')
  expect(told).toEqual(Object.values(EXIT).map(({ code, meaning }) => ({ code, meaning: inTable(meaning) })))
})

test('every npm script of a page exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const claims = collect((page, text) => textClaims(page, text, /\bnpm run ([\w-]+(?::[\w-]+)*)/g))
  expect(claims.filter(({ text }) => !(text in scripts))).toEqual([])
})

/** Numbers of the README, and the rows of the page of benchmarks that they are taken from. */
const MEASURED = [
  { claim: /recall@10 of vector search is ([\d.]+)/, row: /^vector, recall@10, filter / },
  { claim: /still ([\d,]+) creates\/s over HTTP with 64 clients/, row: /^durable creates, 64 clients$/ },
  { claim: /([\d,]+) notes\/s imported/, row: /^2000 notes, two sections each$/ },
]

test('every number of the README that is called measured is that of its row on the page of benchmarks', () => {
  const [readme, page] = [readText(root, 'README.md'), readText(root, 'docs/reference/benchmarks.md')]
  expect(readme.match(/\[measured\]/g)).toHaveLength(MEASURED.length)
  const rows = page.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  for (const { claim, row } of MEASURED) {
    const said = claim.exec(readme)?.[1]
    const measured = rows.flatMap(([, name = '', value = '']) => (row.test(name) ? [value.split(' ')[0]] : []))
    expect([claim, ...new Set(measured)]).toEqual([claim, said])
  }
  const missed = /(\d+) targets that were missed/.exec(readme)?.[1]
  expect(page).toContain(`, ${missed} missed`)
})

test('the README says what it has to say before it sends its reader to the pages', () => {
  const visible = readText(root, 'README.md').replace(/<!--[\s\S]*?-->\n/g, '')
  expect(visible.split('\n').indexOf('## Docs')).toBeLessThanOrEqual(60)
})

test('every concept page begins with a sentence that says what its noun is', () => {
  const concepts = pages.filter(({ page }) => page.startsWith('docs/concepts/'))
  expect(concepts.length).toBeGreaterThan(20)
  const faults = concepts.filter(({ text }) => !/^# .+\n\n(?:(?:An?|The) )?[\w ]+ (?:is|has|means) /.test(text))
  expect(faults.map(({ page }) => page)).toEqual([])
})

test('the documents check finds a page that the index leaves out, and an index that is missing', async () => {
  const tree = mkdtempSync(join(tmpdir(), 'cascade-docs-'))
  onTestFinished(() => rmSync(tree, { recursive: true, force: true }))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true })
    writeFileSync(join(tree, path), text)
  }
  await runCommand('git', ['init', '--quiet'], tree)
  write('docs/concepts/a.md', '# A\n')
  write('docs/guides/b.md', '# B\n')
  expect((await documents(tree)).findings).toHaveLength(2)
  write('docs/README.md', '[a](concepts/a.md#a)\n')
  expect((await documents(tree)).findings).toEqual(['docs/README.md: docs/guides/b.md is not listed'])
})

test.for([
  { text: ' ask "what is it?" --json | jq .answer', words: ['ask', 'what is it?', '--json'] },
  { text: " import ~/notes --include '*.md' # reads", words: ['import', '~/notes', '--include', '*.md'] },
  { text: '', words: [] },
])('a shell reads$text as its words', ({ text, words }) => {
  expect(shellWords(text)).toEqual(words)
})

test('commands are found after prompts and variables, over lines that go on, and in the running text', () => {
  const page = [
    'Use `cascade doctor --full`, not `cascading`.',
    '```sh',
    'CASCADE_PORT=1 ./cascade start \\',
    '  --host ::1',
    '# cascade no',
    '```',
    '```console',
    '$ cascade show 1',
    'cascade output',
    '```',
  ].join('\n')
  expect(commandClaims('p.md', page).map(({ line, words }) => [line, ...words])).toEqual([
    [3, 'start', '--host', '::1'],
    [8, 'show', '1'],
    [1, 'doctor', '--full'],
  ])
})
