import {
  agentsChangedAnswer,
  changesReport,
  completionAnswer,
  completionInstalledAnswer,
  configCheckAnswer,
  diagnosis,
  evidenceVerdict,
  evidenceWrittenAnswer,
  explanation,
  exportedAnswer,
  helpAnswer,
  historyReport,
  importFilesAnswer,
  integrity,
  ledgerShownAnswer,
  type OperationId,
  pageWrittenAnswer,
  policyExplainAnswer,
  policyLintAnswer,
  policyTestAnswer,
  provWrittenAnswer,
  publishedAnswer,
  publishedVerdict,
  ROUTES,
  type RouteDefinition,
  restorableAnswer,
  restoredAnswer,
  startedAnswer,
  tokenRevokedAnswer,
  verifiedArtifact,
} from '@forge-cascade/contract'
import type { z } from 'zod'

/** What a command prints with `--json`. */
export interface JsonShape {
  /** The options that make it print this; empty for the command as it is. */
  readonly when: string
  /** `document`: one, and nothing else; `lines`: one on each line, as they come. */
  readonly form: 'document' | 'lines'
  /** The operation whose answer it is, as it came; null for an answer of the command itself. */
  readonly operation: OperationId | null
  readonly schema: z.ZodType
}

const answerOf = (operation: OperationId, when = '', form: JsonShape['form'] = 'document'): JsonShape => {
  const row: RouteDefinition | undefined = ROUTES.find(({ id }) => id === operation)
  const schema = [200, 201, 202].map((status) => row?.responses[status]?.schema).find(Boolean)
  if (schema === undefined) throw new TypeError(`${operation} answers with no JSON`)
  return { when, form, operation, schema }
}

const own = (schema: z.ZodType, when = ''): JsonShape => ({ when, form: 'document', operation: null, schema })

/** Every command by its name, with everything that its `--json` may print. */
export const commandJson = (): Readonly<Record<string, readonly JsonShape[]>> => ({
  start: [own(startedAnswer)],
  import: [
    answerOf('getImport'),
    answerOf('listImports', '--list'),
    answerOf('getImport', '--show'),
    own(importFilesAnswer, '--show --files'),
    answerOf('removeImport', '--remove'),
    answerOf('getImport', '--watch', 'lines'),
  ],
  ask: [answerOf('ask')],
  search: [answerOf('searchCapsulesByBody')],
  remember: [answerOf('createCapsule')],
  show: [
    answerOf('getCapsule'),
    answerOf('getVersion', '@version'),
    answerOf('getVersion', '--at'),
    own(pageWrittenAnswer, '--page'),
  ],
  history: [answerOf('listVersions'), answerOf('getDiff', '--diff'), answerOf('getBlame', '--blame')],
  lineage: [
    answerOf('getLineage'),
    answerOf('getLineagePath', '--path-to'),
    answerOf('getCommonAncestors', '--common-with'),
  ],
  export: [own(exportedAnswer), own(provWrittenAnswer, '--format prov-json')],
  share: [answerOf('shareCapsule'), answerOf('shareNamespace', '--identity, --lane or --fold')],
  shares: [answerOf('listCapsuleShares')],
  unshare: [answerOf('revokeShare')],
  mcp: [],
  'mcp install': [own(agentsChangedAnswer)],
  'mcp uninstall': [own(agentsChangedAnswer)],
  'bulk tag': [answerOf('previewBulk'), answerOf('runBulk', '--yes', 'lines')],
  'bulk archive': [answerOf('previewBulk'), answerOf('runBulk', '--yes', 'lines')],
  'bulk restore': [answerOf('previewBulk'), answerOf('runBulk', '--yes', 'lines')],
  'bulk erase': [answerOf('previewBulk'), answerOf('runBulk', '--yes', 'lines')],
  'bulk run': [answerOf('runBulk', '', 'lines')],
  backup: [answerOf('createBackup')],
  restore: [own(restoredAnswer), own(restorableAnswer, '--list')],
  erase: [
    answerOf('eraseCapsule'),
    answerOf('createErasure', '--subject'),
    answerOf('listErasures', '--list'),
    answerOf('getErasure', '--show'),
  ],
  archive: [answerOf('archiveCapsules')],
  'archive list': [answerOf('listSegments')],
  'archive verify': [answerOf('verifyArchive')],
  'archive restore': [answerOf('restoreArchived')],
  'hold place': [answerOf('placeHold')],
  'hold lift': [answerOf('liftHold')],
  'hold list': [answerOf('listHolds')],
  whoami: [answerOf('getSelf')],
  'subject add': [answerOf('createSubject')],
  'subject list': [answerOf('listSubjects')],
  'subject show': [answerOf('getSubject')],
  'subject change': [answerOf('updateSubject')],
  'token create': [answerOf('createToken')],
  'token list': [answerOf('listTokens')],
  'token revoke': [own(tokenRevokedAnswer)],
  'ledger show': [own(ledgerShownAnswer)],
  'ledger verify': [own(integrity), own(publishedVerdict, '--published')],
  'ledger publish': [own(publishedAnswer)],
  'ledger prove': [answerOf('proveInclusion')],
  'ledger audit': [answerOf('getAuditLog')],
  'artifact verify': [own(verifiedArtifact)],
  'artifact show': [answerOf('getArtifactVerification')],
  'evidence export': [own(evidenceWrittenAnswer)],
  'evidence verify': [own(evidenceVerdict)],
  'evidence changes': [own(changesReport)],
  'evidence history': [own(historyReport)],
  'evidence explain': [own(explanation)],
  'policy lint': [own(policyLintAnswer)],
  'policy test': [own(policyTestAnswer)],
  'policy explain': [own(policyExplainAnswer)],
  'policy show': [answerOf('getPolicies')],
  'policy diff': [answerOf('applyPolicies')],
  'policy apply': [answerOf('applyPolicies')],
  'gate explain': [answerOf('getDecision')],
  'gate preview': [answerOf('previewDecision')],
  'gate decisions': [answerOf('listDecisions')],
  'ledger witness': [answerOf('getLedgerWitness')],
  'ledger rotate-key': [answerOf('rotateLedgerKey')],
  stats: [answerOf('capsuleStats')],
  'embedding status': [answerOf('getEmbedding')],
  'embedding start': [answerOf('startEmbedding')],
  'embedding pause': [answerOf('pauseEmbedding')],
  'embedding resume': [answerOf('resumeEmbedding')],
  'embedding cancel': [answerOf('cancelEmbedding')],
  'emergency on': [answerOf('setEmergency')],
  'emergency off': [answerOf('setEmergency')],
  'emergency status': [answerOf('getEmergency')],
  'trust explain': [answerOf('getSubjectTrust'), answerOf('getTrust', 'CAPSULE')],
  approvals: [answerOf('listApprovals')],
  'approvals list': [answerOf('listApprovals')],
  'approvals show': [answerOf('getApproval')],
  'approvals approve': [answerOf('decideApproval')],
  'approvals reject': [answerOf('decideApproval')],
  doctor: [own(diagnosis)],
  'config show': [answerOf('getConfig')],
  'config check': [own(configCheckAnswer)],
  completion: [own(completionAnswer), own(completionInstalledAnswer, '--install')],
  help: [own(helpAnswer)],
})
