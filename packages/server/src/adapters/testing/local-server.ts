import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

const READY_MS_MAX = 20_000
const POLL_MS = 25

/** A server of somebody else that a test runs on this machine. */
export interface LocalServer extends AsyncDisposable {
  /** Ends it as a power failure does. */
  kill(): Promise<void>
}

/**
 * Starts a program, and waits until it answers at a port of this machine.
 *
 * @throws Error where it ends before, or does not answer in time.
 */
export async function startLocalServer(
  program: string,
  args: readonly string[],
  port: number,
  env: Readonly<Record<string, string>> = {},
): Promise<LocalServer> {
  const child = spawn(program, args, { stdio: 'ignore', env: { ...process.env, ...env } })
  const end = (): void => void child.kill('SIGKILL')
  process.once('exit', end)
  const kill = async (): Promise<void> => {
    process.off('exit', end)
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  await listening(child, program, port)
  return { kill, [Symbol.asyncDispose]: kill }
}

/** A port of this machine that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function listening(child: ChildProcess, program: string, port: number): Promise<void> {
  for (const until = performance.now() + READY_MS_MAX; performance.now() < until; await pause(POLL_MS)) {
    if (child.exitCode !== null) throw new Error(`${program} has ended with ${child.exitCode}`)
    const socket = connect(port, '127.0.0.1')
    const isThere = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (isThere) return
  }
  throw new Error(`${program} does not answer`)
}
