import { Worker } from 'node:worker_threads'
import { messageOf } from '#base'
import { type BundleReading, FINDING_FIXES, type PolicyFile } from '#policy'
import type { ReadingStep } from './read-bundle.ts'
import { TextPlaces } from './text-places.ts'

/** How long the reading of a bundle may take: twenty times what a thousand policies with a schema take. */
export const READING_MS_MAX = 20_000
/** Heap of the thread; the memory of Cedar's module has a bound of its own. */
export const READING_HEAP_MIB_MAX = 256

/** What the thread tells: each step before it takes it, and last what it read. */
export type ReaderMessage = { readonly step: ReadingStep } | { readonly reading: BundleReading }

export interface ReaderOptions {
  readonly timeoutMs?: number
  /** The thread's module. */
  readonly entry?: URL
}

/** The source runs as it is; a release has the same file compiled. */
const ENTRY = new URL(`./policy-reader-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/**
 * Reads a bundle, whoever wrote it, on a thread of its own that is thrown away. A reading that takes too long, or that breaks
 * the thread, ends with a finding at the place it had come to.
 */
export function readPolicies(
  files: readonly PolicyFile[],
  { timeoutMs = READING_MS_MAX, entry = ENTRY }: ReaderOptions = {},
): Promise<BundleReading> {
  const { promise, resolve } = Promise.withResolvers<BundleReading>()
  const resourceLimits = { maxOldGenerationSizeMb: READING_HEAP_MIB_MAX }
  const worker = new Worker(entry, { env: {}, workerData: files, resourceLimits })
  let last: ReadingStep | undefined
  const giveUp = (why: string): void => resolve(brokenAt(files, last, why))
  const timer = setTimeout(() => giveUp(`reading takes more than ${timeoutMs} ms`), timeoutMs)
  worker.on('message', (message: ReaderMessage) => {
    if ('step' in message) last = message.step
    else resolve(message.reading)
  })
  worker.on('error', (error) => giveUp(`reading broke off: ${messageOf(error)}`))
  worker.on('exit', () => giveUp('reading broke off'))
  return promise.finally(() => {
    clearTimeout(timer)
    return worker.terminate()
  })
}

function brokenAt(files: readonly PolicyFile[], step: ReadingStep | undefined, why: string): BundleReading {
  const file = files.find(({ path }) => path === step?.file)
  const place = new TextPlaces(file?.text ?? '').of(step?.start ?? 0)
  const finding = {
    severity: 'error',
    code: 'POLICY_DEEP',
    file: file?.path ?? '',
    message: `${why}, from here`,
  } as const
  return { bundle: undefined, findings: [{ ...finding, ...place, fix: FINDING_FIXES.POLICY_DEEP }] }
}
