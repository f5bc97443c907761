import type { CommandSpec } from '../command-spec.ts'
import { AGENT_ADD, AGENT_LIST, AGENT_REVOKE, AGENT_TOKEN } from './agent.ts'
import { APPROVALS, APPROVALS_APPROVE, APPROVALS_LIST, APPROVALS_REJECT, APPROVALS_SHOW } from './approvals.ts'
import { ARCHIVE, ARCHIVE_LIST, ARCHIVE_RESTORE, ARCHIVE_VERIFY } from './archive.ts'
import { ARTIFACT_SHOW, ARTIFACT_VERIFY } from './artifact.ts'
import { ASK } from './ask.ts'
import { BACKUP } from './backup.ts'
import { BRIDGE } from './bridge.ts'
import { BULK_ARCHIVE, BULK_ERASE, BULK_RESTORE, BULK_RUN, BULK_TAG } from './bulk.ts'
import { COMPLETION } from './completion.ts'
import { CONFIG_CHECK, CONFIG_SHOW } from './config.ts'
import { CONSTITUTION } from './constitution.ts'
import { PROPOSALS_DELEGATE, PROPOSALS_DELEGATIONS, PROPOSALS_UNDELEGATE } from './delegations.ts'
import { DOCTOR } from './doctor.ts'
import { EMBEDDING_CANCEL, EMBEDDING_PAUSE, EMBEDDING_RESUME, EMBEDDING_START, EMBEDDING_STATUS } from './embedding.ts'
import { EMERGENCY_OFF, EMERGENCY_ON, EMERGENCY_STATUS } from './emergency.ts'
import { ERASE } from './erase.ts'
import { EVENTS, PUBLISH } from './events.ts'
import { EVIDENCE_EXPORT, EVIDENCE_VERIFY } from './evidence.ts'
import { EVIDENCE_CHANGES, EVIDENCE_EXPLAIN, EVIDENCE_HISTORY } from './evidence-reports.ts'
import { EXPORT } from './export.ts'
import { FORGET } from './forget.ts'
import { GATE_DECISIONS, GATE_EXPLAIN, GATE_PREVIEW } from './gate.ts'
import { GATE_REPLAY } from './gate-replay.ts'
import { HELP } from './help.ts'
import { HISTORY } from './history.ts'
import { HOLD_LIFT, HOLD_LIST, HOLD_PLACE } from './hold.ts'
import { IMPORT } from './import.ts'
import { LEDGER_AUDIT, LEDGER_PROVE, LEDGER_ROTATE_KEY, LEDGER_SHOW, LEDGER_VERIFY, LEDGER_WITNESS } from './ledger.ts'
import { LEDGER_PUBLISH } from './ledger-publish.ts'
import { LINEAGE } from './lineage.ts'
import { MCP } from './mcp.ts'
import { MCP_INSTALL, MCP_UNINSTALL } from './mcp-install.ts'
import { MESH_DEAD, MESH_DISCARD, MESH_LINT, MESH_REPLAY, MESH_SHOW } from './mesh.ts'
import { POLICY_EXPLAIN, POLICY_LINT, POLICY_TEST } from './policy.ts'
import { POLICY_APPLY, POLICY_DIFF, POLICY_SHOW } from './policy-in-force.ts'
import {
  PROPOSALS,
  PROPOSALS_CREATE,
  PROPOSALS_EXPORT,
  PROPOSALS_LIST,
  PROPOSALS_OPEN,
  PROPOSALS_RETRY,
  PROPOSALS_SHOW,
  PROPOSALS_VOTE,
  PROPOSALS_WITHDRAW,
} from './proposals.ts'
import { PROPOSALS_ADVICE, PROPOSALS_ANALYSIS } from './proposals-analysis.ts'
import { REMEMBER } from './remember.ts'
import { RESTORE } from './restore.ts'
import { ROUTING_APPLY, ROUTING_LINT, ROUTING_PREVIEW, ROUTING_SHOW } from './routing.ts'
import { SEARCH } from './search.ts'
import { SHARE, SHARES, UNSHARE } from './share.ts'
import { SHOW } from './show.ts'
import { START } from './start.ts'
import { STATS } from './stats.ts'
import { SUBJECT_ADD, SUBJECT_CHANGE, SUBJECT_LIST, SUBJECT_SHOW } from './subject.ts'
import { TOKEN_CREATE, TOKEN_LIST, TOKEN_REVOKE } from './token.ts'
import { TRUST_EXPLAIN } from './trust.ts'
import { WHOAMI } from './whoami.ts'

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandSpec[] = [
  START,
  IMPORT,
  ASK,
  SEARCH,
  REMEMBER,
  SHOW,
  HISTORY,
  LINEAGE,
  EXPORT,
  SHARE,
  SHARES,
  UNSHARE,
  FORGET,
  MCP,
  MCP_INSTALL,
  MCP_UNINSTALL,
  BULK_TAG,
  BULK_ARCHIVE,
  BULK_RESTORE,
  BULK_ERASE,
  BULK_RUN,
  BACKUP,
  RESTORE,
  ARCHIVE,
  ARCHIVE_LIST,
  ARCHIVE_VERIFY,
  ARCHIVE_RESTORE,
  ERASE,
  HOLD_PLACE,
  HOLD_LIFT,
  HOLD_LIST,
  WHOAMI,
  AGENT_ADD,
  AGENT_LIST,
  AGENT_TOKEN,
  AGENT_REVOKE,
  SUBJECT_ADD,
  SUBJECT_LIST,
  SUBJECT_SHOW,
  SUBJECT_CHANGE,
  TOKEN_CREATE,
  TOKEN_LIST,
  TOKEN_REVOKE,
  LEDGER_SHOW,
  LEDGER_VERIFY,
  LEDGER_PROVE,
  LEDGER_AUDIT,
  ARTIFACT_VERIFY,
  ARTIFACT_SHOW,
  LEDGER_WITNESS,
  LEDGER_ROTATE_KEY,
  LEDGER_PUBLISH,
  EVENTS,
  PUBLISH,
  BRIDGE,
  EVIDENCE_EXPORT,
  EVIDENCE_VERIFY,
  EVIDENCE_CHANGES,
  EVIDENCE_HISTORY,
  EVIDENCE_EXPLAIN,
  POLICY_LINT,
  POLICY_TEST,
  POLICY_EXPLAIN,
  POLICY_SHOW,
  POLICY_DIFF,
  POLICY_APPLY,
  GATE_EXPLAIN,
  GATE_PREVIEW,
  GATE_DECISIONS,
  GATE_REPLAY,
  EMERGENCY_ON,
  EMERGENCY_OFF,
  EMERGENCY_STATUS,
  ...[MESH_LINT, MESH_SHOW, MESH_DEAD, MESH_REPLAY, MESH_DISCARD],
  TRUST_EXPLAIN,
  APPROVALS,
  APPROVALS_LIST,
  APPROVALS_SHOW,
  APPROVALS_APPROVE,
  APPROVALS_REJECT,
  PROPOSALS,
  PROPOSALS_LIST,
  PROPOSALS_SHOW,
  PROPOSALS_CREATE,
  PROPOSALS_ANALYSIS,
  PROPOSALS_ADVICE,
  PROPOSALS_OPEN,
  PROPOSALS_WITHDRAW,
  PROPOSALS_VOTE,
  PROPOSALS_RETRY,
  PROPOSALS_EXPORT,
  PROPOSALS_DELEGATE,
  PROPOSALS_UNDELEGATE,
  PROPOSALS_DELEGATIONS,
  CONSTITUTION,
  DOCTOR,
  STATS,
  CONFIG_SHOW,
  CONFIG_CHECK,
  EMBEDDING_STATUS,
  EMBEDDING_START,
  EMBEDDING_PAUSE,
  EMBEDDING_RESUME,
  EMBEDDING_CANCEL,
  ROUTING_SHOW,
  ROUTING_LINT,
  ROUTING_PREVIEW,
  ROUTING_APPLY,
  COMPLETION,
  HELP,
]
