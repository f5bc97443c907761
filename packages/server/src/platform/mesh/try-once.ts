import { messageOf } from '#base'
import { DeliveryFailure, type MeshDelivery, type MeshSink } from './mesh-sink.ts'

/**
 * Hands an event to a sink, once. A sink that does not heed its signal is left alone when the time is over.
 *
 * @param signals abort where the try is to end without counting.
 * @returns undefined where it was delivered, `stopped` where it was ended, else why it failed.
 */
export async function tryOnce(
  sink: MeshSink,
  delivery: Omit<MeshDelivery, 'signal'>,
  signals: readonly AbortSignal[],
  timeoutMs: number,
): Promise<DeliveryFailure | 'stopped' | undefined> {
  if (signals.some(({ aborted }) => aborted)) return 'stopped'
  const control = new AbortController()
  const ended = Promise.withResolvers<DeliveryFailure | 'stopped'>()
  const stop = () => end('stopped')
  const end = (how: DeliveryFailure | 'stopped') => {
    ended.resolve(how)
    control.abort()
  }
  for (const signal of signals) signal.addEventListener('abort', stop, { once: true })
  const timer = setTimeout(
    () => end(new DeliveryFailure('retryable', `it took more than ${timeoutMs} ms`)),
    timeoutMs,
  ).unref()
  try {
    return await Promise.race([attempt(sink, { ...delivery, signal: control.signal }), ended.promise])
  } finally {
    clearTimeout(timer)
    for (const signal of signals) signal.removeEventListener('abort', stop)
  }
}

async function attempt(sink: MeshSink, delivery: MeshDelivery): Promise<DeliveryFailure | undefined> {
  try {
    await sink.deliver(delivery)
    return undefined
  } catch (error) {
    return error instanceof DeliveryFailure
      ? error
      : new DeliveryFailure('retryable', messageOf(error), { cause: error })
  }
}
