export { type SubjectTrust, type Testimony, TrustEngine, type TrustEngineOptions } from './trust-engine.ts'
export { TrustFeed, type TrustFeedOptions } from './trust-feed.ts'
export { TRUST_COLLECTIONS } from './trust-rows.ts'
