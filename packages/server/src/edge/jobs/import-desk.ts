import { isCascadeError } from '#base'
import type { Imports } from '#capsules'
import type { ImportDesk } from '#http'

/** The imports as the HTTP interface asks for them: what is not there is undefined. */
export function createImportDesk(imports: Imports): ImportDesk {
  return {
    start: async (call, request) => (await imports.start(call, request)).job,
    list: (page) => imports.list(page),
    find: (id) => orAbsent(imports.get(id)),
    listFiles: (id, page) => orAbsent(imports.listFiles(id, page)),
    cancel: (_call, id) => orAbsent(imports.cancel(id)),
    remove: (call, id) => orAbsent(imports.remove(call, id)),
  }
}

async function orAbsent<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    if (isCascadeError(error) && error.code === 'NOT_FOUND') return undefined
    throw error
  }
}
