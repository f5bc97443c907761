import { type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads'
import { CascadeError } from '#base'
import { toErrorFields } from './thread-errors.ts'
import type { Operations, ThreadCall, ThreadMessage } from './thread-protocol.ts'

export interface ServeOptions {
  /** Wraps each operation, by its name. */
  readonly around?: <T>(operation: string, work: () => T) => T
  /** Called when an operation is answered, except the last. */
  readonly afterCall?: () => void
  readonly together?: Together
}

/** An operation of which several calls that wait are carried out at once, for less than one after the other. */
export interface Together {
  readonly operation: string
  /** Calls at once, at most. */
  readonly max: number
  /** @param answer sends what `work` returns or throws to whoever made the call at that place; once for each. */
  readonly carryOut: (
    args: readonly (readonly unknown[])[],
    answer: (place: number, work: () => unknown) => void,
  ) => void
}

/**
 * The worker's end: carries out one call after the other. `close` is answered and ends the thread.
 *
 * @param make makes the operations; `progress` reports on the call that is being carried out.
 */
export function serveThread<Ops extends Operations>(
  make: (side: { notify: (notice: unknown) => void; progress: (done: number, total: number) => void }) => Ops,
  { around = (_, work) => work(), afterCall, together }: ServeOptions = {},
): void {
  const port = parentPort
  if (!port) throw new CascadeError('INTERNAL', 'this module runs as a worker thread only')
  let current = 0
  const send = (message: ThreadMessage): void => port.postMessage(message)
  const operations = make({
    notify: (notice) => send({ kind: 'notice', notice }),
    progress: (done, total) => send({ kind: 'progress', call: current, done, total }),
  })
  const carryOut = async ({ call, operation, args }: ThreadCall): Promise<void> => {
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
  }
  port.on('message', async (call: ThreadCall) => {
    const { calls, next } =
      together?.operation === call.operation ? takeWaiting(port, call, together) : { calls: [call] }
    if (together && calls.length > 1) {
      carryOutTogether(together, calls, around, send)
      afterCall?.()
    } else await carryOut(call)
    if (next) await carryOut(next)
  })
}

/** Takes the calls of the same operation that wait behind one, and the other one that ends them. */
function takeWaiting(port: MessagePort, first: ThreadCall, { operation, max }: Together) {
  const calls = [first]
  while (calls.length < max) {
    // Only the link of this worker calls.
    const next = receiveMessageOnPort(port)?.message as ThreadCall | undefined
    if (next?.operation !== operation) return { calls, next }
    calls.push(next)
  }
  return { calls, next: undefined }
}

function carryOutTogether(
  { operation, carryOut }: Together,
  calls: readonly ThreadCall[],
  around: NonNullable<ServeOptions['around']>,
  send: (message: ThreadMessage) => void,
): void {
  const open = new Set(calls)
  const answer = (place: number, work: () => unknown): void => {
    const asked = calls[place]!
    open.delete(asked)
    send(messageOf(asked, work))
  }
  try {
    around(operation, () =>
      carryOut(
        calls.map(({ args }) => args),
        answer,
      ),
    )
  } catch (error) {
    // Whoever has no answer yet gets none: the read transaction failed, or what was begun could not be put away.
    for (const { call } of open) send({ kind: 'failure', call, error: toErrorFields(error) })
  }
}

function messageOf({ call }: ThreadCall, work: () => unknown): ThreadMessage {
  try {
    return { kind: 'answer', call, value: work() }
  } catch (error) {
    return { kind: 'failure', call, error: toErrorFields(error) }
  }
}
