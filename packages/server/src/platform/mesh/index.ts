export type { RetryRule } from './back-off.ts'
export { DeadLetters, LETTERS_PER_CALL_MAX, type LetterChoice, type LetterPage } from './dead-letters.ts'
export type { CarriedPage, EventCarrier } from './event-carrier.ts'
export {
  type EventValidator,
  type Judgement,
  PASS,
  type TrustOf,
  validateEnvelope,
  validateTrust,
} from './event-validators.ts'
export type { ConsumerEffect, EventConsumer } from './inbox.ts'
export type { LaneStatus } from './lane-parts.ts'
export { Mesh, type MeshFacts, type MeshOptions } from './mesh.ts'
export {
  type MeshConfig,
  type MeshProblem,
  type MeshReading,
  type MeshRoute,
  NO_ROUTES,
  problemInWords,
} from './mesh-config.ts'
export { MESH_FILE_LIMITS } from './mesh-form.ts'
export { DEAD_LETTERS, type DeadLetter, laneName, MESH_COLLECTIONS } from './mesh-rows.ts'
export {
  DeliveryFailure,
  type FailureKind,
  type MeshDelivery,
  type MeshSink,
  registerSinkKinds,
  type SinkKind,
  type SinkKinds,
  type SinkRemark,
} from './mesh-sink.ts'
export { parseMesh } from './parse-mesh.ts'
export { compileTypePattern } from './type-pattern.ts'
