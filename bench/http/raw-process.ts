// The load client that costs least: each client writes a request that is ready, as bytes, and waits for the whole answer. Takes
// jobs over IPC, one at a time.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { LoadJob, PreparedRequest } from './load-job.ts'
import { readAnswer, requestBytes } from './raw-message.ts'
import { type Reply, type Sender, takeJobs } from './take-jobs.ts'

takeJobs(async (job) => {
  const { hostname, port } = new URL(job.url)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  return new RawSender(socket, job)
})

class RawSender implements Sender {
  readonly #socket: Socket
  readonly #bytes: ReadonlyMap<PreparedRequest, Buffer>
  #received = ''
  #waiting: PromiseWithResolvers<Reply> | undefined

  constructor(socket: Socket, job: LoadJob) {
    this.#socket = socket
    this.#bytes = new Map(job.requests.map((request) => [request, requestBytes(job, request)]))
    socket.on('data', (chunk) => this.#receive(chunk.toString('latin1')))
    socket.on('error', (error) => this.#waiting?.reject(error))
    socket.on('close', () => this.#waiting?.reject(new Error('the server closed the connection before it answered')))
  }

  send(request: PreparedRequest): Promise<Reply> {
    this.#waiting = Promise.withResolvers()
    this.#socket.write(this.#bytes.get(request)!)
    return this.#waiting.promise
  }

  [Symbol.dispose](): void {
    this.#waiting = undefined
    this.#socket.destroy()
  }

  #receive(text: string): void {
    this.#received += text
    const answer = readAnswer(this.#received)
    if (answer === undefined) return
    this.#received = ''
    this.#waiting?.resolve(answer)
  }
}
