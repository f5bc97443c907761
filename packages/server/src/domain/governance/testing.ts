import type { Action } from '@forge-cascade/contract'
import type { Grant } from '#store'
import type { Gate, GateRequest } from './gate.ts'
import { requireGrant } from './governance-gate.ts'

/** A gate that is asked something else than it was: for tests of what happens where it says another word. */
export const asking = (gate: Gate, change: <R extends GateRequest>(request: R) => R): Gate => ({
  decide: (request) => gate.decide(change(request)),
  preview: (request) => gate.preview(change(request)),
  standing: (request) => gate.standing(change(request)),
  retried: (request) => gate.retried(change(request)),
  evaluate: (request) => gate.evaluate(change(request)),
  settled: (decision) => gate.settled(decision),
  carryOut: (granted, work) => gate.carryOut(granted, work),
  release: (decisionId) => gate.release(decisionId),
})

/** The same question by somebody without any role. */
export const byNobody = <R extends GateRequest>(request: R): R =>
  request.subject === undefined ? request : { ...request, subject: { ...request.subject, roles: [] } }

/** The same question by an administrator of full trust. */
export const byAdministrator = <R extends GateRequest>(request: R): R =>
  request.subject === undefined
    ? request
    : { ...request, subject: { ...request.subject, roles: ['administrator'], trust: 100 } }

/** The grant of a decision that is durable. */
export async function requireSettledGrant<A extends Action>(gate: Gate, request: GateRequest<A>): Promise<Grant<A>> {
  const decision = gate.decide(request)
  await gate.settled(decision)
  return requireGrant(decision)
}
