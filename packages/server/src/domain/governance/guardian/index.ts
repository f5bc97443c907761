export { Guardian, type GuardianOptions, type GuardianQuestion } from './guardian.ts'
export type { Decided } from './history.ts'
export type { RiskProvider, RiskQuestion } from './providers.ts'
export type { Risk, RiskSignal, RiskSignalName, RiskWeights, WeighedSignal } from './risk.ts'
