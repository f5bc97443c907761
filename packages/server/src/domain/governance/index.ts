export { BOOTSTRAP_RULE, type BootstrapGateOptions, createBootstrapGate, requireGrant } from './bootstrap-gate.ts'
export type { Decision, DecisionReason, Gate, GateRequest } from './gate.ts'
