import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeFolder } from '#base'
import type { Environment } from '#config'
import type { Shell } from './completion.ts'

interface Place {
  /** Where the script goes. */
  readonly script: string
  /** The file that the shell reads when it starts, and the line in it that loads the script; undefined where none is needed. */
  readonly startup?: { readonly file: string; readonly line: string }
}

export interface Installed {
  readonly scriptFile: string
  readonly startupFile: string | null
  /** False when everything was in place already. */
  readonly changed: boolean
}

/** Marks the line, so that a second time finds it. */
const MARK = '# completion of cascade'

/** Where each shell looks, below the person's home. The script is a file, because making it anew would slow every start of a shell. */
const PLACES: Readonly<Record<Shell, (home: string, env: Environment) => Place>> = {
  bash: (home, env) => sourced(join(dataHome(home, env), 'cascade/completion.bash'), join(home, '.bashrc')),
  zsh: (home, env) => sourced(join(dataHome(home, env), 'cascade/completion.zsh'), join(env.ZDOTDIR || home, '.zshrc')),
  fish: (home, env) => ({
    script: join(env.XDG_CONFIG_HOME || join(home, '.config'), 'fish/completions/cascade.fish'),
  }),
}

const dataHome = (home: string, env: Environment): string => env.XDG_DATA_HOME || join(home, '.local/share')

const sourced = (script: string, file: string): Place => {
  const quoted = `'${script.replaceAll("'", String.raw`'\''`)}'`
  return { script, startup: { file, line: `[ -r ${quoted} ] && . ${quoted} ${MARK}` } }
}

/** Writes the script, and once the line that loads it; running it again brings the script up to date. */
export function installCompletion(
  shell: Shell,
  script: readonly string[],
  { home, env }: { readonly home: string; readonly env: Environment },
): Installed {
  const place = PLACES[shell](home, env)
  const wrote = writeWhereOther(place.script, `${script.join('\n')}\n`)
  const added = place.startup === undefined ? false : addLine(place.startup.file, place.startup.line)
  return { scriptFile: place.script, startupFile: place.startup?.file ?? null, changed: wrote || added }
}

function writeWhereOther(path: string, text: string): boolean {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return false
  makeFolder(dirname(path))
  writeFileSync(path, text)
  return true
}

function addLine(path: string, line: string): boolean {
  const before = existsSync(path) ? readFileSync(path, 'utf8') : ''
  if (before.split('\n').includes(line)) return false
  const gap = before === '' || before.endsWith('\n') ? '' : '\n'
  writeFileSync(path, `${before}${gap}${line}\n`)
  return true
}
