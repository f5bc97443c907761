export {
  ANALYSIS_FORMAT,
  type Analysis,
  analyseChange,
  type Flip,
  type RecordedDecisions,
  type RoleEffect,
} from './analyse-change.ts'
export { type AnalysedChange, type GateShift, inputOn, type TrustShift } from './analysed-change.ts'
export type { Conflict } from './conflicts.ts'
export type { Breach, ClauseFinding } from './constitution-check.ts'
export { DRIFT_PARTS, type Drift, driftOf } from './drift.ts'
