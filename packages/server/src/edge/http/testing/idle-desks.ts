import { CascadeError } from '#base'
import { RoutingDesk } from '#governance'
import { DeadLetters, NO_ROUTES } from '#mesh'
import { LiveRouting, parseRouting } from '#routing'
import type { Store } from '../../../domain/store.ts'
import type { HandlerContext, ImportDesk, ModelDesk, RoutingPlace } from '../handlers/index.ts'

/** Routing of an instance whose file lies in memory, and whose providers are never asked. */
export function routingInMemory(store: Pick<Store, 'append' | 'records'>): RoutingPlace {
  let text: string | undefined
  const write = (next: string | undefined): void => {
    text = next
  }
  const file = { stamp: () => text, read: () => text, write }
  const space = { model: 'forge-static-minilm@1', dimensions: 256 }
  const live = new LiveRouting({ clock: Date.now })
  const desk = new RoutingDesk({
    ...{ store, file, clock: Date.now },
    parse: (given) => parseRouting(given, space),
    arm: (rules) => () => live.use(rules),
  })
  return { desk, live, file: 'config/routing.yml', space }
}

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

/** No routes; dead letters are those of the store. */
export const noMesh = (store: Pick<Store, 'append' | 'records'>): HandlerContext['mesh'] => {
  const letters = new DeadLetters(store)
  return {
    letters,
    routes: async () => [],
    state: () => ({ found: false, digest: NO_ROUTES.digest, problem: null, validators: true, lanes: [] }),
    replay: async (call, choice) => (await letters.replay(call, choice)).events,
  }
}
