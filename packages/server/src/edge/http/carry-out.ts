import { CascadeError } from '#base'
import type { Gate } from '#governance'
import type { Grant } from '#store'
import type { AnyAnswer } from './handler.ts'

/**
 * Has the gate carry out what a handler does. Where the answer is a stream, what acts outside the store has its outcome when the
 * stream has ended.
 */
export function carryOutAnswer(
  gate: Pick<Gate, 'carryOut'>,
  grant: Grant | undefined,
  handler: () => Promise<AnyAnswer> | AnyAnswer,
): Promise<AnyAnswer> | AnyAnswer {
  if (grant === undefined) return handler()
  return gate.carryOut(grant, async (later) => {
    const answer = await handler()
    const { lines, file } = answer
    if (lines) return { ...answer, lines: watched(lines, later()) }
    if (file && typeof file.bytes === 'object' && Symbol.asyncIterator in file.bytes)
      return { ...answer, file: { ...file, bytes: watched(file.bytes, later()) } }
    return answer
  })
}

/** The same pieces; tells when they end, break off, or are wanted no longer. */
function watched<T>(pieces: AsyncIterable<T>, end: (error?: unknown) => void): AsyncIterable<T> {
  const iterate = (): AsyncIterator<T> => {
    const source = pieces[Symbol.asyncIterator]()
    return {
      next: async () => {
        try {
          const step = await source.next()
          if (step.done === true) end()
          return step
        } catch (error) {
          end(error)
          throw error
        }
      },
      return: async () => {
        end(new CascadeError('OUTCOME_UNKNOWN', 'Whoever asked was gone before its end.'))
        await source.return?.()
        return { done: true, value: undefined }
      },
    }
  }
  return { [Symbol.asyncIterator]: iterate }
}
