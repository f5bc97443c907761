import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../../../../../tools/object-server/out/versitygw', import.meta.url))
/** Why a test is skipped that needs it; undefined where it is there. */
export const NO_OBJECT_SERVER = existsSync(PROGRAM)
  ? undefined
  : 'bash tools/object-server/prepare.sh builds the server'
const READY_MS_MAX = 20_000
const POLL_MS = 25

export const OBJECT_SERVER_KEYS = { accessKey: 'cascadetest', secretKey: 'a+secret/of=the&test' } as const

export interface ObjectServer extends AsyncDisposable {
  readonly endpoint: string
  /** Makes a bucket, and names it. */
  makeBucket(): string
  /** The folder of a bucket, where objects are files. */
  folderOf(bucket: string): string
}

/** A real server of the S3 protocol, on this machine. */
export async function startObjectServer(): Promise<ObjectServer> {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-object-server-'))
  const [root, aside] = [join(folder, 'root'), join(folder, 'aside')]
  for (const made of [root, aside]) mkdirSync(made)
  const port = await freePort()
  const child = spawn(PROGRAM, ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', '--sidecar', aside, root], {
    stdio: 'ignore',
    env: {
      ...process.env,
      ROOT_ACCESS_KEY: OBJECT_SERVER_KEYS.accessKey,
      ROOT_SECRET_KEY: OBJECT_SERVER_KEYS.secretKey,
    },
  })
  const end = (): void => void child.kill('SIGKILL')
  process.once('exit', end)
  await listening(port)
  let buckets = 0
  return {
    endpoint: `http://127.0.0.1:${port}`,
    makeBucket() {
      const bucket = `bucket-${++buckets}`
      mkdirSync(join(root, bucket))
      return bucket
    },
    folderOf: (bucket) => join(root, bucket),
    async [Symbol.asyncDispose]() {
      process.off('exit', end)
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function listening(port: number): Promise<void> {
  for (const until = performance.now() + READY_MS_MAX; performance.now() < until; await pause(POLL_MS)) {
    const socket = connect(port, '127.0.0.1')
    const isThere = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (isThere) return
  }
  throw new Error('the object server does not answer')
}
