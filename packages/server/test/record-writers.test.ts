import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RECORD_TYPES, type RecordType } from '@forge-cascade/contract'
import { expect, test } from 'vitest'

const SOURCES = join(import.meta.dirname, '../src')
const CAPSULES = 'domain/capsules'
const MODEL = `${CAPSULES}/model-change/model-change.ts`
const EMERGENCY = 'domain/governance/emergency/emergency.ts'
const APPROVAL = 'domain/governance/approvals/tell-approval.ts'
const PROPOSAL = 'domain/governance/proposals/tell-proposal.ts'
const DELEGATION = 'domain/governance/proposals/delegations.ts'
const RUNNER = { file: `${CAPSULES}/import/import-runner.ts`, written: `import.\${end.state}` }

/** The file that writes each kind; where it puts the name together, as it does. */
const WRITERS: Readonly<Record<RecordType, string | { readonly file: string; readonly written: string }>> = {
  'capsule.created': `${CAPSULES}/use-cases/tell.ts`,
  'capsule.versioned': `${CAPSULES}/use-cases/tell.ts`,
  'capsule.archived': `${CAPSULES}/use-cases/life.ts`,
  'capsule.restored': `${CAPSULES}/use-cases/life.ts`,
  'capsule.linked': `${CAPSULES}/use-cases/links.ts`,
  'capsule.unlinked': `${CAPSULES}/use-cases/links.ts`,
  'capsule.similar_linked': `${CAPSULES}/use-cases/link-similar.ts`,
  'capsule.trust_history_imported': `${CAPSULES}/export/plan-exported.ts`,
  'capsule.quarantine_imported': `${CAPSULES}/import/capsule-step.ts`,
  'capsule.erased': `${CAPSULES}/keeping/carry-out-erasure.ts`,
  'capsule.offloaded': `${CAPSULES}/archive/move-away.ts`,
  'capsule.reloaded': `${CAPSULES}/archive/bring-back.ts`,
  'capsule.trust_changed': `${CAPSULES}/use-cases/life.ts`,
  'capsule.quarantined': `${CAPSULES}/use-cases/life.ts`,
  'capsule.released': `${CAPSULES}/use-cases/life.ts`,
  'capsule.trust_settled': `${CAPSULES}/use-cases/settle-trust.ts`,
  'share.granted': `${CAPSULES}/access/shares.ts`,
  'share.revoked': `${CAPSULES}/access/shares.ts`,
  'terms.accepted': `${CAPSULES}/access/acceptances.ts`,
  'hold.placed': `${CAPSULES}/keeping/holds.ts`,
  'hold.lifted': `${CAPSULES}/keeping/holds.ts`,
  'erasure.begun': `${CAPSULES}/keeping/erasures.ts`,
  'erasure.purged': `${CAPSULES}/keeping/carry-out-erasure.ts`,
  'erasure.completed': `${CAPSULES}/keeping/carry-out-erasure.ts`,
  'bulk.previewed': `${CAPSULES}/bulk/bulk-plans.ts`,
  'retention.held': `${CAPSULES}/archive/archives.ts`,
  'segment.begun': `${CAPSULES}/archive/move-away.ts`,
  'segment.stored': `${CAPSULES}/archive/move-away.ts`,
  'segment.dropped': `${CAPSULES}/archive/segment-rows.ts`,
  'segment.rewritten': `${CAPSULES}/archive/archive-vault.ts`,
  'segment.erasure_waits': `${CAPSULES}/archive/archive-vault.ts`,
  'decision.made': 'domain/governance/decision-journal.ts',
  'decision.gathered': 'domain/governance/decision-journal.ts',
  'decision.ended': 'domain/governance/decision-outcomes.ts',
  'configuration.changed': 'domain/governance/proposals/voted-settings.ts',
  'constitution.amended': 'domain/governance/amendments.ts',
  'policy.applied': 'domain/governance/policy-desk.ts',
  'routing.applied': 'domain/governance/routing/routing-desk.ts',
  'mesh.applied': 'platform/mesh/mesh.ts',
  'mesh.advanced': 'platform/mesh/lane-store.ts',
  'mesh.dead_lettered': 'platform/mesh/lane-store.ts',
  'mesh.replayed': 'platform/mesh/dead-letters.ts',
  'mesh.discarded': 'platform/mesh/dead-letters.ts',
  'policy.doubted': 'domain/governance/shadow-check.ts',
  'emergency.raised': EMERGENCY,
  'emergency.lift_asked': EMERGENCY,
  'emergency.lifted': EMERGENCY,
  'subject.trust_changed': 'domain/governance/trust-engine/trust-engine.ts',
  'subject.registered': 'domain/identity/tell-subject.ts',
  'subject.changed': 'domain/identity/tell-subject.ts',
  'token.created': 'domain/identity/access-tokens.ts',
  'token.revoked': 'domain/identity/access-tokens.ts',
  'approval.parked': APPROVAL,
  'approval.approved': APPROVAL,
  'approval.rejected': APPROVAL,
  'approval.started': { file: APPROVAL, written: 'started' },
  'approval.executed': { file: APPROVAL, written: 'executed' },
  'approval.failed': APPROVAL,
  'approval.expired': { file: APPROVAL, written: 'expired' },
  'proposal.created': PROPOSAL,
  'proposal.activated': PROPOSAL,
  'proposal.opened': PROPOSAL,
  'proposal.advised': 'domain/governance/council/council-sessions.ts',
  'proposal.voted': PROPOSAL,
  'proposal.closed': PROPOSAL,
  'proposal.executed': PROPOSAL,
  'proposal.execution_failed': PROPOSAL,
  'delegation.given': DELEGATION,
  'delegation.revoked': DELEGATION,
  'import.started': `${CAPSULES}/import/imports.ts`,
  'import.noted': `${CAPSULES}/import/import-writer.ts`,
  'import.completed': RUNNER,
  'import.interrupted': RUNNER,
  'import.cancelled': RUNNER,
  'import.failed': RUNNER,
  'import.removed': `${CAPSULES}/import/remove-import.ts`,
  'embedding.adopted': MODEL,
  'embedding.started': MODEL,
  'embedding.paused': MODEL,
  'embedding.resumed': MODEL,
  'embedding.cancelled': MODEL,
  'embedding.superseded': MODEL,
  'embedding.filled': MODEL,
  'embedding.completed': MODEL,
  'embedding.removed': MODEL,
  'ledger.begun': 'edge/jobs/open-log.ts',
  'ledger.key_changed': 'edge/jobs/open-log.ts',
  'ledger.verified': 'edge/jobs/ledger-check.ts',
  'ledger.tree_regrown': 'edge/jobs/open-log.ts',
  'ledger.key_rotated': 'edge/jobs/log-keys.ts',
  'ledger.key_retired': 'edge/jobs/log-keys.ts',
  'ledger.cosigner_changed': 'edge/jobs/log-cosigner.ts',
  'witness.begun': 'edge/jobs/open-witness.ts',
  'witness.keys_changed': 'edge/jobs/open-witness.ts',
  'witness.cosigned': 'edge/jobs/tell-witnessed.ts',
  'witness.fork_seen': 'edge/jobs/tell-witnessed.ts',
  'event.published': 'domain/events/publish-event.ts',
  'evidence.exported': 'edge/jobs/evidence-desk.ts',
  'artifact.verified': 'platform/verification/recorded-verification.ts',
  'system.backed_up': 'edge/jobs/take-backup.ts',
  'system.repaired': 'edge/jobs/repair-store.ts',
  'system.restored': 'edge/jobs/tell-restore.ts',
}

test('each kind of record has somebody who writes it', () => {
  const missing = RECORD_TYPES.filter((type) => {
    const writer = WRITERS[type]
    const { file, written } = typeof writer === 'string' ? { file: writer, written: type } : writer
    const source = readFileSync(join(SOURCES, file), 'utf8')
    return !source.includes(`'${written}'`) && !source.includes(`\`${written}\``)
  })
  expect(missing).toEqual([])
})
