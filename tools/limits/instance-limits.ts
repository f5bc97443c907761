import { OPENAI_LIMITS } from '../../packages/server/src/adapters/models/openai-options.ts'
import { RETRY_AFTER_MAX_MS } from '../../packages/server/src/adapters/models/openai-request.ts'
import { CHARACTERS_MAX } from '../../packages/server/src/adapters/models/static/static-vectors.ts'
import { QUEUED_TEXTS_MAX } from '../../packages/server/src/adapters/models/worker-embedder.ts'
import { QUEUE_CHARACTERS_MAX, QUEUE_COMMANDS_MAX } from '../../packages/server/src/adapters/sqlite/group-commit.ts'
import { READ_DEADLINE_MS, WAITING_MAX } from '../../packages/server/src/adapters/sqlite/reader-pool.ts'
import { RECEIPT_LIFE_MS } from '../../packages/server/src/adapters/sqlite/receipts.ts'
import { PAGES_MAX } from '../../packages/server/src/adapters/sqlite/vector/space-memory.ts'
import { DEEP_AGE_MS, DEEP_MS_MAX } from '../../packages/server/src/edge/jobs/deep-probe.ts'
import { CHUNK_START_MS } from '../../packages/server/src/kernel/boot/boot-chunk.ts'
import { FILE_BYTES_MAX } from '../../packages/server/src/kernel/config/config-file.ts'
import { PATH_BYTES_MAX } from '../../packages/server/src/kernel/data-folder/socket-path.ts'
import { DRAIN_MS, WORK_IN_FLIGHT_MAX } from '../../packages/server/src/kernel/lifecycle/lifecycle.ts'
import { LOG_BACKLOG_BYTES_MAX } from '../../packages/server/src/platform/observability/logger.ts'
import { SERIES_MAX } from '../../packages/server/src/platform/observability/metrics.ts'
import type { Limits } from './limit.ts'

/** Of a WebAssembly memory. */
const PAGE_BYTES = 64 * 1024

const unavailable = { error: 'UNAVAILABLE' } as const

/** What one instance carries at once, and how long its own parts may take. */
export const INSTANCE_LIMITS = {
  writesWaiting: { what: 'Writes that wait', value: QUEUE_COMMANDS_MAX, unit: 'items', beyond: unavailable },
  writesWaitingText: {
    what: 'Text of writes that wait',
    value: QUEUE_CHARACTERS_MAX,
    unit: 'characters',
    beyond: unavailable,
  },
  readsWaiting: { what: 'Reads that wait', value: WAITING_MAX, unit: 'items', beyond: unavailable },
  readTime: {
    what: 'Time of one read of the store',
    value: READ_DEADLINE_MS,
    unit: 'ms',
    beyond: { error: 'DEADLINE_EXCEEDED' },
  },
  textsWaiting: {
    what: 'Texts that wait for their vector',
    value: QUEUED_TEXTS_MAX,
    unit: 'items',
    beyond: unavailable,
  },
  vectors: {
    what: 'Memory of the vectors of one model',
    value: PAGES_MAX * PAGE_BYTES,
    unit: 'bytes',
    beyond: { error: 'UNPROCESSABLE' },
  },
  socketPath: {
    what: 'Path of the socket in the data folder',
    value: PATH_BYTES_MAX,
    unit: 'bytes',
    beyond: { cut: 'it lies in a private folder among the temporary files' },
  },
  embeddedText: {
    what: 'Text that search by meaning knows of a capsule, with the built-in embedder',
    value: CHARACTERS_MAX,
    unit: 'characters',
    beyond: { cut: 'its beginning counts; search by words knows all of it' },
  },
  providerText: {
    what: 'The same with a provider of embeddings',
    value: OPENAI_LIMITS.textCharactersMax,
    unit: 'characters',
    beyond: { cut: 'its beginning counts; search by words knows all of it' },
  },
  providerAnswer: {
    what: 'An answer of a provider',
    value: OPENAI_LIMITS.answerBytesMax,
    unit: 'bytes',
    beyond: { error: 'EMBEDDER_UNAVAILABLE' },
  },
  providerAttempts: {
    what: 'Tries of one call to a provider',
    value: OPENAI_LIMITS.attemptsMax,
    unit: 'items',
    beyond: { error: 'EMBEDDER_UNAVAILABLE' },
  },
  providerWait: {
    what: 'Wait that a provider may ask for',
    value: RETRY_AFTER_MAX_MS,
    unit: 'ms',
    beyond: { error: 'EMBEDDER_UNAVAILABLE' },
  },
  requestsAtWork: { what: 'Requests being carried out', value: WORK_IN_FLIGHT_MAX, unit: 'items', beyond: unavailable },
  idempotencyTime: {
    what: 'Time for which an Idempotency-Key means its first request',
    value: RECEIPT_LIFE_MS,
    unit: 'ms',
    beyond: { cut: 'the same key is a new request' },
  },
  startOfPart: { what: 'Time to start a part', value: CHUNK_START_MS, unit: 'ms', beyond: { error: 'BOOT_FAILED' } },
  drain: {
    what: 'Time that a stop waits for requests under way',
    value: DRAIN_MS,
    unit: 'ms',
    beyond: { cut: 'they are given up, and the log names them' },
  },
  deepProbe: {
    what: 'How often `/health/deep` tries anew',
    value: DEEP_AGE_MS,
    unit: 'ms',
    beyond: { cut: 'the finding of before is answered, with its age' },
  },
  deepProbeTime: {
    what: 'Time of a step of `/health/deep`',
    value: DEEP_MS_MAX / 4,
    unit: 'ms',
    beyond: { cut: 'the step counts as failed' },
  },
  configFile: {
    what: 'The configuration file',
    value: FILE_BYTES_MAX,
    unit: 'bytes',
    beyond: { error: 'CONFIG_INVALID' },
  },
  logBacklog: {
    what: 'Log that its reader has not taken',
    value: LOG_BACKLOG_BYTES_MAX,
    unit: 'bytes',
    beyond: { cut: 'lines are dropped, and the log says how many' },
  },
  metricSeries: {
    what: 'Combinations of labels of one metric',
    value: SERIES_MAX,
    unit: 'items',
    beyond: { cut: 'further ones are counted as `other`' },
  },
} as const satisfies Limits
