import { stat } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { ImportJob, ImportRequest } from '@forge-cascade/contract'
import { CascadeError, fileTrouble, isCascadeError } from '#base'
import type { CommandContext } from './command-context.ts'
import { usage } from './command-input.ts'
import { FolderChanges, type FolderChangesOptions } from './folder-changes.ts'
import { type Current, ImportRun } from './import-run.ts'

/** Kinds of which every run looks at the whole folder. */
const WATCHED: ReadonlySet<ImportJob['kind']> = new Set(['folder', 'obsidian'])
/** The instance is away, or busy with the same import for somebody else; or the folder is, as a disk that is not mounted. */
const AWAY: ReadonlySet<string> = new Set(['NO_SERVER', 'UNAVAILABLE', 'CONFLICT', 'RATE_LIMITED', 'SOURCE_UNREADABLE'])
const RETRY_MS_FIRST = 1000
const RETRY_MS_MAX = 30_000

export interface ImportWatchOptions extends FolderChangesOptions {
  readonly retryMsFirst?: number
  /** Called at the beginning of each run; what it gives is called after each look at the run. */
  readonly watchRun: () => (job: ImportJob) => void
  /** Called with the last answer of each run, the first included. */
  readonly onRun: (run: Current, isFirst: boolean) => Promise<void>
  readonly onTrouble: (why: string) => void
}

/**
 * Imports a folder, and again whenever something in it has changed, until the signal is aborted. It outlives the instance:
 * while none answers it tries again, and the run that comes through looks at everything. Where none ran from the start,
 * this process owns the data folder during each run, and nobody between two.
 *
 * @throws CascadeError SOURCE_UNREADABLE and VALIDATION_FAILED for what cannot be watched, before anything is imported; of
 * the first run, when that cannot be begun.
 */
export async function watchImport(
  context: CommandContext,
  request: ImportRequest,
  signal: AbortSignal,
  options: ImportWatchOptions,
): Promise<void> {
  await requireWatched(context, request)
  using changes = await FolderChanges.open(request.path, options)
  const run = () => runOnce(context, request, signal, options.watchRun())
  const session = await context.openSession()
  if (signal.aborted) return
  await options.onRun(await run(), true)
  if (session.kind === 'client') context.neverOwn()
  await context.release()
  let trouble: string | undefined
  while (await isTold(changes, signal)) {
    if (changes.trouble !== undefined && changes.trouble !== trouble)
      options.onTrouble(
        `The system does not tell of all changes (${changes.trouble}): the folder is looked at from time to time.`,
      )
    trouble = changes.trouble
    const again = await untilAnswered(context, run, signal, options)
    if (again) await options.onRun(again, false)
    await context.release()
  }
}

async function isTold(changes: FolderChanges, signal: AbortSignal): Promise<boolean> {
  try {
    await changes.next(signal)
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
}

async function runOnce(
  context: CommandContext,
  request: ImportRequest,
  signal: AbortSignal,
  onProgress: (job: ImportJob) => void,
): Promise<Current> {
  const run = new ImportRun(await context.openSession(), request)
  const stop = (): void => run.cancel()
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await run.follow({ onProgress })
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Undefined when the watch ended before an instance answered. */
async function untilAnswered(
  context: CommandContext,
  run: () => Promise<Current>,
  signal: AbortSignal,
  { retryMsFirst = RETRY_MS_FIRST, onTrouble }: ImportWatchOptions,
): Promise<Current | undefined> {
  for (let ms = retryMsFirst; !signal.aborted; ms = Math.min(RETRY_MS_MAX, ms * 2)) {
    try {
      return await run()
    } catch (error) {
      if (!isCascadeError(error) || !AWAY.has(error.code)) throw error
      if (ms === retryMsFirst) onTrouble(`${error.detail} Trying again.`)
      await context.release()
      await Promise.allSettled([pause(ms, undefined, { signal })])
    }
  }
  return undefined
}

async function requireWatched({ io }: CommandContext, { path, kind: said }: ImportRequest): Promise<void> {
  const state = await stat(path).catch((cause) => {
    throw new CascadeError('SOURCE_UNREADABLE', `${path} cannot be watched: ${fileTrouble(cause)}.`, { cause })
  })
  if (!state.isDirectory()) throw usage(`Only folders are watched; ${path} is none.`)
  const kind = said === 'auto' ? await io.detectKind(path) : said
  if (!WATCHED.has(kind))
    throw usage(`Only folders and vaults are watched, and ${path} is read as ${kind}; ${INSTEAD[kind] ?? AGAIN}`)
}

const INSTEAD: Partial<Record<ImportJob['kind'], string>> = {
  chatgpt: '--kind folder watches it as a folder of files.',
  claude: '--kind folder watches it as a folder of files.',
  git: '--kind folder watches the files of a repository as they lie.',
}
const AGAIN = 'import it without --watch.'
