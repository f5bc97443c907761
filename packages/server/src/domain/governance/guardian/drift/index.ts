export { AffectDeltas, parseAffectDelta } from './affect-deltas.ts'
export { MemoryDrift } from './memory-drift.ts'
