import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

/** Longest that a command of a page may take; one that waits for input that nobody types ends here. */
const COMMAND_MS_MAX = 40_000
/** Longest until a server has printed what its page shows. */
const READY_MS_MAX = 40_000
/** Longest that a server may take to finish after Ctrl-C. */
const STOP_MS_MAX = 15_000

export interface Ended {
  /** Of the first command that failed in any line, else 0. */
  readonly code: number
  /** Standard output and standard error, as a terminal shows them. */
  readonly printed: string
}

/** One terminal: variables and the folder last from command to command, as they do for a reader. */
export class Shell implements AsyncDisposable {
  readonly #bash: ChildProcess
  readonly #status: Readable
  readonly #folder: string
  #count = 0

  /** @param folder for the files between this and the shell. */
  constructor(folder: string, options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> }) {
    this.#folder = folder
    this.#bash = spawn('bash', ['--noprofile', '--norc'], {
      ...options,
      detached: true,
      stdio: ['pipe', 'inherit', 'inherit', 'pipe'],
    })
    // The fourth stream was asked for as a pipe, which is a readable stream on this side.
    this.#status = this.#bash.stdio[3] as Readable
    this.#status.setEncoding('utf8')
    this.#bash.stdin?.write(`set -o pipefail -E; trap 'failed=\${failed:-$?}' ERR\n`)
  }

  async run(text: string): Promise<Ended> {
    this.#count += 1
    const [script, output] = ['sh', 'out'].map((kind) => join(this.#folder, `${this.#count}.${kind}`))
    writeFileSync(script ?? '', `${text}\n`)
    const code = this.#nextStatus()
    this.#bash.stdin?.write(`failed=; . '${script}' </dev/null >'${output}' 2>&1; echo "\${failed:-0}" >&3\n`)
    return { code: await code, printed: readFileSync(output ?? '', 'utf8') }
  }

  #nextStatus(): Promise<number> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => settle(new Error(`no end after ${COMMAND_MS_MAX} ms`)), COMMAND_MS_MAX)
      const left = () => settle(new Error('the shell left'))
      const came = (text: string) => settle(Number(text.trim()))
      const settle = (outcome: number | Error) => {
        clearTimeout(late)
        this.#status.off('data', came)
        this.#bash.off('close', left)
        if (typeof outcome === 'number') resolve(outcome)
        else reject(outcome)
      }
      this.#status.once('data', came)
      this.#bash.once('close', left)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#bash.once('close', resolve))
    if (this.#bash.exitCode === null && this.#bash.signalCode === null) {
      signalGroup(this.#bash, 'SIGKILL')
      await closed
    }
  }
}

/** A terminal in which something serves until Ctrl-C. */
export class Server {
  readonly #child: ChildProcess
  readonly #ended: Promise<number>
  #printed = ''

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#ended = new Promise((resolve) => child.once('close', (code) => resolve(code ?? -1)))
    child.stdout?.on('data', (chunk: Buffer) => {
      this.#printed += chunk.toString('utf8')
    })
  }

  static start(
    text: string,
    options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  ): Server {
    // One pipe for both streams, so that what is written first is read first, as on a terminal.
    const child = spawn('bash', ['--noprofile', '--norc', '-c', `exec 2>&1\n${text}`], {
      ...options,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    return new Server(child)
  }

  get printed(): string {
    return this.#printed
  }

  /** @returns false when it ended, or time did, before it printed what the test looks for. */
  async reached(isThere: (printed: string) => boolean): Promise<boolean> {
    if (isThere(this.#printed)) return true
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const late = setTimeout(() => resolve(false), READY_MS_MAX)
    const look = () => isThere(this.#printed) && resolve(true)
    this.#child.stdout?.on('data', look)
    void this.#ended.then(() => resolve(isThere(this.#printed)))
    const outcome = await promise
    clearTimeout(late)
    return outcome
  }

  /** Presses Ctrl-C and waits. @returns its exit code; -1 when it had to be killed. */
  async stop(): Promise<number> {
    signalGroup(this.#child, 'SIGINT')
    const late = setTimeout(() => signalGroup(this.#child, 'SIGKILL'), STOP_MS_MAX)
    const code = await this.#ended
    clearTimeout(late)
    return code
  }
}

function signalGroup({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, signal)
}
