import { CascadeError } from '#base'
import type { HandlersFor, OperationsOf } from '../handler.ts'
import type { HandlerContext } from './handler-context.ts'

/** Imports: begun here, carried out in the background, followed by their id. */
export function importHandlers({ imports }: HandlerContext): HandlersFor<OperationsOf<'Import'>> {
  return {
    startImport: async ({ call, body, decideNew }) => {
      // What each is, the job finds out when it reads it; into which scope they come is known before.
      await decideNew({ ...body, type: 'knowledge' })
      const job = await imports.start(call, body)
      return { status: 202, body: job, headers: { location: `/v2/imports/${job.id}` } }
    },
    listImports: async ({ query }) => {
      const { items, next } = await imports.list(query)
      return { status: 200, body: { items, next_cursor: next ?? null } }
    },
    getImport: async ({ params: { id } }) => ({ status: 200, body: there(await imports.find(id), id) }),
    listImportFiles: async ({ params: { id }, query }) => {
      const { items, next } = there(await imports.listFiles(id, query), id)
      return { status: 200, body: { items, next_cursor: next ?? null } }
    },
    cancelImport: async ({ params: { id }, call }) => ({
      status: 200,
      body: there(await imports.cancel(call, id), id),
    }),
    removeImport: async ({ params: { id }, call }) => ({
      status: 200,
      body: { archived: there(await imports.remove(call, id), id) },
    }),
  }
}

function there<T>(found: T | undefined, id: string): T {
  if (found === undefined) throw new CascadeError('NOT_FOUND', `No import has the id ${id}.`)
  return found
}
