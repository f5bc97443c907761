import type { Handlers } from '../handler.ts'
import { agentHandlers } from './agents.ts'
import { approvalHandlers } from './approvals.ts'
import { archiveHandlers } from './archive.ts'
import { artifactHandlers } from './artifacts.ts'
import { bulkHandlers } from './bulk.ts'
import { capsuleHandlers } from './capsules.ts'
import { embeddingHandlers } from './embedding.ts'
import { emergencyHandlers } from './emergency.ts'
import { eventHandlers } from './events.ts'
import { exportHandlers } from './export.ts'
import { governanceHandlers } from './governance.ts'
import type { HandlerContext } from './handler-context.ts'
import { identityHandlers } from './identity.ts'
import { importHandlers } from './imports.ts'
import { keepingHandlers } from './keeping.ts'
import { ledgerHandlers } from './ledger.ts'
import { lineageHandlers } from './lineage.ts'
import { meshHandlers } from './mesh.ts'
import { probeHandlers } from './probes.ts'
import { proposalHandlers } from './proposals.ts'
import { recallHandlers } from './recall.ts'
import { routingHandlers } from './routing.ts'
import { shareHandlers } from './shares.ts'
import { subjectTrustHandlers } from './subject-trust.ts'
import { systemHandlers } from './system.ts'
import { witnessHandlers } from './witness.ts'

/** A handler for every route of the contract; a route without one does not compile. */
export const createHandlers = (context: HandlerContext): Handlers => ({
  ...recallHandlers(context),
  ...capsuleHandlers(context),
  ...bulkHandlers(context),
  ...shareHandlers(context),
  ...lineageHandlers(context),
  ...importHandlers(context),
  ...exportHandlers(context),
  ...agentHandlers(context),
  ...embeddingHandlers(context),
  ...routingHandlers(context),
  ...eventHandlers(context),
  ...archiveHandlers(context),
  ...ledgerHandlers(context),
  ...artifactHandlers(context),
  ...governanceHandlers(context),
  ...keepingHandlers(context),
  ...emergencyHandlers(context),
  ...meshHandlers(context),
  ...subjectTrustHandlers(context),
  ...identityHandlers(context),
  ...approvalHandlers(context),
  ...proposalHandlers(context),
  ...systemHandlers(context),
  ...witnessHandlers(context),
  ...probeHandlers(context),
})
