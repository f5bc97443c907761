import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, type LocalServer, startLocalServer } from '../../testing/local-server.ts'

const PROGRAM = fileURLToPath(new URL('../../../../../../tools/event-server/out/nats-server', import.meta.url))
/** Why a test is skipped that needs it; undefined where it is there. */
export const NO_NATS_SERVER = existsSync(PROGRAM) ? undefined : 'bash tools/event-server/prepare.sh builds the server'

export const NATS_TOKEN = 'a token of a test'

export interface NatsServer extends AsyncDisposable {
  readonly url: string
  /** Ends it as a power failure does. */
  kill(): Promise<void>
  /** Starts it again, with what it had stored. */
  restart(): Promise<void>
}

/** A real NATS server with JetStream on this machine: what it acknowledges is on the disk. */
export async function startNatsServer(): Promise<NatsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-nats-'))
  const [port, config] = [await freePort(), join(folder, 'nats.conf')]
  const lines = [
    `listen: "127.0.0.1:${port}"`,
    `jetstream { store_dir: ${JSON.stringify(join(folder, 'store'))}, sync_interval: always }`,
    `authorization { token: ${JSON.stringify(NATS_TOKEN)} }`,
    'max_payload: 65536',
  ]
  writeFileSync(config, lines.join('\n'))
  const start = () => startLocalServer(PROGRAM, ['-c', config], port)
  let server: LocalServer = await start()
  return {
    url: `nats://127.0.0.1:${port}`,
    kill: () => server.kill(),
    async restart() {
      await server.kill()
      server = await start()
    },
    async [Symbol.asyncDispose]() {
      await server.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
