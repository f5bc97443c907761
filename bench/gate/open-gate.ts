import type { Action } from '@forge-cascade/contract'
import type {
  Decision,
  Gate,
  GateRequest,
  GovernanceGate,
  Later,
} from '../../packages/server/src/domain/governance/index.ts'
import type { Grant } from '../../packages/server/src/platform/store/index.ts'
import { mintGrant } from '../../packages/server/src/platform/store/mint-grant.ts'

/** Allows everything and records nothing: what is left of an instance when nobody decides. For measuring alone. */
export class OpenGate implements Gate {
  readonly #newId: () => string
  readonly #made: ReturnType<Gate['preview']>

  /** @param allowed a request that `gate` allows: what it made of it stands for all. */
  constructor(gate: Pick<GovernanceGate, 'preview'>, allowed: GateRequest, newId: () => string) {
    this.#newId = newId
    this.#made = gate.preview(allowed)
  }

  decide<A extends Action>(request: GateRequest<A>): Decision<A> {
    const { action, resource, subject, correlationId, reach = 'command' } = request
    if (subject === undefined) throw new TypeError('The open gate lets in subjects alone.')
    const decisionId = this.#newId()
    const words = { decisionId, action, resource, subject: subject.id, correlationId, reach }
    return { ...this.#made, ...words, applied: 'allow', grant: mintGrant(words) }
  }

  preview(): ReturnType<Gate['preview']> {
    return this.#made
  }

  standing<A extends Action>(request: GateRequest<A>): Grant<A> {
    const decision = this.decide(request)
    if (decision.applied !== 'allow') throw new TypeError('The open gate allows.')
    return decision.grant
  }

  retried<A extends Action>(request: GateRequest<A>): Grant<A> {
    return this.standing(request)
  }

  evaluate(): ReturnType<Gate['evaluate']> {
    return { ...this.#made, decisionId: this.#newId() }
  }

  async settled(): Promise<void> {
    // Nothing is on record that anybody could wait for.
  }

  async carryOut<T>(_granted: unknown, work: (later: Later) => Promise<T> | T): Promise<T> {
    return work(() => () => undefined)
  }

  release(): void {
    // Nothing was kept.
  }
}
