import type { LimitName } from './index.ts'

interface Elsewhere {
  /** Below packages/server. */
  readonly file: string
  /** Words of the test, as they stand in the file. */
  readonly title: string
}

const SOCKET = 'src/edge/http/http-socket.test.ts'
const ERRORS = 'src/edge/http/errors.test.ts'
const HOSTILE = 'src/adapters/documents/convert/hostile.test.ts'
const HTML = 'src/adapters/documents/convert/html-to-markdown.test.ts'
const CHATS = 'src/adapters/sources/chat-reader.test.ts'

/** Limits whose test stands beside the code that keeps them. */
export const ELSEWHERE: Partial<Record<LimitName, Elsewhere>> = {
  headers: { file: SOCKET, title: 'headers beyond the limit' },
  requestTime: { file: SOCKET, title: 'headers that drip are cut off with 408' },
  rate: { file: 'src/edge/http/rate-limiter.test.ts', title: 'never allows more than the burst and what was refilled' },
  failedSignInRate: { file: 'src/edge/http/admission.test.ts', title: 'of failed sign-ins is one address’ own' },
  answerTimeOfChange: { file: ERRORS, title: 'OUTCOME_UNKNOWN: {' },
  searchTime: { file: ERRORS, title: 'deadlineMs: 30 }' },
  queryTerms: { file: 'src/adapters/sqlite/lexical-query.test.ts', title: 'QUERY_TERMS_MAX' },
  importFile: { file: 'src/domain/capsules/import/import-folder.test.ts', title: 'a byte too much' },
  ndjsonLine: { file: 'src/domain/capsules/import/import-ndjson.test.ts', title: 'a line that is too long' },
  chatFiles: { file: CHATS, title: 'files of more bytes than are read are refused' },
  chatElement: { file: CHATS, title: 'a conversation of a byte too much is passed over' },
  convertedText: { file: HTML, title: 'more text than a capsule holds' },
  convertedDepth: { file: HTML, title: 'ten megabytes of elements in one another' },
  convertedAttributes: { file: HTML, title: 'a million attributes' },
  convertedPages: { file: HOSTILE, title: 'it has more than 5000 pages' },
  archiveEntries: { file: HOSTILE, title: 'it holds more than 20000 files' },
  archiveBytes: { file: HOSTILE, title: 'it unpacks to more than' },
  archivePart: { file: HOSTILE, title: 'it unpacks to more than' },
  convertedElements: { file: HOSTILE, title: 'a part of it has more than 1000000 elements' },
  deepProbe: { file: 'src/edge/jobs/deep-probe.test.ts', title: 'writes once for all who ask within ten seconds' },
  writesWaiting: { file: 'src/adapters/sqlite/group-commit.test.ts', title: 'beyond its bound the queue refuses' },
  textsWaiting: { file: 'src/adapters/models/worker-embedder.test.ts', title: 'has a bounded queue' },
  requestsAtWork: { file: 'src/kernel/lifecycle/lifecycle.test.ts', title: 'work in flight has a limit' },
  idempotencyTime: { file: 'src/platform/store/unit-of-work.contract.ts', title: 'is known for 24 hours' },
  startOfPart: { file: 'src/kernel/boot/boot.test.ts', title: 'is also a chunk that does not start in time' },
  drain: { file: 'src/kernel/lifecycle/lifecycle.test.ts', title: 'abandons work that outlasts the drain limit' },
  configFile: { file: 'src/kernel/config/load-config.test.ts', title: 'a file of more than 256 KiB is not read' },
  logBacklog: { file: 'src/platform/observability/logger.test.ts', title: 'a reader that takes nothing costs lines' },
  metricSeries: { file: 'src/platform/observability/metrics.test.ts', title: 'labels beyond the limit are counted' },
}
