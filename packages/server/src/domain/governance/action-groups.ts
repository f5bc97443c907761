import type { Action } from '@forge-cascade/contract'

/**
 * Groups of actions that policies name: a policy that says `action in Action::"curate"` counts for every action of the
 * group. The three groups of risk come from the table of actions; these are by who does them.
 */
export const ACTION_GROUPS = {
  /** Begins something, or looks for something: no capsule is meant yet. */
  begin: ['capsule.search', 'capsule.create', 'capsule.read', 'capsule.share', 'agent.connect', 'governance.preview'],
  /** With one capsule. */
  work: [
    'capsule.read',
    'capsule.update',
    'capsule.archive',
    'capsule.restore',
    'capsule.link',
    'capsule.share',
    'capsule.erase',
  ],
  /** Changes what a capsule says, or where it hangs. */
  write: ['capsule.update', 'capsule.link', 'capsule.read'],
  /** With the knowledge of all. */
  curate: [
    'capsule.search',
    'capsule.create',
    'capsule.read',
    'capsule.update',
    'capsule.archive',
    'capsule.restore',
    'capsule.link',
    'capsule.trust',
    'capsule.export',
    'capsule.erase',
    'capsule.bulk',
    'capsule.hold',
    'capsule.share',
    'capsule.accept',
    'import.run',
    'import.read',
    'agent.connect',
    'subject.create',
    'artifact.verify',
    'artifact.read',
    'system.read',
    'governance.read',
    'governance.preview',
    'emergency.read',
    'emergency.raise',
    'emergency.lift',
    'approval.read',
    'approval.decide',
  ],
  /** Reads what happened, and by which rules. */
  audit: [
    'proposal.read',
    'subject.read',
    'token.read',
    'trust.read',
    'emergency.read',
    'approval.read',
    'ledger.read',
    'evidence.export',
    'governance.read',
    'governance.preview',
    'governance.evaluate',
    'artifact.read',
    'system.read',
  ],
  /** Has a say in the rules. */
  vote: ['proposal.create', 'proposal.read', 'proposal.vote', 'proposal.delegate'],
  /** Changes who there is, and the rules. */
  govern: [
    'proposal.create',
    'proposal.vote',
    'proposal.delegate',
    'proposal.execute',
    'policy.apply',
    'subject.update',
    'token.create',
    'token.revoke',
    'emergency.lift',
    'capsule.hold',
    'capsule.trust',
  ],
  /** Keeps the instance itself: its store, its log, its keys. */
  keep: [
    'system.repair',
    'system.backup',
    'system.handover',
    'system.restore',
    'system.maintain',
    'system.embed',
    'system.probe',
    'ledger.sign',
    'ledger.rotate',
    'ledger.submit',
    'witness.cosign',
    'policy.apply',
    'proposal.close',
    'proposal.execute',
    'capsule.offload',
    'capsule.reload',
  ],
} as const satisfies Readonly<Record<string, readonly Action[]>>
