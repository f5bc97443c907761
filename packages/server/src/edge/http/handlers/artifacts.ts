import { CascadeError } from '#base'
import type { HandlersFor, OperationsOf } from '../handler.ts'
import { progressLines } from '../progress-lines.ts'
import type { HandlerContext } from './handler-context.ts'

/** What comes from elsewhere, verified. */
export function artifactHandlers({ artifacts }: HandlerContext): HandlersFor<OperationsOf<'Artifacts'>> {
  return {
    verifyArtifact: async ({ call, body, signal }) => {
      const desk = await artifacts()
      const lines = await progressLines<object, object>(
        (tell) => desk.verify(call, body, signal, (check, at, of) => tell({ check, at, of })),
        (verified) => verified,
      )
      return { status: 200, lines }
    },
    getArtifactVerification: async ({ params: { digest } }) => {
      const found = await (await artifacts()).find(digest)
      if (!found) throw new CascadeError('NOT_FOUND', `No artifact ${digest} was verified here.`)
      return { status: 200, body: found }
    },
  }
}
