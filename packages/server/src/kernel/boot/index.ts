export { type BootOptions, boot } from './boot.ts'
export { type BootChunk, type BootHandle, CHUNK_START_MS, CHUNKS_MAX } from './boot-chunk.ts'
export { type BootContext, BootKey } from './boot-context.ts'
export type { BootReport, ChunkReport } from './boot-report.ts'
export { type ChunkClaim, ClaimGuardian } from './claim-guardian.ts'
export { type BootGuardian, type ChunkEvidence, GUARDIAN_MS, type GuardianVerdict } from './guardian.ts'
export {
  CHECK_MS,
  CHECKS_MAX,
  FINDING_AGE_MS,
  Health,
  type HealthCheckOptions,
  type HealthFinding,
  type HealthRow,
  type HealthStatus,
  type ProbeResult,
} from './health.ts'
