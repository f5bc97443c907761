import type { HandlersFor, OperationsOf } from '../handler.ts'
import type { HandlerContext } from './handler-context.ts'

const TEXT = 'text/plain; charset=utf-8'

/** Cosigning for the logs of others. Statuses and content types are those of tlog-witness. */
export function witnessHandlers({ witness }: HandlerContext): HandlersFor<OperationsOf<'Witness'>> {
  return {
    addCheckpoint: async ({ body }) => {
      const reply = await witness.addCheckpoint(body)
      if (reply.kind === 'cosigned')
        return { status: 200, file: { contentType: TEXT, bytes: Buffer.from(reply.lines) } }
      return { status: 409, file: { contentType: 'text/x.tlog.size', bytes: Buffer.from(`${reply.size}\n`) } }
    },
    getWitnessedCheckpoint: async ({ params }) => {
      const note = await witness.checkpoint(params.origin_hash)
      return { status: 200, file: { contentType: TEXT, bytes: Buffer.from(note) } }
    },
  }
}
