import { unlink } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import { CascadeError, messageOf } from '#base'
import { nodeHttp } from '../node-http.ts'
import type { LocalSockets } from './host-check.ts'
import { createApp, type HttpAppOptions } from './http-app.ts'
import { nodeOptions } from './limits.ts'
import { readTlsFiles } from './tls-files.ts'

export interface HttpAddress {
  readonly host: string
  readonly port: number
  /** `http://127.0.0.1:8420`, as a person opens it. */
  readonly url: string
}

/** A server that listens on every address is opened by one of them. */
const ANY: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '[::]': '[::1]' }

const SOCKET_MODE_MASK = 0o177

/** The HTTP interface: one application behind a TCP port and, for the command line, a unix socket. */
export class HttpServer implements AsyncDisposable {
  readonly #app: FastifyInstance
  readonly #options: HttpAppOptions
  readonly #localSockets: LocalSockets = new WeakSet()
  #local: Server | undefined

  /** @throws CascadeError BOOT_FAILED when routes and handlers do not fit; CONFIG_INVALID for files of TLS that do not. */
  constructor(options: HttpAppOptions) {
    const tls = readTlsFiles(options.server.tls)
    this.#options = options
    this.#app = createApp({ ...options, ...(tls && { tls }) }, this.#localSockets)
  }

  /**
   * Reads the certificate and its key again; connections from now on get them. Does nothing where TLS is not spoken.
   *
   * @throws CascadeError CONFIG_INVALID; what counted until now goes on to count.
   */
  renewCertificate(): boolean {
    const tls = readTlsFiles(this.#options.server.tls)
    if (tls === undefined || !(this.#app.server instanceof TlsServer)) return false
    this.#app.server.setSecureContext(tls)
    return true
  }

  /** The application, for tests that need no socket. */
  get app(): FastifyInstance {
    return this.#app
  }

  /** @throws CascadeError BOOT_FAILED when the port is taken or the address is not ours. */
  async listen(): Promise<HttpAddress> {
    const { host, port } = this.#options.server
    try {
      await this.#app.listen({ host, port })
    } catch (cause) {
      throw new CascadeError('BOOT_FAILED', `Cannot listen on ${host}:${port} (${messageOf(cause)}).`, { cause })
    }
    const bound = this.#app.server.address() as AddressInfo // a TCP server that listens has an address
    const name = host.includes(':') ? `[${host}]` : host
    const scheme = this.#app.server instanceof TlsServer ? 'https' : 'http'
    return { host, port: bound.port, url: `${scheme}://${ANY[name] ?? name}:${bound.port}` }
  }

  /**
   * Serves the same application on a unix socket that only this user may open. The caller owns the folder, so a socket
   * file that is there was left by a process that is gone.
   */
  async listenLocally(path: string): Promise<void> {
    await this.#app.ready()
    const local = nodeHttp.createServer(nodeOptions(this.#options.server), (request, response) =>
      this.#app.routing(request, response),
    )
    this.#local = local
    local.on('connection', (socket: Socket) => this.#localSockets.add(socket))
    if (!isNamedPipe(path)) await unlink(path).catch(ignoreAbsent)
    await new Promise<void>((resolve, reject) => {
      const umask = process.umask(SOCKET_MODE_MASK)
      local.once('error', reject).listen(path, resolve)
      process.umask(umask)
    })
  }

  /** Takes no new connections, lets answers that began end, closes idle connections. */
  async close(): Promise<void> {
    const local = this.#local
    this.#local = undefined
    const closed = local && new Promise<void>((resolve) => local.close(() => resolve()))
    local?.closeIdleConnections()
    await Promise.all([this.#app.close(), closed])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

/** On Windows; such a name goes with its process. */
const isNamedPipe = (path: string): boolean => path.startsWith('\\\\.\\pipe\\')
