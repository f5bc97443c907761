import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { PROGRAM } from './program.ts'

/** A server that does not say where it answers within this never will. */
const READY_MS_MAX = 60_000
/** A server that was asked to stop and goes on for longer is killed. */
const STOP_MS_MAX = 30_000
/** What is kept of its log. */
const LOG_CHARACTERS_MAX = 100_000

export interface ServerAddress {
  readonly url: string
  readonly token: string
  readonly socket: string
}

export interface ServerOptions {
  readonly dataDir: string
  readonly env?: Readonly<Record<string, string>>
  /** Flags of Node, before the script. */
  readonly nodeArgs?: readonly string[]
  readonly args?: readonly string[]
}

/** A `cascade start` of its own process, on a free port. */
export class ServerProcess implements AsyncDisposable {
  readonly child: ChildProcess
  readonly #exited: Promise<unknown>
  #log = ''

  constructor({ dataDir, env = {}, nodeArgs = [], args = [] }: ServerOptions) {
    const command = ['start', '--data', dataDir, '--port', '0', '--no-samples', '--json', ...args]
    this.child = spawn(process.execPath, [...nodeArgs, ...PROGRAM, ...command], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, CASCADE_LOG_LEVEL: 'warn', CASCADE_LOG_FORMAT: 'json', ...env },
    })
    this.#exited = once(this.child, 'exit')
    // Whatever ends this process early must not leave a server behind.
    const end = (): void => void this.child.kill('SIGKILL')
    process.once('exit', end)
    this.child.once('exit', () => process.off('exit', end))
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#log = (this.#log + text).slice(-LOG_CHARACTERS_MAX)
    })
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  /** What it wrote beside its answer, warnings and worse. */
  get log(): string {
    return this.#log
  }

  /** Resolves with where it answers; rejects with its log when it ends before. */
  async ready(): Promise<ServerAddress> {
    const { promise, reject } = Promise.withResolvers<never>()
    const late = setTimeout(() => reject(new Error(`not ready in ${READY_MS_MAX} ms: ${this.#log}`)), READY_MS_MAX)
    try {
      return await Promise.race([this.#readFacts(), promise])
    } finally {
      clearTimeout(late)
    }
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL')
    await this.#exited
  }

  /** Asks it to finish; resolves with its exit code when it is gone. */
  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM')
    const late = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS_MAX)
    await this.#exited
    clearTimeout(late)
    return this.child.exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.kill()
  }

  /** The first JSON value on its standard output: pretty-printed, so it ends with the line that closes it. */
  async #readFacts(): Promise<ServerAddress> {
    if (!this.child.stdout) throw new Error('the server has no standard output')
    let text = ''
    const lines = createInterface({ input: this.child.stdout })
    for await (const line of lines) {
      text += line
      if (line === '}') return addressOf(text)
    }
    await this.#exited
    throw new Error(`the server ended (${this.child.exitCode}) before it was ready: ${this.#log}`)
  }
}

function addressOf(text: string): ServerAddress {
  // `cascade start --json` prints these members; the CLI's own tests see to it.
  const facts = JSON.parse(text) as { readonly url: string; readonly socket: string; readonly token_file: string }
  return { url: facts.url, socket: facts.socket, token: readFileSync(facts.token_file, 'utf8').trim() }
}
