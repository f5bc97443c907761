import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { flattenTree, readTree } from './command-tree.ts'
import { COMMANDS } from './commands/index.ts'
import { loadCommands } from './load-commands.ts'
import { createProgram } from './program.ts'
import { createPainter } from './render/view.ts'
import { run } from './testing.ts'

/** The tree, with commands that do nothing but say their name. */
function createTree(ran: string[]) {
  return createProgram({
    commandName: 'cascade',
    version: '0.1.0',
    commands: COMMANDS,
    width: 80,
    paint: createPainter(false),
    write: () => undefined,
    run: async ({ name }) => void ran.push(name),
  })
}

/** The words of an example as a shell hands them on, up to a pipe or a redirection. */
const wordsOf = (line: string): string[] =>
  (line.split(/ [|<>] /)[0] ?? '').match(/"[^"]*"|'[^']*'|\S+/g)?.map((word) => word.replace(/^["']|["']$/g, '')) ?? []

const EXAMPLES = COMMANDS.flatMap(({ name, examples }) => examples.map(({ line }) => ({ name, line })))

test.for(EXAMPLES)('the example `$line` is understood', async ({ name, line }) => {
  const ran: string[] = []
  await createTree(ran).parseAsync(wordsOf(line), { from: 'user' })
  expect(ran).toEqual([name])
})

test('every command, argument and option says what it is', () => {
  for (const node of flattenTree(readTree(createTree([])))) {
    const all = [node, ...node.arguments, ...node.options]
    for (const each of all) expect(each.description, JSON.stringify(each)).toMatch(/^\S.*\S$/s)
  }
})

test('no command has an option of the same name as a global one', () => {
  const tree = readTree(createTree([]))
  const globals = tree.options.map(({ long }) => long).filter((long) => long !== '--help')
  for (const node of flattenTree(tree).slice(1))
    for (const { long } of node.options) expect(globals, node.words.join(' ')).not.toContain(long)
})

test.for(COMMANDS.map(({ name }) => name))('`help %s` and --help show the same, with examples', async (name) => {
  const help = await run(['help', ...name.split(' ')])
  expect(help).toEqual(await run([...name.split(' '), '--help']))
  expect(help).toMatchObject({ code: 0, err: '' })
  expect(help.out).toContain('Examples:')
  expect(help.out).toContain('Global Options:')
  for (const line of help.out.split('\n'))
    if (!line.startsWith('  ./cascade')) expect(line.length).toBeLessThanOrEqual(80)
})

test.for([40, 60, 80, 120])('help at %i columns breaks lines between words alone', async (width) => {
  for (const { name } of COMMANDS) {
    const { out } = await run(['help', ...name.split(' ')], { columns: width })
    for (const line of out.split('\n'))
      if (!/^ {2}\.\/cascade|^Usage/.test(line)) expect(line.length, line).toBeLessThanOrEqual(width)
  }
})

test.for([[], ['--help'], ['config'], ['--version'], ['help'], ['help', 'exit-codes']])(
  '%j is answered on standard output',
  async (argv) => {
    const { code, out, err } = await run(argv)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/\S\n$/)
  },
)

test.for([
  { argv: ['serch', 'x'], hint: 'Did you mean search?' },
  { argv: ['ask', 'x', '--jsno'], hint: 'Did you mean --json?' },
  { argv: ['config', 'shwo'], hint: 'Did you mean show?' },
  { argv: ['help', 'imprt'], hint: 'Did you mean import?' },
  { argv: ['import', 'x', '--lable', 'y'], hint: 'Did you mean --label?' },
  { argv: ['lineage', 'x', '--dept', '2'], hint: 'Did you mean --depth?' },
])('$argv is refused with a suggestion', async ({ argv, hint }) => {
  const { code, out, err } = await run(argv)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toMatch(/^cascade: .* \(VALIDATION_FAILED\)\n {2}fix: /)
  expect(err).toContain(hint)
})

test.for([
  {
    name: 'a variable',
    env: { CASCADE_MEMORY_MIN_TRSUT: '60' },
    file: '',
    hint: 'Did you mean CASCADE_MEMORY_MIN_TRUST?',
  },
  { name: 'a key of the file', env: {}, file: 'memory:\n  min_trsut: 60\n', hint: 'Did you mean memory.min_trust?' },
  { name: 'a branch of the file', env: {}, file: 'serverr:\n  port: 9000\n', hint: 'Did you mean server?' },
])('$name of the configuration that does not exist is refused with a suggestion', async ({ env, file, hint }) => {
  const path = join(mkdtempSync(join(tmpdir(), 'cascade-config-')), 'c.yml')
  writeFileSync(path, file)
  const { code, out, err } = await run(['config', 'check', '--config', path], { env })
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err.replaceAll(/\s+/g, ' ')).toContain(hint)
})

test.for([
  { argv: ['ask'], says: "missing required argument 'question'" },
  { argv: ['ask', '   '], says: '<question> must not be blank' },
  { argv: ['ask', 'x', '--min-trust', '101'], says: '--min-trust:' },
  { argv: ['ask', 'x', '--min-trust', 'high'], says: '--min-trust: expected a number, got the text "high"' },
  { argv: ['ask', 'x', '--quotes', 'abc'], says: '--quotes: expected a number, got the text "abc"' },
  { argv: ['search', 'x', '--limit', 'abc'], says: '--limit: expected a number, got the text "abc"' },
  { argv: ['ask', 'x', '--quotes', '0'], says: '--quotes:' },
  { argv: ['search', 'x', '--type', 'decison'], says: 'Allowed choices are knowledge, code, decision' },
  { argv: ['search', 'x', '--as-of', 'yesterday'], says: '--as-of takes a day, such as 2026-03-01' },
  { argv: ['show', '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10', '--as-of', 'yesterday'], says: '--as-of takes a day' },
  { argv: ['show', '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10', '--known-at', '2026-02-30'], says: '--known-at takes' },
  { argv: ['search', 'x', '--limit', '101'], says: '--limit:' },
  { argv: ['remember', 'x', '--reason', 'why'], says: '--reason says why it derives from a --parent' },
  { argv: ['remember', '\ud800'], says: 'lone surrogate' },
  { argv: ['remember', 'x', '--tag', 'two\nlines'], says: '--tag: must be one line' },
  { argv: ['show', 'abc'], says: '"abc" is no capsule id' },
  { argv: ['show', '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10@1'], says: '"1" is no version' },
  { argv: ['show', '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10', '--at', '9-3'], says: '--at takes START-END' },
  { argv: ['history', '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10', '--diff', '1.0.0'], says: '--diff takes FROM..TO' },
  { argv: ['history', '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10', '--diff', '..', '--blame'], says: 'Either' },
  { argv: ['lineage', '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10', '--depth', '-1'], says: '--depth' },
  {
    argv: ['show', '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10', '--at', '0-4', '--as-of', '2001-01-01'],
    says: 'leave --as-of out',
  },
  { argv: ['help', 'exit-codes', 'foo'], says: 'exit-codes stands alone' },
  { argv: ['restore', 'x', '--json'], says: 'With --json nobody is asked' },
  { argv: ['import', '--show', 'abc'], says: '--show: must be a lower-case UUID' },
  { argv: ['import'], says: 'Name one thing to do' },
  { argv: ['import', 'x', '--list'], says: 'Name one thing to do' },
  { argv: ['import', 'x', '--trust', '60.5'], says: '--trust:' },
  { argv: ['import', 'x', '--url', 'http://127.0.0.1:1'], says: 'With --url the path is one of the machine' },
  { argv: ['search', 'x', '--url', 'ftp://x'], says: '--url needs an http or https address' },
  { argv: ['search', 'x', '--url', 'http://a:b@127.0.0.1:1'], says: '--url takes no name and no password' },
  { argv: ['completion', 'tcsh'], says: 'Allowed choices are bash, zsh, fish' },
])('$argv is refused before anything is opened or sent', async ({ argv, says }) => {
  const { code, out, err } = await run(argv)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  const told = argv.includes('--json') ? JSON.parse(err).detail : err
  expect(told.toLowerCase()).toContain(says.toLowerCase())
})

test('a start loads its own command alone, and every other line all of them', async () => {
  expect((await loadCommands(['start', '--port', '0'])).map(({ name }) => name)).toEqual(['start'])
  for (const argv of [['help', 'start'], ['--json', 'start'], ['search', 'start'], []])
    expect(await loadCommands(argv)).toBe(COMMANDS)
})
