import type { Action } from '@forge-cascade/contract'

/** The kinds of change a store can carry out; each is a plain value made by a port method and applied by `append`. */
export type ChangeKind =
  | 'capsule.create'
  | 'capsule.version'
  | 'capsule.status'
  | 'capsule.trust'
  | 'capsule.link'
  | 'capsule.unlink'
  | 'capsule.settle'
  | 'space.open'
  | 'space.switch'
  | 'space.retire'
  | 'space.fill'
  | 'space.drop'
  | 'capsule.erase'
  | 'capsule.offload'
  | 'capsule.reload'
  | 'record.put'
  | 'record.delete'

/** One change of state. Its other members belong to the port that made it and to the adapter that applies it. */
export interface Change {
  readonly kind: ChangeKind
}

/** Which changes the grant of an action covers. `append` refuses all others with FORBIDDEN. */
export const COVERS: Readonly<Record<Action, readonly ChangeKind[]>> = {
  'capsule.create': ['capsule.create', 'capsule.link', 'record.put'],
  'capsule.read': [],
  'capsule.search': [],
  'capsule.update': ['capsule.version', 'capsule.create', 'capsule.status', 'capsule.link', 'record.put'],
  'capsule.archive': ['capsule.status'],
  'capsule.restore': ['capsule.status'],
  'capsule.share': ['record.put', 'record.delete'],
  'capsule.accept': ['record.put'],
  'capsule.link': ['capsule.link', 'capsule.unlink'],
  'capsule.trust': ['capsule.trust', 'capsule.status', 'record.put'],
  'capsule.export': [],
  'capsule.erase': ['capsule.erase', 'record.put', 'record.delete'],
  'capsule.bulk': ['record.put', 'record.delete'],
  'capsule.offload': ['capsule.offload', 'record.put', 'record.delete'],
  'capsule.reload': ['capsule.reload'],
  'capsule.hold': ['record.put', 'record.delete'],
  'import.run': [
    'capsule.create',
    'capsule.version',
    'capsule.status',
    'capsule.link',
    'capsule.unlink',
    'record.put',
    'record.delete',
  ],
  'import.read': [],
  'agent.connect': [],
  'system.read': [],
  'system.probe': [],
  'system.repair': [],
  'system.backup': [],
  'system.handover': [],
  'system.restore': ['record.put'],
  'ledger.sign': ['record.put'],
  'ledger.read': [],
  'artifact.verify': [],
  'artifact.read': [],
  'ledger.rotate': ['record.put'],
  'ledger.submit': [],
  'witness.cosign': [],
  'evidence.export': [],
  'emergency.read': [],
  'emergency.raise': ['record.put'],
  'emergency.lift': ['record.put'],
  'trust.read': [],
  'trust.change': ['record.put'],
  'subject.create': ['record.put'],
  'governance.read': [],
  'governance.preview': [],
  'subject.self': [],
  'agent.own': ['record.put'],
  'agent.withdraw': ['record.put'],
  'governance.evaluate': [],
  'approval.read': [],
  'approval.decide': ['record.put'],
  'policy.apply': ['record.put', 'record.delete'],
  'mesh.read': [],
  'mesh.apply': ['record.put', 'record.delete'],
  'mesh.deliver': ['record.put', 'record.delete'],
  'mesh.replay': ['record.put'],
  'mesh.discard': ['record.delete'],
  'subject.read': [],
  'subject.update': ['record.put'],
  'token.create': ['record.put'],
  'token.read': [],
  'token.revoke': ['record.put'],
  'system.maintain': [
    'capsule.link',
    'capsule.settle',
    'space.open',
    'space.switch',
    'space.fill',
    'space.retire',
    'space.drop',
    'record.put',
    'record.delete',
  ],
  'system.embed': ['space.open', 'space.retire', 'record.put'],
}
