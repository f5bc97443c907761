import { sha256Hex } from '#base'
import type { RetryRule } from './back-off.ts'
import type { EventFilter } from './event-filter.ts'

/** A sink of a route, with its options as its kind reads them. */
export interface SinkRow {
  readonly kind: string
  readonly name: string
  readonly options: Readonly<Record<string, unknown>>
}

/** A route as it was read. */
export interface MeshRoute {
  readonly name: string
  readonly match: readonly string[]
  readonly filter: EventFilter | undefined
  readonly sinks: readonly SinkRow[]
  readonly retry: RetryRule
  /** `subject`: events of one subject are delivered one after another, in the order of commits. */
  readonly order: 'subject' | 'none'
  /** Trust that whoever caused an event has to have. */
  readonly minTrust: number
  /** Where a route that is new begins. */
  readonly from: 'now' | 'beginning'
  readonly paused: boolean
}

export interface MeshConfig {
  /** SHA-256 of the text, hex. */
  readonly digest: string
  readonly routes: readonly MeshRoute[]
}

/** What is wrong with a mesh.yml, and where. */
export interface MeshProblem {
  /** From 1; undefined where it is the file as a whole. */
  readonly line: number | undefined
  /** `routes[0].match[1]`; empty for the whole. */
  readonly path: string
  readonly message: string
}

export type MeshReading =
  | { readonly ok: true; readonly config: MeshConfig; readonly warnings?: readonly MeshProblem[] }
  | { readonly ok: false; readonly problems: readonly MeshProblem[] }

/** No file: nothing is routed. */
export const NO_ROUTES: MeshConfig = { digest: sha256Hex(''), routes: [] }

/** One line for a problem, as the log, health and `mesh lint` show it. */
export const problemInWords = ({ line, path, message }: MeshProblem): string =>
  `${line === undefined ? '' : `line ${line}: `}${path === '' ? '' : `${path}: `}${message}`
