import { setImmediate as nextTurn } from 'node:timers/promises'
import { ERRORS, type ImportJob } from '@forge-cascade/contract'
import type { Change, Command } from '#store'
import { type Telling, tell } from '../use-cases/tell.ts'
import { readRowsOf } from './file-book.ts'
import type { ImportFileRow } from './import-records.ts'
import { commandId } from './import-writer.ts'
import type { Planning } from './plan-file.ts'
import { tellImport } from './tell-import.ts'
import { NOTE, type Resolution, type VaultFile, VaultIndex } from './vault-index.ts'
import { readVaultNote, type VaultNote } from './vault-note.ts'

/** What is known of a note since it was last looked into; `made` are the capsules that imports linked it to. */
export interface VaultNoteRow extends VaultNote {
  readonly version: string
  readonly made: readonly string[]
}

export const VAULT_NOTES = 'import_notes'
const HEADS_PER_PAGE = 100
const COMMANDS_PER_APPEND = 50
const PUTS_PER_COMMAND = 200

export type LinkCounts = NonNullable<ImportJob['links']>

/** How the numbers outlive the process: an interrupted run and the one that goes on with it are one import. */
export interface KeptCounts {
  /** As the runs before left them. */
  readonly before: LinkCounts | undefined
  /** Takes the numbers and gives the change that writes them, which goes along with what they count. */
  readonly keep: (counts: LinkCounts) => Change
}

interface Known {
  readonly row: VaultNoteRow
  readonly revision: number
}

/** A file of the vault that is there, by its capsule. */
interface Present {
  readonly id: string
  readonly path: string
  readonly version: string
}

/**
 * Brings the RELATED_TO links of a vault in line with what its notes say now: those that notes name are made, and those
 * that an import made and no note names any more are taken away. Links that others made, or took away, stay as they are.
 * Each note is one command, so a run that is cut off is gone on with by the next. Nothing is read of a note that is as it
 * was, and nothing written where nothing is new.
 */
export async function linkVault(
  planning: Planning,
  source: string,
  { before, keep }: KeptCounts,
  signal: AbortSignal,
): Promise<LinkCounts> {
  const known = await readKnown(planning, source)
  const present = [...planning.book.rows()].flatMap(toPresent)
  const notes = await readNotes(planning, present, known, signal)
  const index = new VaultIndex(present.map(({ id, path }) => ({ id, path, aliases: notes.get(id)?.aliases ?? [] })))
  const counts = { made: before?.made ?? 0, removed: before?.removed ?? 0, ambiguous: 0, unresolved: 0 }
  const linker = new VaultLinker(planning, source, counts, keep)
  for (const { id, path, version } of present) {
    const note = notes.get(id)
    if (note)
      await linker.note(id, version, note, resolveAll(index, note, { id, path, aliases: [] }, counts), known.get(id))
    known.delete(id)
    signal.throwIfAborted()
  }
  for (const [id, gone] of known) await linker.gone(id, gone)
  await linker.flush()
  return counts
}

const toPresent = ({ standing, capsule_id: id, path, version }: ImportFileRow): readonly Present[] =>
  standing === 'present' && id !== null && version !== null ? [{ id, path, version }] : []

async function readKnown({ settings }: Planning, source: string): Promise<Map<string, Known>> {
  const known = new Map<string, Known>()
  for await (const { key, value, revision } of readRowsOf<VaultNoteRow>(
    settings.context.store.records,
    VAULT_NOTES,
    source,
  ))
    known.set(key.slice(source.length + 1), { row: value, revision })
  return known
}

/** What each note says, read anew where it has another version than last time. */
async function readNotes(
  { settings }: Planning,
  present: readonly Present[],
  known: ReadonlyMap<string, Known>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, VaultNote>> {
  const notes = new Map<string, VaultNote>()
  const unread: string[] = []
  for (const { id, path, version } of present) {
    const row = known.get(id)?.row
    if (row?.version === version) notes.set(id, row)
    else if (NOTE.test(path)) unread.push(id)
  }
  for (let at = 0; at < unread.length; at += HEADS_PER_PAGE) {
    signal.throwIfAborted()
    for (const { id, content } of await settings.context.store.capsules.getHeads(
      unread.slice(at, at + HEADS_PER_PAGE),
    )) {
      notes.set(id, readVaultNote(content))
      await nextTurn()
    }
  }
  return notes
}

/** The capsules a note names; a link to itself is none. */
function resolveAll(index: VaultIndex, note: VaultNote, self: VaultFile, counts: LinkCounts): ReadonlySet<string> {
  const resolved = note.links.map((link) => index.resolve(link, self.path))
  counts.ambiguous += countOf(resolved, 'ambiguous')
  counts.unresolved += countOf(resolved, 'unresolved')
  const ids = resolved.flatMap((one) => (typeof one === 'object' ? one.id : []))
  return new Set(ids.filter((id) => id !== self.id))
}

const countOf = (resolved: readonly Resolution[], what: Resolution): number =>
  resolved.filter((one) => one === what).length

interface Waiting {
  readonly command: Command
  readonly made: number
  readonly removed: number
}

/** Writes what is new of each note. */
class VaultLinker {
  readonly #planning: Planning
  readonly #source: string
  readonly #counts: LinkCounts
  readonly #keepCounts: KeptCounts['keep']
  /** What is remembered of notes without a change of their links; it goes along with others. */
  #kept: Change[] = []
  #waiting: Waiting[] = []

  constructor(planning: Planning, source: string, counts: LinkCounts, keepCounts: KeptCounts['keep']) {
    this.#keepCounts = keepCounts
    this.#planning = planning
    this.#source = source
    this.#counts = counts
  }

  async note(
    id: string,
    version: string,
    { links, aliases }: VaultNote,
    wanted: ReadonlySet<string>,
    known: Known | undefined,
  ): Promise<void> {
    const before = new Set(known?.row.made)
    const removed = [...before].filter((to) => !wanted.has(to))
    const missing = [...wanted].filter((to) => !before.has(to))
    const others = missing.length === 0 ? new Set() : await this.#linkedTo(id)
    const made = missing.filter((to) => !others.has(to))
    if (known?.row.version === version && made.length === 0 && removed.length === 0) return
    if (!known && links.length === 0 && aliases.length === 0) return
    const kept = [...before].filter((to) => wanted.has(to))
    const row: VaultNoteRow = { links, aliases, version, made: [...kept, ...made] }
    const put = this.#records.put(this.#grant, VAULT_NOTES, this.#key(id), row, {
      expectedRevision: known?.revision ?? 0,
    })
    await this.#add(id, made, removed, put)
  }

  /** The note is not there any more: what it said does not count. */
  async gone(id: string, { row, revision }: Known): Promise<void> {
    const put = this.#records.delete(this.#grant, VAULT_NOTES, this.#key(id), { expectedRevision: revision })
    await this.#add(id, [], row.made, put)
  }

  /** @throws CascadeError when the store cannot write now. */
  async flush(): Promise<void> {
    if (this.#kept.length > 0) this.#waiting.push({ command: this.#keepCommand(), made: 0, removed: 0 })
    const waiting = this.#waiting
    this.#waiting = []
    if (waiting.length === 0) return
    const outcomes = await this.#planning.settings.context.store.append(this.#withCounts(waiting))
    for (const [index, { made, removed }] of waiting.entries()) {
      const outcome = outcomes[index]
      if (outcome && !outcome.ok && 'retryable' in ERRORS[outcome.error.code]) throw outcome.error
      // Somebody erased one of the capsules meanwhile: the next import sees the vault without it.
      if (!outcome?.ok) continue
      this.#counts.made += made
      this.#counts.removed += removed
    }
  }

  /** The numbers ride on the last command, as they are when all are carried out. */
  #withCounts(waiting: readonly Waiting[]): readonly Command[] {
    const sum = (name: 'made' | 'removed') => waiting.reduce((all, one) => all + one[name], this.#counts[name])
    const change = this.#keepCounts({ ...this.#counts, made: sum('made'), removed: sum('removed') })
    return waiting.map(({ command }, index) =>
      index === waiting.length - 1 ? { ...command, changes: [...command.changes, change] } : command,
    )
  }

  async #add(id: string, made: readonly string[], removed: readonly string[], put: Change): Promise<void> {
    if (made.length + removed.length === 0) return this.#keep(put)
    const { context } = this.#planning.settings
    const [grant, capsules] = [this.#grant, context.store.capsules]
    const tellings: readonly Telling[] = [
      ...made.map((to) => tell(grant, 'capsule.linked', id, { to, kind: 'RELATED_TO' })),
      ...removed.map((to) => tell(grant, 'capsule.unlinked', id, { to, kind: 'RELATED_TO' })),
    ]
    const changes = [
      ...made.map((to) => capsules.link(grant, id, to, 'RELATED_TO')),
      ...removed.map((to) => capsules.unlink(grant, id, to, 'RELATED_TO')),
      put,
    ]
    const command = {
      id: commandId(context.random),
      grant,
      changes,
      records: tellings.flatMap(({ records }) => records),
      events: tellings.flatMap(({ events }) => events),
    }
    this.#waiting.push({ command, made: made.length, removed: removed.length })
    if (this.#waiting.length >= COMMANDS_PER_APPEND) await this.flush()
  }

  async #keep(put: Change): Promise<void> {
    this.#kept.push(put)
    if (this.#kept.length >= PUTS_PER_COMMAND) await this.flush()
  }

  #keepCommand(): Command {
    const { context, grant, jobId } = this.#planning.settings
    const changes = this.#kept
    this.#kept = []
    const telling = tellImport(grant, 'import.noted', jobId, { files: changes.length })
    return { id: commandId(context.random), grant, changes, records: telling.records, events: [] }
  }

  /** What somebody else linked the note to. */
  async #linkedTo(id: string): Promise<ReadonlySet<string>> {
    const links = await this.#planning.settings.context.store.capsules.links(id, ['RELATED_TO'])
    return new Set(links.filter(({ from }) => from === id).map(({ to }) => to))
  }

  #key(id: string): string {
    return `${this.#source}:${id}`
  }

  get #grant() {
    return this.#planning.settings.grant
  }

  get #records() {
    return this.#planning.settings.context.store.records
  }
}
