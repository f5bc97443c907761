export type { CapsuleFacts, CapsuleReach, Namespace } from './capsule-reach.ts'
export { requireWhole, seenBy } from './see-as.ts'
