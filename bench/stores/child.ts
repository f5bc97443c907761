import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const READY_MS_MAX = 120_000
const STOP_MS_MAX = 30_000
const LOG_CHARACTERS_MAX = 20_000

/** A process of a peer that tells on its standard output when it is ready, and ends with this one. */
export class PeerProcess {
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>
  #log = ''

  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(command, [...args], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } })
    this.#exited = once(this.#child, 'exit')
    const end = (): void => void this.#child.kill('SIGKILL')
    process.once('exit', end)
    this.#child.once('exit', () => process.off('exit', end))
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#log = (this.#log + text).slice(-LOG_CHARACTERS_MAX)
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** The first line of its standard output that `take` wants. @throws Error with its log when none comes. */
  async line<T>(take: (line: string) => T | undefined): Promise<T> {
    const late = setTimeout(() => this.#child.kill('SIGKILL'), READY_MS_MAX)
    try {
      if (!this.#child.stdout) throw new Error('the process has no standard output')
      for await (const line of createInterface({ input: this.#child.stdout })) {
        const taken = take(line)
        if (taken !== undefined) return taken
      }
    } finally {
      clearTimeout(late)
      this.#child.stdout?.resume()
    }
    throw new Error(`the peer ended before it was ready: ${this.#log}`)
  }

  /** Asks it to finish: its standard input ends and it gets SIGTERM. */
  async stop(): Promise<void> {
    this.#child.stdin?.end()
    this.#child.kill('SIGTERM')
    const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS_MAX)
    await this.#exited
    clearTimeout(late)
  }
}
