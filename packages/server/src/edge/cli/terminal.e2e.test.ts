import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PROGRAM } from '../../../test/program.ts'

const ESCAPE = '\u001b['
const CLEAR_LINE = '\r\u001b[K'

/** A terminal of 80 columns around a command: everything that it writes there comes out. */
const IN_A_TERMINAL = `
import fcntl, os, pty, struct, sys, termios
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])
while True:
    try:
        some = os.read(terminal, 65536)
    except OSError:
        break
    if not some:
        break
    sys.stdout.buffer.write(some)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
`
const hasPty = spawnSync('python3', ['-c', 'import pty, fcntl, termios']).status === 0

const FOLDER = mkdtempSync(join(tmpdir(), 'cascade-tty-'))
mkdirSync(join(FOLDER, 'notes'))
for (let count = 0; count < 40; count += 1)
  writeFileSync(join(FOLDER, `notes/${count}.md`), `# Note ${count}\n\nSomething about ${count}.\n`)

type Env = Readonly<Record<string, string>>
const { PATH } = process.env
const envOf = (env: Env) => ({ PATH, HOME: FOLDER, TERM: 'xterm-256color', ...env })
const command = (argv: readonly string[]) => [process.execPath, ...PROGRAM, ...argv]

function inTerminal(argv: readonly string[], env: Env = {}): string {
  const options = { cwd: FOLDER, env: envOf(env), encoding: 'utf8' } as const
  return spawnSync('python3', ['-c', IN_A_TERMINAL, ...command(argv)], options).stdout
}

function inPipe(argv: readonly string[], env: Env = {}): string {
  const [program = '', ...rest] = command(argv)
  const { stdout, stderr } = spawnSync(program, rest, { cwd: FOLDER, env: envOf(env), encoding: 'utf8' })
  return stdout + stderr
}

const needs = hasPty ? '' : ' (needs python3 with pty)'

test.skipIf(!hasPty).for<{ name: string; env: Env; argv: string[]; coloured: boolean }>([
  { name: 'as it is', env: {}, argv: [], coloured: true },
  { name: 'with NO_COLOR', env: { NO_COLOR: '1' }, argv: [], coloured: false },
  { name: 'with --no-color', env: {}, argv: ['--no-color'], coloured: false },
  { name: 'with FORCE_COLOR=0', env: { FORCE_COLOR: '0' }, argv: [], coloured: false },
  { name: 'that is dumb', env: { TERM: 'dumb' }, argv: [], coloured: false },
])(`a terminal $name has colours: $coloured${needs}`, ({ env, argv, coloured }) => {
  const text = inTerminal(['help', 'ask', ...argv], env)
  expect(text).toContain('Examples:')
  expect(text.includes(ESCAPE)).toBe(coloured)
})

test.for<{ name: string; env: Env; coloured: boolean }>([
  { name: 'as it is', env: {}, coloured: false },
  { name: 'with FORCE_COLOR', env: { FORCE_COLOR: '1' }, coloured: true },
  { name: 'with FORCE_COLOR and NO_COLOR', env: { FORCE_COLOR: '1', NO_COLOR: '1' }, coloured: false },
])('a pipe $name has colours: $coloured', ({ env, coloured }) => {
  expect(inPipe(['help', 'ask'], env).includes(ESCAPE)).toBe(coloured)
})

test.skipIf(!hasPty)(`an import in a terminal shows a line of progress and clears it${needs}`, () => {
  const text = inTerminal(['import', 'notes', '--data', 'one'])
  expect(text).toContain(CLEAR_LINE)
  expect(text.slice(text.lastIndexOf(CLEAR_LINE))).toContain('40 capsules created')
})

test('an import in a pipe moves no cursor, also where colours are forced', () => {
  const text = inPipe(['import', 'notes', '--data', 'two'], { FORCE_COLOR: '1' })
  expect(text).toContain('40 capsules created')
  expect(text).not.toContain('\r')
})
