import type {
  Approval,
  ApprovalPage,
  ApprovalState,
  ArtifactVerification,
  Backup,
  BackupRequest,
  ConfigRow,
  DelegationAnswer,
  DelegationTopic,
  ElectionExport,
  EmbeddingState,
  EvidenceQuery,
  ImportFile,
  ImportJob,
  ImportRequest,
  LedgerKeys,
  LedgerWitness,
  Proposal,
  ProposalAdvice,
  ProposalAnalysis,
  ProposalPage,
  ProposalStatus,
  Repair,
  SystemHealth,
  VerifiedArtifact,
  VerifyArtifactBody,
  VoteAnswer,
} from '@forge-cascade/contract'
import type { Health, ProbeResult } from '#boot'
import type { Archives, ArchiveTarget, AskContext, Call, Erasures } from '#capsules'
import type { DecisionBook, Draft, Emergency, Gate, PolicyDesk, RoutingDesk, TrustEngine } from '#governance'
import type { AccessTokens, Subject } from '#identity'
import type { DatedVerdict, StoredCheckpoint, VerifyRequest } from '#ledger'
import type { AgentDoor } from '#mcp'
import type { DeadLetters, LetterChoice, MeshFacts } from '#mesh'
import type { Logger, Metrics } from '#observability'
import type { LiveRouting } from '#routing'
import type { Finding } from '#store'

import type { EventStreams } from '../event-streams.ts'
import type { FindFacts, NewFacts } from '../facts.ts'

/** A page of something, with the cursor of the next. */
export interface DeskPage<T> {
  readonly items: readonly T[]
  readonly next: string | undefined
}

interface PageRequest {
  readonly limit: number
  readonly cursor?: string | undefined
}

/** Imports, as the API shows them. What is not there is undefined. */
export interface ImportDesk {
  /** Begins, or continues what was interrupted. @throws CascadeError SOURCE_UNREADABLE, CONFLICT. */
  start(call: Call<'import.run'>, request: ImportRequest): Promise<ImportJob>
  find(id: string): Promise<ImportJob | undefined>
  list(page: PageRequest): Promise<DeskPage<ImportJob>>
  listFiles(
    id: string,
    page: PageRequest & { readonly state?: ImportFile['state'] | undefined },
  ): Promise<DeskPage<ImportFile> | undefined>
  cancel(call: Call<'import.run'>, id: string): Promise<ImportJob | undefined>
  /** Archives what the import brought in and says how many capsules that were. */
  remove(call: Call<'import.run'>, id: string): Promise<number | undefined>
}

/** Requests that wait for somebody's word, as the API shows them. */
export interface ApprovalDesk {
  /** What the subject asked for, and what it may read. @throws CascadeError CURSOR_INVALID. */
  list(
    subject: Subject,
    request: PageRequest & { readonly state?: ApprovalState | undefined; readonly mine: boolean },
  ): Promise<ApprovalPage>
  /** @throws CascadeError NOT_FOUND. */
  get(id: string): Promise<Approval>
  /** @throws CascadeError NOT_FOUND; CONFLICT where it waits no longer. */
  decide(
    call: Call<'approval.decide'>,
    id: string,
    word: { readonly decision: 'approve' | 'reject'; readonly reason?: string | undefined },
  ): Promise<Approval>
}

/** What people change by vote, as the API shows it. */
export interface ProposalDesk {
  /** @throws CascadeError CURSOR_INVALID. */
  list(viewer: Subject, request: PageRequest & { readonly status?: ProposalStatus | undefined }): Promise<ProposalPage>
  /** @see Proposals.create */
  create(call: Call<'proposal.create'>, draft: Draft): Promise<Proposal>
  /** @throws CascadeError NOT_FOUND. */
  get(viewer: Subject, id: string): Promise<Proposal>
  /** @see Proposals.activate */
  activate(call: Call<'proposal.create'>, id: string): Promise<Proposal>
  /** @see Proposals.withdraw */
  withdraw(call: Call<'proposal.create'>, id: string): Promise<Proposal>
  /** @see Proposals.vote */
  vote(call: Call<'proposal.vote'>, id: string, vote: VoteAnswer['vote']): Promise<VoteAnswer>
  /** Carries out again what failed; the grant is for asking, each try is decided by itself. @throws CascadeError NOT_FOUND, CONFLICT. */
  retry(viewer: Subject, id: string): Promise<Proposal>
  /** @throws CascadeError NOT_FOUND; CONFLICT before voting opened. */
  export(viewer: Subject, id: string): Promise<ElectionExport>
  delegations(subject: Subject): Promise<readonly DelegationAnswer[]>
  /** @see Delegations.give */
  delegate(
    call: Call<'proposal.delegate'>,
    given: { readonly to: string; readonly topic: DelegationTopic },
  ): Promise<DelegationAnswer>
  /** @throws CascadeError NOT_FOUND. */
  revoke(call: Call<'proposal.delegate'>, topic: DelegationTopic): Promise<void>
}

/** What proposals would do, as the API shows it. */
export interface AnalysisDesk {
  /** @throws CascadeError NOT_FOUND; UNPROCESSABLE for policies that cannot be read any more; the reason of the signal. */
  analyse(
    viewer: Subject,
    id: string,
    request: {
      readonly decisions: number
      readonly until?: number | undefined
      readonly signal: AbortSignal
      /** Whether whoever asks may read a decision. */
      readonly mayRead: (decisionId: string) => Promise<boolean>
    },
  ): Promise<ProposalAnalysis>
}

/** What the council says of proposals, as the API shows it. */
export interface CouncilDesk {
  /** @throws CascadeError NOT_FOUND. */
  advice(viewer: Subject, id: string): Promise<ProposalAdvice>
  /** @throws CascadeError NOT_FOUND; CONFLICT for what is closed; the reason of the signal. */
  advise(call: Call<'proposal.advise'>, id: string, signal: AbortSignal): Promise<ProposalAdvice>
}

/** What a try of the whole way came to, step by step. */
export interface DeepAnswer {
  readonly status: ProbeResult['status']
  readonly checks: ProbeResult['checks']
}

/** The model of the vectors. Each verb answers how things stand after it. @throws CascadeError CONFLICT. */
export interface ModelDesk {
  state(): Promise<EmbeddingState>
  start(call: Call<'system.embed'>): Promise<EmbeddingState>
  pause(call: Call<'system.embed'>): Promise<EmbeddingState>
  resume(call: Call<'system.embed'>): Promise<EmbeddingState>
  cancel(call: Call<'system.embed'>): Promise<EmbeddingState>
}

/** What the instance knows about itself. */
export interface SystemDesk {
  health(): SystemHealth | Promise<SystemHealth>
  /** Tries a write, a search and an answer. */
  probe(): Promise<DeepAnswer>
  config(): readonly ConfigRow[]
  /** Begins to give the folder back. @throws CascadeError CONFLICT where it is not lent. */
  handOver(): void
  /** What the instance finds of itself beside the store: shipping, erasures, the archive. */
  findings(): Promise<readonly Finding[]>
  /** Makes anew what is derived and damaged. @throws CascadeError DATA_CORRUPT, STORAGE_FULL. */
  repair(call: Call<'system.repair'>): Promise<Repair>
  /** @throws CascadeError UNPROCESSABLE where the path cannot be written or the store cannot do it, STORAGE_FULL. */
  backup(call: Call<'system.backup'>, asked: BackupRequest): Promise<Backup>
}

/** Segments outside the store, and what is due for them now. */
export interface ArchiveDesk {
  readonly archives: Pick<
    Archives,
    'archive' | 'countAway' | 'get' | 'list' | 'listUnknown' | 'place' | 'plan' | 'restore' | 'verify'
  >
  readonly retention: () => ArchiveTarget
}

/** The log as it is signed and verified. */
export interface LedgerDesk {
  /** Verifier keys as text, the active one first. */
  keys(): Promise<readonly string[]>
  /** The newest that is signed. */
  checkpoint(): Promise<StoredCheckpoint>
  /** The newest that so many witnesses cosigned. @throws CascadeError NOT_FOUND. */
  cosigned(witnesses: number): Promise<StoredCheckpoint>
  /** One that covers the entry, the one that most witnesses cosigned before others, where there is such an entry: it is signed now if need be. */
  covering(index: number): Promise<StoredCheckpoint>
  /** What was found last. */
  verdict(): DatedVerdict | Promise<DatedVerdict>
  /** @throws CascadeError RATE_LIMITED while another is under way. */
  verify(request: VerifyRequest): Promise<DatedVerdict>
}

/** What comes from elsewhere, verified and recorded. */
export interface ArtifactDesk {
  /** @throws CascadeError SOURCE_UNREADABLE, UNPROCESSABLE, VALIDATION_FAILED for what is no key; RATE_LIMITED while another is verified. */
  verify(
    call: Call<'artifact.verify'>,
    asked: VerifyArtifactBody,
    signal: AbortSignal,
    onProgress: (check: string, at: number, of: number) => void,
  ): Promise<VerifiedArtifact>
  /** The newest that was recorded; undefined for one that was never verified. */
  find(digest: string): Promise<ArtifactVerification | undefined>
}

/** The keys that sign the log. */
export interface LedgerKeyDesk {
  /** @throws CascadeError CONFLICT while two keys sign, and while another change is under way. */
  rotate(call: Call<'ledger.rotate'>, overlapDays: number | undefined): Promise<LedgerKeys>
}

/** Whom this instance witnesses, and who witnesses its log. */
export interface WitnessDesk {
  /** Cosigns, or says which size was cosigned last. @throws CascadeError NOT_FOUND where this instance is no witness. */
  addCheckpoint(
    body: Uint8Array,
  ): Promise<
    { readonly kind: 'cosigned'; readonly lines: string } | { readonly kind: 'otherSize'; readonly size: number }
  >
  /** The note that was cosigned last for the log of this hash. @throws CascadeError NOT_FOUND. */
  checkpoint(originHash: string): Promise<string>
  state(): Promise<LedgerWitness>
}

/** Takes entries of the log out, with what proves them. */
export interface EvidenceDesk {
  /**
   * The bytes of a bundle, piece by piece.
   *
   * @throws CascadeError RATE_LIMITED while another is made, UNPROCESSABLE for more than one holds.
   */
  export(call: Call<'evidence.export'>, query: EvidenceQuery, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>
}

/** The gate, what it decides by, and what it decided. */
export interface GovernanceDesk {
  readonly gate: Pick<Gate, 'evaluate' | 'preview'>
  readonly policies: Pick<PolicyDesk, 'active' | 'apply' | 'bundle' | 'read' | 'readBuiltIn' | 'reset'>
  readonly book: Pick<DecisionBook, 'find' | 'listUnpaired' | 'outcomeOf' | 'replay'>
  readonly findFacts?: FindFacts
  readonly newFacts?: NewFacts
}

/** Which provider makes a vector. */
export interface RoutingPlace {
  readonly desk: Pick<RoutingDesk, 'active' | 'apply' | 'findings' | 'read' | 'requireMatch'>
  readonly live: Pick<LiveRouting, 'decide' | 'rules' | 'standing'>
  /** Where the rules lie. */
  readonly file: string
  readonly space: { readonly model: string; readonly dimensions: number }
}

/** Routes of events. */
export interface MeshDesk {
  state(): MeshFacts
  /** Names of the routes, once the file has been looked at. */
  routes(): Promise<readonly string[]>
  readonly letters: Pick<DeadLetters, 'count' | 'discard' | 'list'>
  /** @returns how many are on their way. @throws CascadeError NOT_FOUND. */
  replay(call: Call<'mesh.replay'>, choice: LetterChoice): Promise<number>
}

/** What the handlers work with. */
export interface HandlerContext {
  readonly capsules: AskContext
  readonly tokens: Pick<AccessTokens, 'create' | 'find' | 'isActive' | 'list' | 'revoke'>
  readonly imports: ImportDesk
  readonly governance: GovernanceDesk
  readonly model: ModelDesk
  readonly routing: RoutingPlace
  readonly erasures: Pick<Erasures, 'plan' | 'erase' | 'eraseMany' | 'get' | 'list'>
  readonly archive: ArchiveDesk
  readonly ledger: LedgerDesk
  readonly ledgerKeys: LedgerKeyDesk
  readonly witness: WitnessDesk
  readonly evidence: EvidenceDesk
  readonly events: Pick<EventStreams, 'feed' | 'open'>
  readonly system: SystemDesk
  readonly trust: Pick<TrustEngine, 'explain' | 'given'>
  readonly emergency: Pick<Emergency, 'lift' | 'look' | 'raise'>
  readonly approvals: ApprovalDesk
  readonly proposals: ProposalDesk
  readonly analysis: AnalysisDesk
  readonly council: CouncilDesk
  readonly mesh: MeshDesk
  /** Loaded when it is first asked for. */
  readonly artifacts: () => Promise<ArtifactDesk>
  /** Where agents are spoken to; loaded by the first of them. */
  readonly agents: () => Promise<Pick<AgentDoor, 'serve'>>
  readonly health: Health
  readonly metrics: Metrics
  readonly logger: Logger
  /** Version of the program, for the description. */
  readonly version: string
  /** Bytes of the longest line of a batch. */
  readonly lineBytesMax: number
  /** How long a batch may stand still before it is ended. */
  readonly lineIdleMs: number
}
