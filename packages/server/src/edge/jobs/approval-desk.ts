import type { Approval, ApprovalPage, ApprovalState } from '@forge-cascade/contract'
import { CascadeError, toRfc3339 } from '#base'
import type { ApprovalRow, Approvals, CarryOut, Decision, Gate, HeldOperation } from '#governance'
import type { Credential, Subject } from '#identity'
import type { Grant } from '#store'

export interface ApprovalDeskOptions {
  readonly approvals: Approvals
  readonly gate: Pick<Gate, 'preview'>
  readonly findSubject: (id: string) => Promise<Subject | undefined>
}

interface ListRequest {
  readonly state?: ApprovalState | undefined
  readonly mine: boolean
  readonly limit: number
  readonly cursor?: string | undefined
}

interface DecideCall {
  readonly grant: Grant<'approval.decide'>
  readonly command: { readonly id: string; readonly bodyDigest?: string }
}

/** Bodies that a list shows; longer ones are shown one by one. */
const BODY_LENGTH_LISTED = 4096
/** Requests that are counted for the groups of a list. */
const COUNTED = 1000

/** Requests that wait for somebody's word, as the API shows them: to whoever asked, and to whom may decide. */
export class ApprovalDesk {
  readonly #options: ApprovalDeskOptions

  constructor(options: ApprovalDeskOptions) {
    this.#options = options
  }

  /** @see Approvals.carryOutBy */
  carryOutBy(carryOut: CarryOut): void {
    this.#options.approvals.carryOutBy(carryOut)
  }

  /** @throws CascadeError PAYLOAD_TOO_LARGE, RATE_LIMITED. */
  async park(held: Decision, credential: Credential, operation: HeldOperation): Promise<Approval> {
    return this.#present(await this.#options.approvals.park(held, credential, operation))
  }

  /** @throws CascadeError NOT_FOUND. */
  async get(id: string): Promise<Approval> {
    const row = await this.#options.approvals.find(id)
    if (row) return this.#present(row)
    throw new CascadeError('NOT_FOUND', `No request has the id ${id}.`)
  }

  /** @throws CascadeError NOT_FOUND; CONFLICT where it waits no longer. */
  async decide(
    call: DecideCall,
    id: string,
    word: { readonly decision: 'approve' | 'reject'; readonly reason?: string | undefined },
  ): Promise<Approval> {
    return this.#present(await this.#options.approvals.decide(call, id, word))
  }

  /** What the subject asked for, and what it may read. @throws CascadeError CURSOR_INVALID. */
  async list(subject: Subject, { state, mine, limit, cursor }: ListRequest): Promise<ApprovalPage> {
    const { approvals } = this.#options
    const requester = mine ? subject.id : undefined
    const maySee = (row: ApprovalRow) => this.#maySee(subject, row)
    const { items, next } = await approvals.list({ state, requester }, { limit, cursor }, maySee)
    const listed = await Promise.all(items.map((row) => this.#present(row)))
    const groups = cursor === undefined ? await this.#groups(requester, maySee) : []
    return { items: listed.map(withShortBody), groups, next_cursor: next ?? null }
  }

  async #groups(
    requester: string | undefined,
    maySee: (row: ApprovalRow) => Promise<boolean>,
  ): Promise<ApprovalPage['groups']> {
    const counts = new Map<string, ApprovalPage['groups'][number]>()
    const { items } = await this.#options.approvals.list({ state: 'waiting', requester }, { limit: COUNTED }, maySee)
    for (const { requester: by, action } of items) {
      const key = `${by} ${action}`
      const waiting = (counts.get(key)?.waiting ?? 0) + 1
      counts.set(key, { requester: by, requester_name: await this.#nameOf(by), action, waiting })
    }
    return [...counts.values()].toSorted((a, b) => b.waiting - a.waiting)
  }

  async #maySee(subject: Subject, row: ApprovalRow): Promise<boolean> {
    const { approvals, gate } = this.#options
    const { id, correlationId } = row
    const facts = await approvals.toFacts(row)
    const asked = { action: 'approval.read', resource: `approval/${id}`, subject, correlationId, facts } as const
    return gate.preview(asked).verdict.applied === 'allow'
  }

  async #nameOf(id: string): Promise<string | null> {
    return (await this.#options.findSubject(id))?.name ?? null
  }

  async #present(row: ApprovalRow): Promise<Approval> {
    const { id, state, action, resource, requester, operation, capsule, digest, reasons, decided, outcome } = row
    return {
      ...{ id, state, action, resource, requester, digest, decision_id: row.decisionId },
      requester_name: await this.#nameOf(requester),
      // They came as JSON, and were stored as such.
      operation: {
        id: operation.id,
        params: operation.params as Approval['operation']['params'],
        query: (operation.query ?? null) as Approval['operation']['query'],
        body: (operation.body ?? null) as Approval['operation']['body'],
      },
      version: capsule?.version ?? null,
      reasons: reasons.map(({ code, message, policyId }) => ({ code, message, policy_id: policyId })),
      created_at: toRfc3339(row.createdAt),
      expires_at: toRfc3339(row.expiresAt),
      decided: decided && { ...decided, by_name: await this.#nameOf(decided.by), at: toRfc3339(decided.at) },
      outcome: outcome && { ...outcome, at: toRfc3339(outcome.at) },
    }
  }
}

const withShortBody = (approval: Approval): Approval =>
  JSON.stringify(approval.operation.body).length <= BODY_LENGTH_LISTED
    ? approval
    : { ...approval, operation: { ...approval.operation, body: null } }
