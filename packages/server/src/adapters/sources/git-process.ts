import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { CascadeError, isErrno } from '#base'
import { environment } from '#config'

/** Where Git looks for what. */
export interface GitPlace {
  /** Folder with HEAD and configuration. */
  readonly gitDir?: string
  readonly objectDir?: string
  /** Folder to begin in. */
  readonly workDir?: string
  /** No repository is looked for in this folder or above. */
  readonly ceiling?: string
}

/** Errors of Git are kept up to this length. */
const STDERR_CHARACTERS_MAX = 4000

/**
 * Starts Git with nothing of the surroundings: no configuration of machine or person, no prompt, no optional lock, no
 * other protocol than none. Never through a shell; a path is never an option, it stands behind `--`.
 */
export function startGit(args: readonly string[], place: GitPlace, signal: AbortSignal): GitProcess {
  return new GitProcess(args, place, signal)
}

const FIXED_ENV = {
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_PAGER: 'cat',
} as const

/** Said on the command line, which no configuration of the repository overrides. */
const FIXED_ARGS = [
  '--no-pager',
  ...['-c', 'core.fsmonitor=false'],
  ...['-c', 'core.hooksPath=/dev/null'],
  ...['-c', 'core.quotePath=false'],
  ...['-c', 'log.showSignature=false'],
  ...['-c', 'log.showRoot=true'],
  ...['-c', 'protocol.allow=never'],
]

export class GitProcess implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #exit: Promise<number | null>
  #stderr = ''
  #problem: Error | undefined

  constructor(args: readonly string[], { gitDir, objectDir, workDir, ceiling }: GitPlace, signal: AbortSignal) {
    const env = {
      // Where programs are is no setting of ours: it is the one thing taken from the surroundings.
      PATH: environment().PATH ?? '/usr/bin:/bin',
      ...FIXED_ENV,
      ...(gitDir === undefined ? {} : { GIT_DIR: gitDir }),
      ...(objectDir === undefined ? {} : { GIT_OBJECT_DIRECTORY: objectDir }),
      ...(ceiling === undefined ? {} : { GIT_CEILING_DIRECTORIES: ceiling }),
    }
    const stdio: ['pipe', 'pipe', 'pipe'] = ['pipe', 'pipe', 'pipe']
    this.#child = spawn('git', [...FIXED_ARGS, ...args], { env, cwd: workDir ?? gitDir ?? '/', stdio, signal })
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (this.#stderr.length < STDERR_CHARACTERS_MAX) this.#stderr += text
    })
    this.#child.on('error', (error) => {
      this.#problem = error
    })
    // A process that ended early tells so by its exit code.
    this.#child.stdin.on('error', () => undefined)
    this.#exit = new Promise((resolve) => this.#child.on('close', resolve))
  }

  get stdout(): Readable {
    return this.#child.stdout
  }

  /** Waits where Git does not keep up. */
  async write(text: string): Promise<void> {
    if (!this.#child.stdin.write(text) && this.#child.stdin.writable) await once(this.#child.stdin, 'drain')
  }

  /** @throws CascadeError SOURCE_UNREADABLE with what Git says when it did not end well. */
  async end(): Promise<void> {
    this.#child.stdin.end()
    const code = await this.#exit
    if (code !== 0 || this.#problem) throw this.problem(`ended with code ${code}`)
  }

  problem(what: string): CascadeError {
    if (isErrno(this.#problem, 'ENOENT')) {
      return new CascadeError(
        'SOURCE_UNREADABLE',
        'To read a repository the program git is needed, version 2.31 or newer; install it and make sure it is on the PATH.',
      )
    }
    const said = this.#problem?.message ?? this.#stderr.trim()
    return new CascadeError('SOURCE_UNREADABLE', `git ${what}${said ? `: ${said}` : ''}`, { cause: this.#problem })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exit
  }
}

const OUTPUT_BYTES_MAX = 64 * 1024

/** What a short command prints. @throws CascadeError SOURCE_UNREADABLE. */
export async function askGit(args: readonly string[], place: GitPlace, signal: AbortSignal): Promise<string> {
  await using git = startGit(args, place, signal)
  let text = ''
  for await (const chunk of git.stdout.setEncoding('utf8')) {
    text += chunk
    if (text.length > OUTPUT_BYTES_MAX) throw git.problem('said more than was asked')
  }
  await git.end()
  return text
}

/** Output separated by NUL, token by token. Bytes that are no UTF-8 come as U+FFFD. */
export async function* tokensOf(output: Readable): AsyncGenerator<string, void, undefined> {
  let rest = ''
  for await (const chunk of output.setEncoding('utf8')) {
    const parts: string[] = (rest + chunk).split('\0')
    rest = parts.pop() ?? ''
    yield* parts
  }
  if (rest !== '') yield rest
}
