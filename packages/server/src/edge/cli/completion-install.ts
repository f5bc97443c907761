import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CascadeError, isErrno, makeFolder } from '#base'
import type { Environment } from '#config'
import type { Shell } from './completion.ts'
import { quoteForShell } from './shell-word.ts'
import { unwritable } from './unwritable.ts'

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
  const word = quoteForShell(script)
  return { script, startup: { file, line: `[ -r ${word} ] && . ${word} ${MARK}` } }
}

/**
 * Writes the script, and once the line that loads it; running it again brings the script up to date. Of a startup file
 * nothing is ever changed or taken away: the line is added at its end.
 *
 * @throws CascadeError CONFLICT where the startup file loads another script; UNPROCESSABLE and STORAGE_FULL where a file
 * cannot be written.
 */
export function installCompletion(
  shell: Shell,
  script: readonly string[],
  { home, env }: { readonly home: string; readonly env: Environment },
): Installed {
  const place = PLACES[shell](home, env)
  const tail = place.startup === undefined ? undefined : missingTail(place.startup)
  const wrote = writeWhereOther(place.script, `${script.join('\n')}\n`)
  if (place.startup !== undefined && tail !== undefined) append(place.startup.file, tail)
  return {
    scriptFile: place.script,
    startupFile: place.startup?.file ?? null,
    changed: wrote || tail !== undefined,
  }
}

/** What the startup file lacks at its end; undefined when it has the line. */
function missingTail({ file, line }: NonNullable<Place['startup']>): string | undefined {
  const before = readBytes(file)
  // Bytes, as the file may be in any encoding; the line of ours is compared as those of UTF-8.
  if (before.includes(line)) return undefined
  if (before.includes(MARK))
    throw new CascadeError(
      'CONFLICT',
      `${file} loads the completion from another place already, in the line that ends in "${MARK}".`,
    )
  const isBroken = before.length > 0 && before.at(-1) !== '\n'.charCodeAt(0)
  return `${isBroken ? '\n' : ''}${line}\n`
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return Buffer.alloc(0)
    throw unwritable(path, error)
  }
}

function append(path: string, text: string): void {
  try {
    appendFileSync(path, text)
  } catch (error) {
    throw unwritable(path, error)
  }
}

/** Whole or not at all: every new shell reads it. */
function writeWhereOther(path: string, text: string): boolean {
  if (existsSync(path) && readBytes(path).equals(Buffer.from(text))) return false
  try {
    makeFolder(dirname(path))
    writeFileSync(`${path}.new`, text)
    renameSync(`${path}.new`, path)
    return true
  } catch (error) {
    throw unwritable(path, error)
  }
}
