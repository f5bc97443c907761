import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, startLocalServer } from '../../testing/local-server.ts'

const PROGRAM = fileURLToPath(new URL('../../../../../../tools/object-server/out/versitygw', import.meta.url))
/** Why a test is skipped that needs it; undefined where it is there. */
export const NO_OBJECT_SERVER = existsSync(PROGRAM)
  ? undefined
  : 'bash tools/object-server/prepare.sh builds the server'

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
  const args = ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', '--sidecar', aside, root]
  const server = await startLocalServer(PROGRAM, args, port, {
    ROOT_ACCESS_KEY: OBJECT_SERVER_KEYS.accessKey,
    ROOT_SECRET_KEY: OBJECT_SERVER_KEYS.secretKey,
  })
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
      await server.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
