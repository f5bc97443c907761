import { parentPort } from 'node:worker_threads'
import { CascadeError } from '#base'
import { toErrorFields } from './thread-errors.ts'
import type { Operations, ThreadCall, ThreadMessage } from './thread-protocol.ts'

export interface ServeOptions {
  /** Wraps each operation, by its name. */
  readonly around?: <T>(operation: string, work: () => T) => T
  /** Called when an operation is answered, except the last. */
  readonly afterCall?: () => void
}

/**
 * The worker's end: carries out one call after the other. `close` is answered and ends the thread.
 *
 * @param make makes the operations; `progress` reports on the call that is being carried out.
 */
export function serveThread<Ops extends Operations>(
  make: (side: { notify: (notice: unknown) => void; progress: (done: number, total: number) => void }) => Ops,
  { around = (_, work) => work(), afterCall }: ServeOptions = {},
): void {
  const port = parentPort
  if (!port) throw new CascadeError('INTERNAL', 'this module runs as a worker thread only')
  let current = 0
  const send = (message: ThreadMessage): void => port.postMessage(message)
  const operations = make({
    notify: (notice) => send({ kind: 'notice', notice }),
    progress: (done, total) => send({ kind: 'progress', call: current, done, total }),
  })
  port.on('message', async ({ call, operation, args }: ThreadCall) => {
    current = call
    try {
      // Only the link of this worker calls, and it is typed by the same operations.
      const value = await around(operation, () => operations[operation]!(...(args as never[])))
      send({ kind: 'answer', call, value })
    } catch (error) {
      send({ kind: 'failure', call, error: toErrorFields(error) })
    }
    if (operation === 'close') port.close()
    else afterCall?.()
  })
}
