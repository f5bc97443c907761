import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { PROGRAM } from '../../../../test/program.ts'

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'cascade-mcp-'))

/** The environment of a program that an agent starts: next to nothing. */
export const bareEnv = (home: string, more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  HOME: home,
  ...more,
})

/** An agent whose memory is a process of its own. */
export interface Agent extends AsyncDisposable {
  readonly client: Client
  readonly pid: number
  remember(content: string): Promise<string>
  /** The texts that are found, best first. */
  recall(query: string): Promise<readonly string[]>
}

export async function openAgent(cwd: string, args: readonly string[] = []): Promise<Agent> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [...PROGRAM, 'mcp', ...args],
    cwd,
    env: bareEnv(cwd),
    stderr: 'ignore',
  })
  const client = new Client({ name: 'test-agent', version: '1.0.0' })
  await client.connect(transport)
  return agentOf(client, transport.pid ?? 0)
}

export function agentOf(client: Client, pid: number): Agent {
  return {
    client,
    pid,
    remember: async (content) => {
      const {
        isError,
        structuredContent,
        content: said,
      } = await client.callTool({
        name: 'remember',
        arguments: { content },
      })
      if (isError) throw new Error(JSON.stringify(said))
      return String((structuredContent as { id: string }).id) // the output schema says so
    },
    recall: async (query) => {
      const { structuredContent } = await client.callTool({ name: 'recall', arguments: { query } })
      return (structuredContent as { hits: { text: string }[] }).hits.map(({ text }) => text)
    },
    [Symbol.asyncDispose]: () => client.close(),
  }
}

export interface Message {
  readonly id?: number | string | null
  readonly result?: Record<string, unknown>
  readonly error?: { readonly code: number; readonly message: string }
}

/** The command as a bare process: every line is written and read by hand. */
export class RawAgent implements AsyncDisposable {
  readonly child: ChildProcess
  /** Every line of standard output. */
  readonly lines: string[] = []
  err = ''
  readonly ended: Promise<number | null>
  readonly #waiting = new Map<unknown, (message: Message) => void>()
  readonly #came = new Map<unknown, Message>()

  constructor(cwd: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [...PROGRAM, 'mcp', ...args], { cwd, env: bareEnv(cwd, env) })
    this.ended = new Promise((resolve) => this.child.on('close', resolve))
    this.child.stderr?.on('data', (chunk: Buffer) => (this.err += chunk.toString('utf8')))
    this.child.stdin?.on('error', () => undefined)
    if (this.child.stdout) createInterface({ input: this.child.stdout }).on('line', (line) => this.#take(line))
  }

  /** Introduces itself as a client of 2025 does. */
  async initialize(): Promise<Message> {
    const clientInfo = { name: 'raw', version: '1' }
    const answer = await this.ask(0, 'initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo })
    this.send({ jsonrpc: '2.0', method: 'notifications/initialized' })
    return answer
  }

  send(message: unknown): void {
    this.write(`${JSON.stringify(message)}\n`)
  }

  write(text: string): void {
    this.child.stdin?.write(text)
  }

  ask(id: number | string, method: string, params: unknown = {}): Promise<Message> {
    this.send({ jsonrpc: '2.0', id, method, params })
    return this.answer(id)
  }

  answer(id: number | string): Promise<Message> {
    const came = this.#came.get(id)
    if (came !== undefined) return Promise.resolve(came)
    return new Promise((resolve) => this.#waiting.set(id, resolve))
  }

  #take(line: string): void {
    this.lines.push(line)
    const message: Message = JSON.parse(line)
    this.#came.set(message.id, message)
    this.#waiting.get(message.id)?.(message)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL')
    await this.ended
  }
}

/** True while a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
