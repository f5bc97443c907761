import { type FSWatcher, watch } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileTrouble, messageOf } from '#base'

export interface FolderChangesOptions {
  /** A change is told when nothing more has changed for this long. */
  readonly settleMs?: number
  /** While things keep changing it is told this long after the first change at the latest. */
  readonly heldMsMax?: number
  /** It is looked again after this long, whatever the system says: not every file system tells of changes. */
  readonly lookAnywayMs?: number
  /** The same where the system cannot tell of changes at all. */
  readonly lookBlindlyMs?: number
}

const DEFAULTS = { settleMs: 1000, heldMsMax: 10_000, lookAnywayMs: 600_000, lookBlindlyMs: 30_000 }

/** Hidden files are not imported, save that these say what is. */
const TELLING: ReadonlySet<string> = new Set(['.gitignore', '.cascadeignore'])
/** Folders of tools, which imports do not enter and which change by the thousand. */
const NOT_ENTERED: ReadonlySet<string> = new Set(['node_modules', '__pycache__'])
/** More than this are looked at from time to time: each takes one watch of the system. */
const FOLDERS_MAX = 20_000

/**
 * Says when something below a folder may have changed. What the system tells is a hint and no more: however many changes
 * come close together are told once, and whoever is told looks at the whole folder.
 */
// One watch for each folder, not the system's recursive one: on Linux that is a watch for each file, and it looks through
// a folder again for each file that appears in it.
export class FolderChanges implements Disposable {
  readonly #folder: string
  readonly #options: Required<FolderChangesOptions>
  readonly #watchers = new Map<string, FSWatcher>()
  #hints = 0
  #first = 0
  #wake: () => void = () => undefined
  #trouble: string | undefined

  private constructor(folder: string, options: FolderChangesOptions) {
    this.#folder = folder
    this.#options = { ...DEFAULTS, ...options }
  }

  /** Begins to watch: what changes from now on is told. */
  static async open(folder: string, options: FolderChangesOptions = {}): Promise<FolderChanges> {
    const changes = new FolderChanges(folder, options)
    await changes.#watchAll()
    return changes
  }

  /** Why the system does not tell of all changes, so that the folder is looked at from time to time; else undefined. */
  get trouble(): string | undefined {
    return this.#trouble
  }

  /**
   * Resolves when something may have changed since it last did, and all has been quiet for a moment; what changes
   * meanwhile counts for the next time.
   *
   * @throws the signal's reason when aborted.
   */
  async next(signal: AbortSignal): Promise<void> {
    const { settleMs, heldMsMax } = this.#options
    await this.#hinted(signal)
    let seen: number
    do {
      seen = this.#hints
      await pause(settleMs, undefined, { signal })
    } while (this.#hints !== seen && performance.now() - this.#first < heldMsMax)
    this.#hints = 0
    // New folders are watched before they are looked at: what comes into them later is told.
    await this.#watchAll()
  }

  [Symbol.dispose](): void {
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  async #watchAll(): Promise<void> {
    this.#trouble = undefined
    const found = new Set<string>()
    const waiting = [this.#folder]
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      if (found.size >= FOLDERS_MAX) {
        this.#trouble ??= `it has more than ${FOLDERS_MAX} folders`
        break
      }
      found.add(folder)
      this.#watch(folder)
      waiting.push(...(await this.#foldersIn(folder)))
    }
    for (const [folder, watcher] of this.#watchers) if (!found.has(folder)) this.#unwatch(folder, watcher)
  }

  async #foldersIn(folder: string): Promise<readonly string[]> {
    try {
      const entries = await readdir(folder, { withFileTypes: true })
      return entries
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !NOT_ENTERED.has(entry.name))
        .map(({ name }) => join(folder, name))
    } catch (error) {
      // It may have gone since it was listed; the root itself may come back.
      if (folder === this.#folder) this.#trouble = fileTrouble(error)
      return []
    }
  }

  #watch(folder: string): void {
    if (this.#watchers.has(folder)) return
    try {
      const watcher = watch(folder, (event, name) => {
        if (event === 'rename' && name !== null) this.#forget(folder, name)
        this.#hint(name)
      })
      watcher.on('error', (error) => {
        this.#trouble = messageOf(error)
        this.#unwatch(folder, watcher)
      })
      this.#watchers.set(folder, watcher)
    } catch (error) {
      // The limit of the system is reached, or the folder is gone.
      this.#trouble = messageOf(error)
    }
  }

  /** What had this name may be another folder by now: a watch stays with the one it was set on. */
  #forget(folder: string, name: string): void {
    const path = join(folder, name)
    for (const [watched, watcher] of this.#watchers) {
      const isGone =
        watched === path || watched.startsWith(path + sep) || (watched === folder && basename(folder) === name)
      if (isGone) this.#unwatch(watched, watcher)
    }
  }

  #unwatch(folder: string, watcher: FSWatcher): void {
    watcher.close()
    this.#watchers.delete(folder)
  }

  #hint(name: string | null): void {
    if (name?.startsWith('.') && !TELLING.has(name)) return
    if (this.#hints++ === 0) this.#first = performance.now()
    this.#wake()
  }

  async #hinted(signal: AbortSignal): Promise<void> {
    if (this.#hints > 0) return
    const { lookAnywayMs, lookBlindlyMs } = this.#options
    const woken = new AbortController()
    this.#wake = () => woken.abort()
    const stop = AbortSignal.any([signal, woken.signal])
    const begun = performance.now()
    // In short pauses: a watch may break while it is waited for.
    do await Promise.allSettled([pause(Math.min(lookBlindlyMs, lookAnywayMs), undefined, { signal: stop })])
    while (!stop.aborted && this.#trouble === undefined && performance.now() - begun < lookAnywayMs)
    signal.throwIfAborted()
  }
}
