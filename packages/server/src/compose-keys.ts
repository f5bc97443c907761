import { BootKey } from '#boot'
import type { Archives, AskContext, Embedders, Erasures, Imports, ModelChange } from '#capsules'
import type { DataFolder } from '#data-folder'
import type {
  AffectDeltas,
  Approvals,
  CouncilSessions,
  DecisionBook,
  DecisionJournal,
  Emergency,
  GovernanceGate,
  MemoryDrift,
  PolicyDesk,
  ProposalCourse,
  RiskProvider,
  TrustEngine,
} from '#governance'
import type { AccessTokens, Subject, Subjects } from '#identity'
import type { CheckpointMirror, CosignedCheckpoint } from '#ledger'
import type { Mesh } from '#mesh'
import type { Metrics } from '#observability'
import type { TokenFile } from './adapters/files/token-file.ts'
import type { SqliteStore } from './adapters/sqlite/index.ts'
import type * as Http from './edge/http/index.ts'
import type {
  AnalysisDesk,
  CouncilDesk,
  createWitnessDesk,
  EventMesh,
  LedgerDesk,
  LogKeys,
  ProposalDesk,
  SigningLog,
  UnfinishedErasures,
} from './edge/jobs/index.ts'

/** What the parts hand to each other. */
export const FOLDER = new BootKey<DataFolder>('data folder')
export const STORE = new BootKey<SqliteStore>('store')
export const GATE = new BootKey<GovernanceGate>('gate')
export const APPROVALS = new BootKey<Approvals>('approvals')
export const PROPOSALS = new BootKey<Readonly<{ desk: ProposalDesk; course: ProposalCourse }>>('proposals')
export const COUNCIL = new BootKey<Readonly<{ sessions: CouncilSessions; desk: CouncilDesk; analysis: AnalysisDesk }>>(
  'council',
)
export const EMERGENCY = new BootKey<Emergency>('emergency')
export const GOVERNANCE = new BootKey<Readonly<{ gate: GovernanceGate; policies: PolicyDesk; book: DecisionBook }>>(
  'governance',
)
export const JOURNAL = new BootKey<DecisionJournal>('journal of decisions')
export const DRIFT = new BootKey<MemoryDrift>('drift of the memory')
export const AFFECT = new BootKey<AffectDeltas>('changes of affect')
export const RISK_PROVIDERS = new BootKey<RiskProvider[]>('providers of risk')
export const ROUTING = new BootKey<Http.RoutingPlace>('routing')
export const TRUST = new BootKey<TrustEngine>('trust engine')
export const SUBJECTS = new BootKey<Subjects>('subjects')
export const TOKENS = new BootKey<AccessTokens>('tokens of subjects')
export const ADMIN = new BootKey<Subject>('administrator')
export const MIRROR = new BootKey<CheckpointMirror | undefined>('mirror')
export const LOG = new BootKey<SigningLog>('log')
export const LOG_KEYS = new BootKey<LogKeys>('keys of the log')
export const COSIGNED = new BootKey<() => readonly CosignedCheckpoint[]>('what witnesses cosigned')
export const WITNESS = new BootKey<ReturnType<typeof createWitnessDesk>>('witness')
export const LEDGER = new BootKey<LedgerDesk>('ledger')
export const TOKEN = new BootKey<TokenFile>('token')
export const EMBEDDERS = new BootKey<Embedders>('embedders')
export const MODEL_CHANGE = new BootKey<ModelChange>('model change')
export const CAPSULES = new BootKey<AskContext>('capsules')
export const IMPORTS = new BootKey<Imports>('imports')
export const ARCHIVES = new BootKey<Archives>('archives')
export const ERASURES = new BootKey<Erasures>('erasures')
export const UNFINISHED = new BootKey<UnfinishedErasures>('unfinished erasures')
export const REPAIRED = new BootKey<Set<() => Promise<void>>>('who looks again after a repair')
export const MESH = new BootKey<Mesh>('mesh')
export const MESH_JOB = new BootKey<EventMesh>('mesh job')
export const METRICS = new BootKey<Metrics>('metrics')
export const DOORS = new BootKey<typeof Http>('doors')
export const ADDRESS = new BootKey<string | null>('address')
