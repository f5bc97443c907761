import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROGRAM } from '../../../../test/program.ts'
import { bareEnv } from './mcp-agents.ts'

export interface ServerProcess extends AsyncDisposable {
  readonly url: string
  readonly token: string
  readonly pid: number
  /** What it wrote to standard error until now. */
  err(): string
}

/** `cascade start` as a process of its own, ready when this settles; it ends by SIGTERM. */
export async function startServer(
  cwd: string,
  {
    env = {},
    program = PROGRAM,
  }: { readonly env?: Readonly<Record<string, string>>; readonly program?: readonly string[] } = {},
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [...program, 'start', '--port', '0', '--no-samples', '--json'], {
    cwd,
    env: bareEnv(cwd, env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  let [out, err] = ['', '']
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')))
  const ready = new Promise<{ readonly url: string }>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8')
      if (out.includes('\n}')) resolve(JSON.parse(out))
    })
    void ended.then(() => reject(new Error(err)))
  })
  const { url } = await ready
  return {
    url,
    token: readFileSync(join(cwd, '.cascade/token'), 'utf8').trim(),
    pid: child.pid ?? 0,
    err: () => err,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}
