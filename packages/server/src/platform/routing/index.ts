export { admit, type CallOutcome, type Circuit, type CircuitView, CLOSED, settle, viewCircuit } from './circuit.ts'
export type { RoutingFinding, Space } from './lint-rules.ts'
export { LiveRouting, type ProviderStanding, type RoutingTicket } from './live-routing.ts'
export { parseRouting, type RoutingReading } from './parse-routing.ts'
export { type DriftReading, factorOf, type ProviderDrift } from './penalty.ts'
export { CONFIGURED, NO_RULES, type ProviderRule, type RoutingRules } from './routing-rules.ts'
export {
  type RoutingDecision,
  type RoutingRequest,
  type RoutingState,
  type RoutingSubject,
  STICKY_CHARACTERS,
  selectProvider,
} from './select-provider.ts'
