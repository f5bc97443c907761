export { correlationIdFrom, currentCorrelationId, isCorrelationId, withCorrelationId } from './correlation.ts'
export { LOG_LEVELS, type LogLevel } from './log-line.ts'
export {
  createLogger,
  LOG_BACKLOG_BYTES_MAX,
  type LogFields,
  type Logger,
  type LoggerOptions,
  type LogStream,
  type RootLogger,
} from './logger.ts'
export { LAG_WARN_MS, LoopLagMonitor, type LoopLagOptions } from './loop-lag.ts'
export { METRICS, type MetricLabels, type MetricName, type MetricRow, type PlainGauge } from './metric-table.ts'
export { type GaugeSource, type GaugeValues, type MetricReferenceRow, Metrics, metricsReference } from './metrics.ts'
export { processGauges } from './process-gauges.ts'
export { REDACTED, redactText, redactValue } from './redact.ts'
