export { AllowedTargets, TargetRefused } from './allowed-targets.ts'
export { type Completed, webhookSink } from './webhook-sink.ts'
