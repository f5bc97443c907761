import type { Clock } from '#base'
import { currentCorrelationId } from './correlation.ts'
import { formatJson, formatPretty, LOG_LEVELS, type LogLevel, type LogRecord } from './log-line.ts'
import { redactText, redactValue } from './redact.ts'

export type LogFields = Readonly<Record<string, unknown>>

/**
 * Structured lines. The message is a fixed sentence; what varies goes into fields. Secrets are masked by the name of
 * their field and by their form inside texts; under a request its `correlation_id` is added.
 */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** A logger whose lines all carry these fields. */
  child(fields: LogFields): Logger
}

/** The logger of the process, which also decides for its children. */
export interface RootLogger extends Logger {
  /** The least severe level that is written, from now on. */
  setLevel(level: LogLevel): void
  /** Masks this value wherever it turns up. Values of fewer than 4 characters are ignored: they would mask words. */
  hide(secret: string): void
}

/** Where lines go: a stream of the process or of a test. */
export interface LogStream {
  write(text: string): unknown
  readonly isTTY?: boolean
  /** Bytes that were written and not yet taken. */
  readonly writableLength?: number
}

export interface LoggerOptions {
  readonly stream: LogStream
  readonly clock: Clock
  readonly level?: LogLevel
  /** `auto`: for people on a terminal, JSON elsewhere. */
  readonly format?: 'auto' | 'json' | 'pretty'
  /** True when NO_COLOR is set (no-color.org). */
  readonly noColor?: boolean
}

/** A reader that takes no lines does not fill the memory: beyond this many waiting bytes lines are counted and dropped. */
export const LOG_BACKLOG_BYTES_MAX = 8 * 1024 * 1024
const SECRET_LENGTH_MIN = 4

export function createLogger(options: LoggerOptions): RootLogger {
  const sink = new LogSink(options)
  return {
    ...loggerWith(sink, {}),
    setLevel: (level) => sink.setLevel(level),
    hide: (secret) => sink.hide(secret),
  }
}

function loggerWith(sink: LogSink, bound: LogFields): Logger {
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void =>
      sink.write(level, message, { ...bound, ...fields })
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => loggerWith(sink, { ...bound, ...fields }),
  }
}

class LogSink {
  readonly #stream: LogStream
  readonly #clock: Clock
  readonly #format: (record: LogRecord) => string
  readonly #secrets = new Set<string>()
  #rank: number
  #dropped = 0

  constructor({ stream, clock, level = 'info', format = 'auto', noColor = false }: LoggerOptions) {
    this.#stream = stream
    this.#clock = clock
    this.#rank = LOG_LEVELS.indexOf(level)
    const pretty = format === 'pretty' || (format === 'auto' && stream.isTTY === true)
    const colour = stream.isTTY === true && !noColor
    this.#format = pretty ? (record) => formatPretty(record, colour) : formatJson
  }

  setLevel(level: LogLevel): void {
    this.#rank = LOG_LEVELS.indexOf(level)
  }

  hide(secret: string): void {
    if (secret.length >= SECRET_LENGTH_MIN) this.#secrets.add(secret)
  }

  write(level: LogLevel, message: string, fields: LogFields): void {
    if (LOG_LEVELS.indexOf(level) < this.#rank) return
    if ((this.#stream.writableLength ?? 0) > LOG_BACKLOG_BYTES_MAX) {
      this.#dropped += 1
      return
    }
    if (this.#dropped > 0) this.#reportDropped()
    this.#stream.write(this.#format(this.#record(level, message, fields)))
  }

  #reportDropped(): void {
    const count = this.#dropped
    this.#dropped = 0
    this.#stream.write(this.#format(this.#record('warn', 'log lines were dropped', { count })))
  }

  #record(level: LogLevel, message: string, fields: LogFields): LogRecord {
    const id = currentCorrelationId()
    const all = id === undefined ? fields : { correlation_id: id, ...fields }
    const clean = redactValue(all, this.#secrets)
    return {
      time: this.#clock(),
      level,
      message: redactText(message, this.#secrets),
      fields: typeof clean === 'object' && clean !== null ? { ...clean } : { fields: clean },
    }
  }
}
