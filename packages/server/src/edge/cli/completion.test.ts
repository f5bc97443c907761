import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { COMMANDS } from './commands/index.ts'
import { run } from './testing.ts'

const { out: BASH } = await run(['completion', 'bash'])

/** What bash offers for the last of these words. */
function complete(...words: string[]): string[] {
  const line = ['cascade', ...words].map((word) => `'${word}'`).join(' ')
  const script = `${BASH}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length}; _cascade; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, status, stderr } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout.split('\n').filter((word) => word !== '')
}

test('bash completes commands, their options, and the values of those', () => {
  expect(complete('se')).toEqual(['search'])
  expect(complete('')).toEqual(expect.arrayContaining(['start', 'import', 'config', '--data']))
  expect(complete('config', '')).toEqual(expect.arrayContaining(['show', 'check']))
  expect(complete('config', 'show', '--j')).toEqual(['--json'])
  expect(complete('search', '--mode', '')).toEqual(['hybrid', 'lexical', 'vector'])
  expect(complete('search', 'start', '--min')).toEqual(['--min-trust'])
  expect(complete('--data', 'x', 'completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']))
})

test('an unknown word offers nothing that is not there', () => {
  expect(complete('zzz')).toEqual([])
})

/** Commands, and the words under which several of them stand. */
const NAMES = new Set(COMMANDS.flatMap(({ name }) => [name, name.split(' ')[0] ?? name]))

/** The command lines that each script offers help for, as it spells them. */
const KNOWN: Readonly<Record<string, (script: string) => readonly string[]>> = {
  bash: (script) => [...script.matchAll(/^ +"([^"]+)"\) at=/gm)].map(([, path = '']) => path),
  zsh: (script) => [...script.matchAll(/^ +"([^"]+)"\) at=/gm)].map(([, path = '']) => path),
  fish: (script) => [
    ...new Set([
      ...[...script.matchAll(/-n 'not __fish_seen_subcommand_from [^']*' -a (\S+) /g)].map(([, word = '']) => word),
      ...[...script.matchAll(/-n '__fish_seen_subcommand_from (\w+)' -a ([\w-]+) -d/g)]
        .map(([, group, word]) => `${group} ${word}`)
        .filter((path) => COMMANDS.some(({ name }) => name === path)),
    ]),
  ],
}

test.for(['bash', 'zsh', 'fish'])('%s is told how to install it, and knows every command', async (shell) => {
  const { code, out, err } = await run(['completion', shell])
  expect(code).toBe(0)
  expect(err).toMatch(/^To install it: .*completion/)
  expect(KNOWN[shell]?.(out).toSorted()).toEqual([...NAMES].toSorted())
})

const shells = Object.fromEntries(
  ['zsh', 'fish'].map((name) => [name, spawnSync(name, ['--version']).error === undefined]),
)
const newHome = () => mkdtempSync(join(tmpdir(), 'cascade-home-'))

test('one line installs it for bash, twice is as good as once, and a new shell has it', async () => {
  const home = newHome()
  writeFileSync(join(home, '.bashrc'), 'alias ll=ls')
  const install = () => run(['completion', '--install'], { env: { HOME: home, SHELL: '/usr/bin/bash' } })
  const first = await install()
  expect(first).toMatchObject({ code: 0, err: '' })
  expect(first.out).toContain('Completion for bash is installed')
  const startup = readFileSync(join(home, '.bashrc'), 'utf8')
  expect(startup).toMatch(/^alias ll=ls\n\[ -r (\S+) \] && \. \1 # completion of cascade\n$/)
  expect((await install()).out).toContain('Completion for bash is in place')
  expect(readFileSync(join(home, '.bashrc'), 'utf8')).toBe(startup)
  const asked = `COMP_WORDS=(cascade doc); COMP_CWORD=1; _cascade; echo "\${COMPREPLY[@]}"; complete -p cascade`
  const { stdout } = spawnSync('bash', ['-i', '-c', asked], {
    encoding: 'utf8',
    env: { HOME: home, PATH: process.env.PATH },
  })
  expect(stdout).toBe('doctor\ncomplete -o default -F _cascade cascade\n')
})

test('a startup file keeps every byte it has, whatever its encoding', async () => {
  const home = newHome()
  const bytes = Buffer.from([0x23, 0x20, 0xe4, 0xf6, 0xff, 0x00, 0x0d, 0x0a, 0x78])
  writeFileSync(join(home, '.bashrc'), bytes)
  expect((await run(['completion', 'bash', '--install'], { env: { HOME: home } })).code).toBe(0)
  const after = readFileSync(join(home, '.bashrc'))
  expect(after.subarray(0, bytes.length)).toEqual(bytes)
  expect(after.subarray(bytes.length).toString()).toMatch(/^\n\[ -r .* # completion of cascade\n$/)
})

test('another place for the script gives no second line, and the startup file stays', async () => {
  const home = newHome()
  await run(['completion', 'bash', '--install'], { env: { HOME: home } })
  const before = readFileSync(join(home, '.bashrc'))
  const moved = { HOME: home, XDG_DATA_HOME: join(home, 'elsewhere') }
  const { code, err } = await run(['completion', 'bash', '--install'], { env: moved })
  expect(code).toBe(5)
  expect(err).toMatch(/fix: Remove that line/)
  expect(readFileSync(join(home, '.bashrc'))).toEqual(before)
  expect(existsSync(moved.XDG_DATA_HOME)).toBe(false)
})

test('a home that cannot be written is told as that', async () => {
  const home = newHome()
  writeFileSync(join(home, '.local'), 'in the way')
  const { code, err } = await run(['completion', 'bash', '--install'], { env: { HOME: home } })
  expect(code).toBe(2)
  expect(err).toMatch(/\.local\/share\/cascade\/completion\.bash cannot be written: .*\(UNPROCESSABLE\)/)
})

test('a folder with a blank and a quote in its name is quoted for the shell', async () => {
  const data = join(newHome(), "it's here")
  const home = newHome()
  await run(['completion', 'bash', '--install'], { env: { HOME: home, XDG_DATA_HOME: data } })
  expect(existsSync(join(data, 'cascade/completion.bash'))).toBe(true)
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', `. ${home}/.bashrc; type -t _cascade`], {
    encoding: 'utf8',
  })
  expect({ stdout, stderr }).toEqual({ stdout: 'function\n', stderr: '' })
})

test.for([
  { shell: 'zsh', script: '.local/share/cascade/completion.zsh', startup: '.zshrc' },
  { shell: 'fish', script: '.config/fish/completions/cascade.fish', startup: undefined },
])('$shell has its places', async ({ shell, script, startup }) => {
  const home = newHome()
  const { out } = await run(['completion', shell, '--install', '--json'], { env: { HOME: home } })
  expect(JSON.parse(out)).toEqual({
    shell,
    script_file: join(home, script),
    startup_file: startup === undefined ? null : join(home, startup),
    changed: true,
  })
  expect(existsSync(join(home, script))).toBe(true)
})

test.for([
  { env: { HOME: '/nowhere', SHELL: '/bin/tcsh' }, says: 'SHELL names none of them' },
  { env: { SHELL: '/bin/bash' }, says: 'HOME is not set' },
])('there is no place with $env', async ({ env, says }) => {
  const { code, err } = await run(['completion', '--install'], { env })
  expect(code).toBe(2)
  expect(err).toContain(says)
})

test.skipIf(!shells.zsh)('zsh reads its script (needs zsh)', async () => {
  const { out } = await run(['completion', 'zsh'])
  expect(spawnSync('zsh', ['-n'], { input: out, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' })
})

test.skipIf(!shells.fish)('fish completes from its script (needs fish)', async () => {
  const shell = 'fish'
  const { out } = await run(['completion', shell])
  // By a file: the script is longer than an argument may be.
  const file = join(mkdtempSync(join(tmpdir(), 'cascade-fish-')), 'cascade.fish')
  writeFileSync(file, out)
  const asked = spawnSync(shell, ['--no-config', '-c', `source ${file}; complete -C 'cascade doc'`], {
    encoding: 'utf8',
  })
  expect(asked.stdout).toMatch(/^doctor\t/)
})
