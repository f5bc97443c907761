export { type Outcome, withDeadline } from './deadline.ts'
export type { KernelLog } from './kernel-log.ts'
export {
  DRAIN_MS,
  Lifecycle,
  type LifecycleOptions,
  PART_STOP_MS,
  type Phase,
  type StopReport,
  WORK_IN_FLIGHT_MAX,
} from './lifecycle.ts'
export { EXIT_INTERRUPTED, type SignalHost, stopOnSignals } from './signals.ts'
