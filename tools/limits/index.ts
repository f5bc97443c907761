import { AGENT_ROWS } from './agent-limits.ts'
import { ANALYSIS_ROWS } from './analysis-limits.ts'
import { ARCHIVE_ROWS } from './archive-limits.ts'
import { ARTIFACT_ROWS } from './artifact-limits.ts'
import { BULK_ROWS } from './bulk-limits.ts'
import { CAPSULE_ROWS } from './capsule-limits.ts'
import { COMMAND_LINE_LIMITS } from './command-line-limits.ts'
import { DOCUMENT_ROWS } from './document-limits.ts'
import { EVENT_ROWS } from './event-limits.ts'
import { EXPORT_ROWS } from './export-limits.ts'
import { GOVERNANCE_ROWS } from './governance-limits.ts'
import { IDENTITY_ROWS } from './identity-limits.ts'
import { IMPORT_ROWS } from './import-limits.ts'
import { INSTANCE_LIMITS } from './instance-limits.ts'
import { KEEPING_ROWS } from './keeping-limits.ts'
import { LEDGER_ROWS } from './ledger-limits.ts'
import { MESH_ROWS } from './mesh-limits.ts'
import { POLICY_ROWS } from './policy-limits.ts'
import { REQUEST_LIMITS } from './request-limits.ts'

export type { Beyond, Limit, Unit } from './limit.ts'

/** The limits by what they are about, under the words that head their table. */
export const LIMIT_TABLES = {
  'Requests and connections': REQUEST_LIMITS,
  'Capsules and questions': CAPSULE_ROWS,
  'Bulk changes': BULK_ROWS,
  Agents: AGENT_ROWS,
  Imports: IMPORT_ROWS,
  Documents: DOCUMENT_ROWS,
  Events: EVENT_ROWS,
  Exports: EXPORT_ROWS,
  'Legal holds and erasures': KEEPING_ROWS,
  Governance: GOVERNANCE_ROWS,
  'Analyses and the council': ANALYSIS_ROWS,
  'Subjects and tokens': IDENTITY_ROWS,
  'The archive': ARCHIVE_ROWS,
  'The log': LEDGER_ROWS,
  'Artifacts from elsewhere': ARTIFACT_ROWS,
  Policies: POLICY_ROWS,
  'Routes of events': MESH_ROWS,
  'The instance': INSTANCE_LIMITS,
  'The command line': COMMAND_LINE_LIMITS,
} as const

/** All limits, once each, with the numbers of the code that keeps them. */
export const LIMITS = {
  ...REQUEST_LIMITS,
  ...CAPSULE_ROWS,
  ...BULK_ROWS,
  ...AGENT_ROWS,
  ...IMPORT_ROWS,
  ...DOCUMENT_ROWS,
  ...EVENT_ROWS,
  ...EXPORT_ROWS,
  ...KEEPING_ROWS,
  ...GOVERNANCE_ROWS,
  ...IDENTITY_ROWS,
  ...ANALYSIS_ROWS,
  ...ARCHIVE_ROWS,
  ...LEDGER_ROWS,
  ...ARTIFACT_ROWS,
  ...POLICY_ROWS,
  ...MESH_ROWS,
  ...INSTANCE_LIMITS,
  ...COMMAND_LINE_LIMITS,
} as const
export type LimitName = keyof typeof LIMITS
