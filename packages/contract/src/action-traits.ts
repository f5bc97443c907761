import type { Action } from './actions.ts'

/** How much an action can harm: the gate's trust and risk steps go by it. */
export const ACTION_RISKS = ['low', 'medium', 'high'] as const
export type ActionRisk = (typeof ACTION_RISKS)[number]

/**
 * What an action does to the world: `reads` nothing but reading, `changes` the store (decision and change share one
 * transaction), `acts` outside of it (files, other machines), where no transaction reaches.
 */
export type ActionReach = 'reads' | 'changes' | 'acts'

export interface ActionTraits {
  readonly risk: ActionRisk
  readonly reach: ActionReach
  /** Allowed while the kill switch is on: what people need to see what happens, and to end it. */
  readonly inEmergency?: true
}

const reads = (risk: ActionRisk = 'low'): ActionTraits => ({ risk, reach: 'reads' })
const changes = (risk: ActionRisk = 'medium'): ActionTraits => ({ risk, reach: 'changes' })
const acts = (risk: ActionRisk = 'medium'): ActionTraits => ({ risk, reach: 'acts' })

/** Of every action: how risky it is, and what it does. */
export const ACTION_TRAITS: Readonly<Record<Action, ActionTraits>> = {
  'capsule.create': changes('low'),
  'capsule.read': reads(),
  'capsule.search': reads(),
  'capsule.update': changes(),
  'capsule.archive': changes(),
  'capsule.restore': changes(),
  'capsule.link': changes('low'),
  'capsule.trust': changes(),
  'capsule.export': reads('high'),
  'capsule.erase': changes('high'),
  'capsule.bulk': changes(),
  'capsule.offload': changes(),
  'capsule.reload': changes(),
  'capsule.share': changes(),
  'capsule.accept': changes('low'),
  'capsule.hold': changes(),
  'import.run': changes(),
  'import.read': reads(),
  'agent.connect': reads(),
  'system.read': reads(),
  'system.probe': changes('low'),
  'system.repair': acts(),
  'system.backup': acts(),
  'system.handover': acts('low'),
  'system.restore': changes('high'),
  'system.maintain': changes('low'),
  'system.embed': changes(),
  'ledger.read': reads(),
  'ledger.sign': changes(),
  'ledger.rotate': changes('high'),
  'ledger.submit': acts('low'),
  'artifact.verify': acts(),
  'artifact.read': reads(),
  'witness.cosign': changes('low'),
  'evidence.export': acts(),
  'subject.create': changes(),
  'emergency.read': { ...reads(), inEmergency: true },
  'emergency.raise': { ...changes(), inEmergency: true },
  'emergency.lift': { ...changes('high'), inEmergency: true },
  'agent.own': changes(),
  // It only takes away, and who leaked a token ends it at once, whatever their trust and whatever else stands still.
  'agent.withdraw': { ...changes('low'), inEmergency: true },
  'subject.self': { ...reads(), inEmergency: true },
  'subject.read': reads(),
  'subject.update': changes('high'),
  'token.create': changes('high'),
  'token.read': reads(),
  'token.revoke': changes(),
  'trust.read': reads(),
  'trust.change': changes('high'),
  'governance.read': { ...reads(), inEmergency: true },
  'governance.preview': reads(),
  'governance.evaluate': reads(),
  'approval.read': reads(),
  'approval.decide': changes(),
  'policy.apply': changes('high'),
  'mesh.read': reads(),
  'mesh.apply': changes(),
  'mesh.deliver': acts('low'),
  'mesh.replay': changes(),
  'mesh.discard': changes(),
}
