export { DeliveryFailure, type MeshDelivery, type MeshSink, type SinkKind } from './mesh-sink.ts'
