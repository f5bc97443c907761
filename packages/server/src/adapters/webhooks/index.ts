export { AllowedTargets } from './allowed-targets.ts'
export { webhookSink } from './webhook-sink.ts'
