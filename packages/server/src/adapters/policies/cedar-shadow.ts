import { Worker } from 'node:worker_threads'
import { CascadeError, messageOf } from '#base'
import type { EntityJson, PolicyDecision, PolicyRequest, PolicySetJson } from '#policy'
import { READING_HEAP_MIB_MAX } from './policy-reader.ts'

/** How long a thread may take for its questions: a hundred times what sixty take. */
export const SHADOW_MS_MAX = 20_000

/** A request, and the ids of policies that are not looked at. */
export interface ShadowQuestion {
  readonly request: PolicyRequest
  readonly except: readonly string[]
}

/** What a thread is started with. */
export interface ShadowWork {
  readonly policies: PolicySetJson
  readonly fixed: readonly EntityJson[]
  readonly questions: readonly ShadowQuestion[]
}

/** The source runs as it is; a release has the same file compiled. */
const ENTRY = new URL(`./cedar-shadow-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/**
 * What Cedar itself decides, on a thread of its own that is thrown away: nobody who asks the gate waits for it.
 *
 * @returns the decisions in the order of the questions.
 * @throws CascadeError UNAVAILABLE where the thread breaks or takes too long.
 */
export function askCedar(work: ShadowWork): Promise<readonly PolicyDecision[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly PolicyDecision[]>()
  const resourceLimits = { maxOldGenerationSizeMb: READING_HEAP_MIB_MAX }
  const worker = new Worker(ENTRY, { env: {}, workerData: work, resourceLimits })
  worker.unref()
  const giveUp = (why: string): void => reject(new CascadeError('UNAVAILABLE', `Cedar did not answer: ${why}.`))
  const timer = setTimeout(() => giveUp(`it took more than ${SHADOW_MS_MAX} ms`), SHADOW_MS_MAX).unref()
  worker.on('message', resolve)
  worker.on('error', (error) => giveUp(messageOf(error)))
  worker.on('exit', () => giveUp('its thread broke off'))
  return promise.finally(() => {
    clearTimeout(timer)
    return worker.terminate()
  })
}
