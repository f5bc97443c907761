import type { DOORS } from './doors.ts'
import type { LimitName } from './index.ts'

/** The test that goes beyond a limit. */
export interface LimitTest {
  /** From the root of the repository. */
  readonly file: string
  /** The title of the test, as it stands in the file. */
  readonly title: string
  /** Of several cases the one, by its name in the file. */
  readonly row?: string
}

const SERVER = 'packages/server/src'
const ROUTING = 'platform/routing/parse-routing.test.ts'
const REFUSES_RULES = '%s is refused, and no value is shown'
const inServer = (path: string, title: string, row?: string): LimitTest => ({
  file: `${SERVER}/${path}`,
  title,
  ...(row === undefined ? {} : { row }),
})
const here = (file: string, title: string, row?: string): LimitTest => ({
  file: `tools/limits/${file}-limits.test.ts`,
  title,
  ...(row === undefined ? {} : { row }),
})

const READER = 'adapters/artifacts/read-artifact.test.ts'
const SHARES = 'domain/capsules/access/opened.test.ts'
const APPROVALS = 'edge/http/approval-routes.test.ts'
const PROPOSALS = 'edge/http/proposal-routes.test.ts'
const SAMPLE = 'domain/governance/analysis/sample-requests.test.ts'
const COUNCIL = 'domain/governance/council/council.test.ts'
const COUNCIL_WORDS = 'keeps every text within its limits and free of what steers a terminal, whatever an adviser says'
const PROPOSAL_KINDS = 'edge/http/proposal-kinds.test.ts'
const PROPOSAL_WORDS = 'a proposal is refused that has $name, and one at the limit is not'
const EVENTS = 'edge/http/event-routes.test.ts'
const CAGE = 'adapters/artifacts/process-cage.test.ts'
const CHECKS = 'platform/verification/checks.test.ts'
const ARTIFACTS = 'edge/http/artifact-routes.test.ts'
const POLICIES = 'adapters/policies/policy-reader.test.ts'
const POLICY_FILES = 'adapters/policies/policy-files.test.ts'
const POLICY_ENGINE = 'platform/policy/compiled-engine.test.ts'
const VERIFY_BUNDLE = 'platform/evidence/verify-bundle.test.ts'
const TOOLS = 'edge/mcp/tools.test.ts'
const GATE_LIMITS = 'edge/http/governance-limits.test.ts'
const ASKS_THE_GATE = 'the gate is asked about $name, one too many, in vain'
const ASKS_TOO_MUCH = 'an agent that asks for too many $name is refused, and one fewer is not'
const HOSTILE = 'adapters/documents/convert/hostile.test.ts'
const ARCHIVE = 'adapters/documents/convert/zip-archive.test.ts'
const HTML = 'adapters/documents/convert/html-to-markdown.test.ts'
const CHATS = 'adapters/sources/chat-reader.test.ts'
const CONVERTER = 'adapters/documents/worker-document-converter.test.ts'
const OPENAI = 'adapters/models/openai-embedder.test.ts'
const WALK = here('import', 'what is beyond the limits of a folder walk is skipped with the reason')
const BOUNDS = here('export', 'a capsule of an export with too much of something is none')
const TREE_PATTERN = 'a pattern with $name too much has no effect'
const FAILS = 'a document that makes its thread $word fails with the reason, and the next is converted'

/** Every limit that no request runs into at once; those stand with their requests in `doors.ts`. */
export const TESTS: Readonly<Record<Exclude<LimitName, keyof typeof DOORS>, LimitTest>> = {
  agentTokens: inServer(TOOLS, ASKS_TOO_MUCH, 'tokens'),
  agentHits: inServer(TOOLS, ASKS_TOO_MUCH, 'hits'),
  agentParents: inServer(TOOLS, ASKS_TOO_MUCH, 'parents'),
  agentTags: inServer(TOOLS, ASKS_TOO_MUCH, 'tags'),
  agentLineage: inServer(TOOLS, ASKS_TOO_MUCH, 'capsules of a lineage'),
  agentDepth: inServer(TOOLS, ASKS_TOO_MUCH, 'steps of a lineage'),
  agentCalls: inServer(
    'edge/cli/mcp.e2e.test.ts',
    'more calls at once than any agent waits for are refused, and those under way go on',
  ),
  agentMessage: inServer('edge/cli/mcp.e2e.test.ts', 'a message that never ends is not waited for'),
  agentClientFile: inServer('edge/cli/agents/client-file.test.ts', 'a file that is too large is no configuration'),
  agentSubscriptions: inServer('edge/cli/mcp.e2e.test.ts', 'more streams of changes than a client needs are refused'),
  artifactBytes: inServer(READER, 'a file beyond the bytes of an artifact, without reading it'),
  artifactFiles: inServer(READER, 'more files than an artifact has'),
  artifactPath: inServer('platform/verification/artifact.test.ts', '%j is no path of a file'),
  artifactDepth: inServer(READER, 'folders deeper than any artifact has'),
  artifactManifest: inServer(CHECKS, 'fails for $what', 'a manifest that is too large'),
  artifactTests: inServer(CHECKS, 'fails for $what', 'a manifest with tests beyond their number'),
  artifactTestArguments: inServer(CHECKS, 'fails for $what', 'a test with arguments beyond their number'),
  artifactTestTime: inServer(CHECKS, 'fails for $what', 'a test that asks for more time than there is'),
  artifactTestsTime: inServer(CHECKS, 'fails for $what', 'tests that ask for more time together than there is'),
  artifactTestOutput: inServer(CAGE, 'prints without end'),
  artifactTestHeap: inServer(CAGE, 'takes memory of its heap without end'),
  artifactTestData: inServer(CAGE, 'takes memory beside its heap without end'),
  artifactCapabilities: inServer(CHECKS, 'fails for $what', 'a manifest with capabilities beyond their number'),
  artifactName: inServer(CHECKS, 'fails for $what', 'a name beyond its length'),
  artifactAllowed: inServer(ARTIFACTS, 'for %s', 'capabilities beyond their number'),
  artifactAllowedName: inServer(ARTIFACTS, 'for %s', 'a capability beyond its length'),
  artifactKeys: inServer(ARTIFACTS, 'for %s', 'keys beyond their number'),
  policyBundle: inServer(POLICY_FILES, 'more bytes than a bundle may hold are refused before they are read'),
  policyFolder: inServer(POLICY_FILES, 'a folder of more than is looked through is not walked to its end'),
  eventType: inServer(EVENTS, 'with $name is answered $status', 'too long a type'),
  eventPayload: inServer(EVENTS, 'with $name is answered $status', 'too long a payload'),
  eventPage: inServer(EVENTS, 'refuses %s', 'limit=501'),
  eventWords: inServer(EVENTS, 'with $name is answered $status', 'a type of too many words'),
  eventPatterns: inServer(EVENTS, 'more patterns than may be given are refused'),
  eventStreams: inServer(EVENTS, 'of a subject there are so many and no more; one that ends makes room'),
  personEventStreams: inServer(EVENTS, 'of a person and its agents there are so many and no more'),
  allEventStreams: inServer(EVENTS, 'of all together there are so many and no more'),
  eventsWaiting: inServer(
    EVENTS,
    'of a slow reader no more than a bound is kept; it is ended and goes on where it was',
  ),
  policyFiles: inServer(POLICY_FILES, 'more files than a bundle may hold are refused'),
  policies: inServer(POLICIES, 'a policy $name is refused', 'beyond as many as a bundle may hold'),
  policy: inServer(POLICIES, 'a policy $name is refused', 'that is larger than a policy may be'),
  policyId: inServer(POLICIES, 'a policy $name is refused', 'with an id that is too long'),
  policyFindings: inServer(POLICIES, 'of very many findings the first are told'),
  policyReading: inServer(POLICIES, 'a reading that takes too long is given up, and the place it had come to is told'),
  policyHeap: inServer(POLICIES, 'a reading that takes too much memory is ended'),
  policyMemory: inServer(
    'adapters/policies/limit-memory.test.ts',
    'the memory of Cedar’s module grows to its bound, and not beyond it',
  ),
  policyExpression: inServer(POLICY_ENGINE, 'an expression that is very deep is left to the fallback'),
  policyEntities: inServer(POLICY_ENGINE, 'a request with $name is denied, and says why', 'too many entities'),
  policyValue: inServer(POLICY_ENGINE, 'a request with $name is denied, and says why', 'values that are very deep'),
  policyClosest: inServer(POLICY_ENGINE, 'where very many permits come close, the closest are told'),
  artifactNote: inServer(ARTIFACTS, 'for %s', 'a note beyond its length'),
  evidenceEntries: inServer(
    'edge/http/evidence-routes.test.ts',
    'more than a bundle holds is refused before anything is sent',
  ),
  evidenceBytes: inServer('edge/jobs/select-evidence.test.ts', 'entries of more bytes than a bundle holds are refused'),
  evidenceFiles: inServer(VERIFY_BUNDLE, 'a manifest of $name is none', 'more files than a bundle has'),
  evidencePath: inServer(
    'platform/evidence/stored-zip.test.ts',
    '$name is no path of a bundle',
    'a name of 101 letters',
  ),
  evidenceManifest: inServer(VERIFY_BUNDLE, 'a manifest of $name is none', 'more bytes than any'),
  evidenceRows: inServer('edge/cli/evidence-reports.test.ts', 'a report of more entries than one holds is refused'),
  verifierKeys: inServer('edge/cli/evidence.e2e.test.ts', 'is not verified with what is no key'),
  auditChange: inServer('domain/capsules/use-cases/leaf-changes.test.ts', 'of something long tells how long it is'),
  bulkIds: inServer('edge/http/bulk-routes.test.ts', 'a preview with $name', 'more ids than there may be'),
  bulkCapsules: inServer('domain/capsules/bulk/bulk.test.ts', 'that finds more than a change takes is refused'),
  bulkTags: inServer('edge/http/bulk-routes.test.ts', 'a preview with $name', 'a tag too many'),
  bulkPreviews: inServer(
    'domain/capsules/bulk/bulk.test.ts',
    'gives way with all of its pages when there are newer ones enough',
  ),
  archiveIds: inServer('edge/http/archive-routes.test.ts', 'a move $name', 'of too many capsules'),
  archiveDays: inServer('edge/http/archive-routes.test.ts', 'a move $name', 'of more days than there are'),
  retentionDays: inServer('kernel/config/retention-rule.test.ts', 'a rule of more days than a hundred years is none'),
  archivedBytes: here('archive', 'a capsule that holds a byte too much stays'),
  archivedAtOnce: here('archive', 'one request moves as many as it may, and says that there are more'),
  archiveRefused: here('archive', 'of those that stay the first are named'),
  archiveUnknown: here('archive', 'of the objects of nobody the first are named'),
  archiveAttempts: inServer(
    'adapters/objects/bucket-objects.test.ts',
    'is asked again while it is busy, a bounded number of times',
  ),
  archiveRounds: here('archive', 'whoever is disturbed once too often moves nothing'),
  legalBasis: inServer('edge/http/keeping-routes.test.ts', 'an erasure with $name', 'a ground that is too long'),
  holdReason: inServer('edge/http/keeping-routes.test.ts', 'a hold on $name', 'a target with too long a reason'),
  emergencyReason: inServer(
    'edge/http/emergency-routes.test.ts',
    '$name is refused and turns nothing on',
    'a reason that is too long',
  ),
  routingText: inServer(ROUTING, REFUSES_RULES, 'more than a file may have'),
  routingProviders: inServer(ROUTING, REFUSES_RULES, 'more providers than there may be'),
  routingRules: inServer(ROUTING, REFUSES_RULES, 'more rules than there may be'),
  routingArms: inServer(ROUTING, REFUSES_RULES, 'more arms than a split may have'),
  decisionResource: inServer(GATE_LIMITS, ASKS_THE_GATE, 'a resource'),
  appliedFiles: inServer(GATE_LIMITS, ASKS_THE_GATE, 'files of policies'),
  evaluations: inServer(GATE_LIMITS, ASKS_THE_GATE, 'questions at once'),
  unrecordedDecisions: inServer(
    'domain/governance/decision-limit.test.ts',
    'who cannot put decisions on record decides nothing',
  ),
  tokenName: inServer('edge/http/token-routes.test.ts', 'a token with $name', 'a name that is too long'),
  tokenScopes: inServer('edge/http/token-routes.test.ts', 'a token with $name', 'too many scopes'),
  ownAgents: inServer('edge/http/own-agents.test.ts', 'a person has so many agents, and each of them so many tokens'),
  ownTokens: inServer('edge/http/own-agents.test.ts', 'a person has so many agents, and each of them so many tokens'),
  tokenDays: inServer('edge/http/token-routes.test.ts', 'a token with $name', 'too late an end'),
  shares: inServer(
    SHARES,
    'one giver cannot fill what may be shared with a subject; several can, and one share more is refused',
  ),
  sharesFromOne: inServer(
    SHARES,
    'one giver cannot fill what may be shared with a subject; several can, and one share more is refused',
  ),
  acceptances: inServer(SHARES, 'nobody accepts the terms of more capsules than there is room for'),
  approvalReason: inServer(APPROVALS, 'a word on it is refused that is $name', 'a reason that is too long'),
  approvalsWaiting: inServer(
    APPROVALS,
    'does not wait where too many of one do already, and a flood of one stops nobody else',
  ),
  approvalBytes: inServer(APPROVALS, 'does not wait where it is too long, and does at the limit'),
  proposalTitle: inServer(PROPOSALS, PROPOSAL_WORDS, 'a title that is too long'),
  proposalDescription: inServer(PROPOSALS, PROPOSAL_WORDS, 'a description that is too long'),
  proposalBytes: inServer(PROPOSALS, PROPOSAL_WORDS, 'too much to do'),
  proposalFiles: inServer(PROPOSALS, PROPOSAL_WORDS, 'too many files'),
  proposalSettings: inServer(PROPOSAL_KINDS, 'names each key once, and as many as it may'),
  proposalAmendments: inServer(PROPOSAL_KINDS, 'is kept in bounds'),
  ownClauses: inServer(PROPOSAL_KINDS, 'is kept in bounds'),
  clauseBytes: inServer(PROPOSAL_KINDS, 'with a clause that %s is refused', 'is too large'),
  proposalsOpen: inServer(PROPOSALS, 'nobody has more open proposals than the limit'),
  analysedDecisions: inServer('edge/http/analysis-routes.test.ts', 'of %s is refused', 'too many decisions'),
  adviceRounds: inServer(
    'edge/http/council-routes.test.ts',
    'comments again when it is asked, also on a draft, with the newest first, and so often and no more',
  ),
  sampledRequests: inServer(SAMPLE, 'no more is asked than the limit, in even steps, and the same every time'),
  sampledWords: inServer(SAMPLE, 'the first words of an attribute are asked about, and no more of them'),
  adviserTime: inServer(
    COUNCIL,
    'shows an adviser that fails, is slow or talks nonsense as failed, and hears the others',
  ),
  adviceText: inServer(COUNCIL, COUNCIL_WORDS),
  adviceReasons: inServer(COUNCIL, COUNCIL_WORDS),
  adviceReason: inServer(COUNCIL, COUNCIL_WORDS),
  adviceAnswer: inServer(
    'adapters/models/openai-adviser.test.ts',
    '%s is no advice, and neither key nor words of the provider are in what is said of it',
    'more than is read',
  ),
  proposalVoters: inServer(PROPOSALS, 'what more people could vote on than are counted is not put to the vote'),
  ballots: inServer('edge/http/proposal-votes.test.ts', 'a vote is changed so often and no more'),
  delegationDepth: inServer('domain/governance/voting/tally.test.ts', 'is followed over three steps and no further'),
  holds: here('keeping', 'one legal hold more than there may be is refused'),
  stays: here('keeping', 'a receipt names as many as it may'),
  batchLine: here('request', 'a line of a batch that is too long has its problem, and its neighbours are written'),
  headers: inServer(
    'edge/http/http-socket.test.ts',
    'such as $name is answered with a problem',
    'headers beyond the limit',
  ),
  requestTime: inServer('edge/http/http-socket.test.ts', 'headers that drip are cut off with 408'),
  rate: inServer('edge/http/rate-limiter.test.ts', 'never allows more than the burst and what was refilled'),
  failedSignInRate: inServer(
    'edge/http/admission.test.ts',
    'of failed sign-ins is one address’ own, and a right token passes all the same',
  ),
  submissionRate: inServer('edge/http/rate-limiter.test.ts', 'never allows more than the burst and what was refilled'),
  submittedNote: inServer(
    'edge/jobs/witness.test.ts',
    'is no checkpoint that is longer than two of them fit into one record, whatever makes it so',
  ),
  submissionsWaiting: inServer(
    'edge/jobs/witness.test.ts',
    'waits in a short line: one request too many for a log is put off',
  ),
  witnessAnswer: inServer('adapters/witnesses/http-witness.test.ts', '$name is not there', 'answers too much'),
  answerTime: here('request', 'an answer that takes too long is given up'),
  answerTimeOfChange: here('request', 'a change that takes too long is answered without its outcome'),
  sequenceWait: here('instance', 'a sequence that does not come is waited for no longer than the limit'),
  connections: here('request', 'a connection too many is closed at once'),
  stillConnection: here('request', 'a connection on which nothing moves is closed'),
  keptConnection: here('request', 'a connection between two requests is closed'),
  searchTime: inServer('edge/http/errors.test.ts', '%s is answered', 'DEADLINE_EXCEEDED'),
  queryTerms: inServer('domain/capsules/text/index-terms.test.ts', 'a long question keeps so many words, the longest'),
  versionNumber: here('capsule', 'a version with a number too large is refused'),
  scopesCounted: inServer(
    'domain/capsules/capsule-store.counts.contract.ts',
    'of scopes the largest are named, and all are counted',
  ),
  highlights: here('capsule', 'of the highlights of a hit the first ones are told'),
  highlighted: here('capsule', 'no highlight stands beyond the beginning of a long content'),
  readForAnswer: here('capsule', 'of a content that is too long to be read for an answer places are read'),
  sentencesForAnswer: here('capsule', 'of the sentences of a hit the first ones are read for an answer'),
  quote: here('capsule', 'a sentence of a letter too much is not quoted'),
  nearDuplicates: inServer('domain/capsules/capsule-store.dedupe.contract.ts', 'are at most so many, the best of them'),
  trustHistory: here('capsule', 'of the changes of trust the newest are explained'),
  versionsRead: here('capsule', 'blame reads the newest versions of a long history'),
  edits: inServer(
    'domain/capsules/text/shortest-edit.test.ts',
    'lists further apart than the limit are given up, those at the limit are not',
  ),
  changesMeanwhile: here('capsule', 'whoever is disturbed once too often by others is told'),
  importsRunning: here('import', 'an import too many is refused and nothing is written'),
  importFile: inServer(
    'domain/capsules/import/import-folder.test.ts',
    'a file that holds %s is skipped with the reason',
    'a byte too much',
  ),
  importDocument: here('import', 'a document that is too large is skipped with the reason'),
  importedPath: WALK,
  folderDepth: WALK,
  folderFiles: WALK,
  folderEntries: WALK,
  ignoreFile: here('import', 'an ignore file that is too large is not used'),
  ignorePatterns: here('import', 'of an ignore file the first patterns count'),
  ignorePatternLength: here('import', TREE_PATTERN, 'a letter'),
  ignorePatternStars: here('import', TREE_PATTERN, 'a star'),
  ignorePatternFolders: here('import', TREE_PATTERN, 'a `**`'),
  gitIgnoreFiles: here('source', 'of the ignore files of a repository no more are used'),
  gitFolder: here('source', 'a folder of a repository that is a byte too large is a gap with its reason'),
  gitGaps: here('source', 'a commit of which too many folders are missing is refused'),
  gitDamaged: here('source', 'a repository with a damaged object too many is refused'),
  gitBranchChanges: here('source', 'changes on branches beyond the limit are told by the merge'),
  gitMoves: here('source', 'moves are looked for among no more files of a commit'),
  ndjsonLine: inServer(
    'domain/capsules/import/import-ndjson.test.ts',
    'a line that is too long, or no UTF-8, is failed and the next one read',
  ),
  chatFiles: inServer(CHATS, 'files of more bytes than are read are refused before anything of them is'),
  chatElement: inServer(CHATS, 'a conversation of a byte too much is passed over, and the next one read'),
  transcriptTurns: here('source', 'of a transcript no more turns are read, and the report says so'),
  transcriptLine: here('source', 'of a line of a transcript that is too long the beginning counts'),
  chatParts: here('source', 'an export of chats in too many files is refused'),
  chatZipEntries: here('source', 'an archive of chats with an entry too many is refused'),
  chatZipRatio: here('source', 'an archive of chats that grows too much is refused'),
  conversionTime: inServer(CONVERTER, FAILS, 'loop'),
  conversionObjects: inServer(CONVERTER, FAILS, 'objects'),
  conversionMemory: inServer(CONVERTER, FAILS, 'bytes'),
  convertedText: inServer(HTML, 'is unfit with $name', 'more text than a capsule holds'),
  convertedDepth: inServer(HTML, 'is unfit with $name', 'an element too deep'),
  convertedAttributes: inServer(HTML, 'is unfit with $name', 'an attribute too many'),
  convertedPages: inServer(HOSTILE, 'a PDF with $name', 'more pages than are read'),
  archiveEntries: inServer(ARCHIVE, 'more files than are read'),
  archiveBytes: inServer(ARCHIVE, 'many parts that are small by themselves are counted together'),
  archivePart: inServer(ARCHIVE, 'an archive that unpacks to $name is not unpacked', 'a part of 65 MiB'),
  convertedElements: inServer(HOSTILE, 'XML of too many $name', 'elements beside one another'),
  convertedAddress: here('document', 'a link whose address has a letter too much is its text'),
  documentChunks: here('document', 'a document of a chunk too many is cut by length instead'),
  frontMatter: here('document', 'front matter that ends beyond the limit is text'),
  frontMatterAliases: here('document', 'front matter in which a value stands once too often is not read'),
  vaultLinks: here('document', 'of the links of a note the first ones count'),
  vaultLinkText: here('document', 'of the links of a note those count whose targets are together short enough'),
  vaultAliases: here('document', 'of the other names of a note the first ones count'),
  vaultAlias: here('document', 'a name or a target of a letter too much does not count'),
  exportManifest: here('export', 'a manifest of a byte too much is not read'),
  exportFile: here('export', 'a file of an export of a byte too much is not read'),
  exportHead: here('export', 'a head of an export of a letter too much is none'),
  exportHeadDepth: here('export', 'a head of an export of a level too much is none'),
  exportLine: here('export', 'a line of an export of a byte too much is refused'),
  exportLineDepth: here('export', 'a line of an export of a level too much is refused'),
  exportSubjects: here('export', 'an export that makes more names known than a team has fails with the name too many'),
  exportedPlace: here('export', 'a version of an export whose place is too long is none'),
  exportedLabel: BOUNDS,
  exportedLinks: BOUNDS,
  exportedTrust: BOUNDS,
  lineageExported: inServer(
    'domain/capsules/export/whole-export.test.ts',
    'a lineage of three of which $nodesMax are taken says in PROV that it is cut: $isCut',
  ),
  writesWaiting: inServer(
    'adapters/sqlite/group-commit.test.ts',
    'beyond its bound the queue refuses, and what is in it is carried out',
  ),
  writesWaitingText: here('instance', 'writes whose text is together too long are refused'),
  readsWaiting: here('instance', 'a read too many is refused, and those that wait are answered'),
  readTime: here('instance', 'a read that takes too long is ended'),
  textsWaiting: inServer(
    'adapters/models/worker-embedder.test.ts',
    'has a bounded queue, and a single call beyond the bound is still taken',
  ),
  vectors: here('instance', 'a vector too many for the memory of its model is refused'),
  socketPath: inServer(
    'kernel/data-folder/socket-path.test.ts',
    'with a long path lies in a private folder, the same one each time',
  ),
  embeddedText: here('instance', 'the beginning of a long text is what search by meaning knows'),
  providerText: inServer(OPENAI, 'sends the beginning of a text that is too long, well formed'),
  providerAnswer: inServer(OPENAI, '$name fails with $code at once', 'a body above the limit'),
  providerAttempts: inServer(OPENAI, 'the attempts are bounded, and the error says when to come back'),
  providerWait: inServer(OPENAI, 'a provider that asks for an hour is not waited for'),
  requestsAtWork: inServer('kernel/lifecycle/lifecycle.test.ts', 'work in flight has a limit'),
  idempotencyTime: inServer('platform/store/unit-of-work.contract.ts', 'is known for 24 hours'),
  startOfPart: inServer(
    'kernel/boot/boot.test.ts',
    'is also a chunk that does not start in time; what it brings later is closed',
  ),
  drain: inServer('kernel/lifecycle/lifecycle.test.ts', 'abandons work that outlasts the drain limit, by name'),
  deepProbe: inServer('edge/jobs/deep-probe.test.ts', 'writes once for all who ask within ten seconds'),
  deepProbeTime: inServer('edge/jobs/deep-probe.test.ts', 'a step that takes too long has failed'),
  configFile: inServer('kernel/config/load-config.test.ts', 'a file of a byte more than 256 KiB is not read'),
  logBacklog: inServer(
    'platform/observability/logger.test.ts',
    'a reader that takes nothing costs lines, not memory, and learns how many',
  ),
  metricSeries: inServer(
    'platform/observability/metrics.test.ts',
    'labels beyond the limit are counted as other, and known ones go on',
  ),
  meshFile: inServer('platform/mesh/parse-mesh.test.ts', '$name is told with its place', 'more than a file may hold'),
  meshWindow: inServer(
    'platform/mesh/mesh-laws.test.ts',
    'holds back no other, however much comes behind it, until the window is full',
  ),
  deadLettersNamed: inServer('edge/http/mesh-routes.test.ts', '$name are refused', 'more ids than one request names'),
  commandConnect: inServer(
    'edge/cli/connect.test.ts',
    'whoever holds the folder without answering is waited for, and then named',
  ),
  commandSilence: here('command-line', 'an instance that says nothing is not waited for'),
  commandAnswer: here('command-line', 'an answer of a byte too much is no answer'),
  commandFile: inServer(
    'edge/cli/read-given.test.ts',
    'a file of a byte too much is not what a command takes, and one byte less is read',
  ),
  commandLine: here('command-line', 'a line of an answer of a letter too much is no answer'),
}
