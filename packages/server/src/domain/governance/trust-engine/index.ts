export { type SubjectTrust, type Testimony, TrustEngine, type TrustEngineOptions } from './trust-engine.ts'
export { TRUST_COLLECTIONS } from './trust-rows.ts'
