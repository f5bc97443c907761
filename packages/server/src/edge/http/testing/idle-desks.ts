import { CascadeError } from '#base'
import type { HandlerContext, ImportDesk, ModelDesk } from '../handlers/index.ts'

const unchanged = async (): Promise<never> => {
  throw new CascadeError('CONFLICT', 'The model is not being changed.')
}

/** The desk of an instance whose vectors are those of the configured model. */
export const noChange: ModelDesk = {
  state: async () => ({
    ...{ model: 'forge-static-minilm@1', dimensions: 256, available: true, versions: 0, filled: 0, change: null },
    configured: { model: 'forge-static-minilm@1', dimensions: 256 },
  }),
  start: unchanged,
  pause: unchanged,
  resume: unchanged,
  cancel: unchanged,
}

export const notWitnessed = async (): Promise<never> => {
  throw new CascadeError('NOT_FOUND', 'This instance witnesses no logs.')
}

/** The desk of an instance that witnesses nobody, and that nobody witnesses. */
export const noWitness: HandlerContext['witness'] = {
  addCheckpoint: notWitnessed,
  checkpoint: notWitnessed,
  state: async () => ({ witness: null, witnesses: [], cosigner: null, fork: null }),
}

/** The desk of an instance that never imported anything and whose disk cannot be read. */
export const noImports: ImportDesk = {
  start: async (_call, { path }) => {
    throw new CascadeError('SOURCE_UNREADABLE', `${path} cannot be read.`)
  },
  find: async () => undefined,
  list: async () => ({ items: [], next: undefined }),
  listFiles: async () => undefined,
  cancel: async () => undefined,
  remove: async () => undefined,
}
