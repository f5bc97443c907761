import type { PolicyEngine, PolicyError } from './policy-engine.ts'
import type { PolicyJson } from './policy-json.ts'
import type { PolicyRequest } from './policy-request.ts'

/** What each of some policies comes to, by itself. */
export type FallbackAnswer =
  | {
      readonly kind: 'evaluated'
      /** Ids of those that are satisfied. */
      readonly satisfied: readonly string[]
      readonly errors: readonly PolicyError[]
    }
  /** Cedar refuses the request as a whole. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The engine cannot answer now. */
  | { readonly kind: 'failed'; readonly message: string }

/**
 * Cedar itself, over the same policies: decides the requests, and evaluates the policies, that the compiled path leaves to it.
 * The requests hold all entities, also those that all requests know.
 */
export interface FallbackEngine extends PolicyEngine {
  /** @param policies some of a set that was accepted; none: only the request is looked at. */
  evaluate(policies: Readonly<Record<string, PolicyJson>>, request: PolicyRequest): FallbackAnswer
}
