import type { BootContext } from './boot-context.ts'

/**
 * One part of the instance as data.
 *
 * A chunk starts when every chunk of a lower priority number has settled and every chunk it names has settled too.
 */
export interface BootChunk<Name extends string = string> {
  readonly name: Name
  /** 0 guardian · 1 core · 1.5 production systems · 1.6 their validators · 2 domain services · 3 and above interfaces. */
  readonly priority: number
  /** Must have started, else this one is skipped. */
  readonly dependsOn?: readonly Name[]
  /** Waited for, but this one starts without them too; `context.find` tells whether they are there. */
  readonly uses?: readonly Name[]
  /** True: a failure leaves the instance degraded. Otherwise a failure stops the boot. */
  readonly canFail?: boolean
  /** False for the guardian itself and for what cannot be judged; true when absent. */
  readonly guardianValidates?: boolean
  /** What it is for, one sentence for the report and the logs. */
  readonly describe: string
  /** How long `start` may take; {@link CHUNK_START_MS} when absent. */
  readonly startMs?: number
  /** Gives what has to be closed at the stop, if anything. Ends early when `context.signal` aborts. */
  start(context: BootContext): Promise<BootHandle> | BootHandle
}

export type BootHandle = Disposable | AsyncDisposable | undefined

/** How long a chunk may take to start when it names no limit of its own. */
export const CHUNK_START_MS = 60_000
/** More chunks than any instance has; the checks of the graph are sized by it. */
export const CHUNKS_MAX = 1000

/** Closes what a chunk handed back, whichever kind of disposable it is. */
export async function disposeHandle(handle: BootHandle): Promise<void> {
  if (handle === undefined) return
  if (Symbol.asyncDispose in handle) await handle[Symbol.asyncDispose]()
  else handle[Symbol.dispose]()
}
