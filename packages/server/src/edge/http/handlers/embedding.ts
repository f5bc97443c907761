import type { HandlersFor, OperationsOf } from '../handler.ts'
import type { HandlerContext } from './handler-context.ts'

/** The model of the vectors: how it stands, and what a person decides about its change. */
export function embeddingHandlers({ model }: HandlerContext): HandlersFor<OperationsOf<'Embedding'>> {
  return {
    getEmbedding: async () => ({ status: 200, body: await model.state() }),
    startEmbedding: async ({ call }) => ({ status: 200, body: await model.start(call) }),
    pauseEmbedding: async ({ call }) => ({ status: 200, body: await model.pause(call) }),
    resumeEmbedding: async ({ call }) => ({ status: 200, body: await model.resume(call) }),
    cancelEmbedding: async ({ call }) => ({ status: 200, body: await model.cancel(call) }),
  }
}
