export type { CapsuleFacts, CapsuleReach, Namespace } from './capsule-reach.ts'
