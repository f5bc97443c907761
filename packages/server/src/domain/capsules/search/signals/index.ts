export {
  between,
  SIGNAL_KINDS,
  SIGNAL_NAMES,
  SIGNALS,
  type Signal,
  type SignalKind,
  type SignalName,
  weightAt,
} from './signals.ts'
