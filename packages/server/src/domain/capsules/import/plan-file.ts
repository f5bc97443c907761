import type { CapsuleStatus } from '@forge-cascade/contract'
import { placeOf } from '../use-cases/draft.ts'
import type { CapsuleStep } from './capsule-step.ts'
import type { ChunkState, DocumentState, DocumentStates } from './document-state.ts'
import type { FileBook } from './file-book.ts'
import type { ImportFileRow } from './import-records.ts'
import { type ImportSettings, scopeOf } from './import-settings.ts'
import type { DeletedFile, FileText, PresentFile, SkippedFile, SourceDocument } from './import-source.ts'
import { planDocument } from './plan-document.ts'
import { countSteps, nextRow, type PlannedItem, passed } from './planned-item.ts'

/** What planning needs beside the item. */
export interface Planning {
  readonly settings: ImportSettings
  readonly book: FileBook
  readonly documents: DocumentStates
  /** Ends the import. */
  readonly signal: AbortSignal
}

/** What became of a capsule that its file no longer decides about. */
const LEFT_ALONE: Readonly<Record<Exclude<CapsuleStatus, 'ACTIVE'>, string>> = {
  ARCHIVED: 'its capsule was archived by hand; restore it to have changes of the file taken in again',
  QUARANTINED: 'its capsule is quarantined; release it to have changes of the file taken in again',
  ERASED: 'its capsule was erased, and an import does not bring back what was erased',
}

/** A file that is there: its next version, or nothing when it is known as it is. */
export async function planPresent(planning: Planning, file: PresentFile): Promise<PlannedItem> {
  const here = await planning.book.find(file.path)
  if (isDone(here, file.step)) return passed(file.path, 'counted')
  const moved = await findMoved(planning, file, here)
  const isSame = !moved && here?.digest === file.digest
  if (isSame && here.standing === 'present') return planUnchanged(planning, here)
  if (isSame && here.state === 'skipped') return repeated(planning, here, 'skipped')
  const before = moved ?? (here?.standing === 'moved' ? undefined : here)
  const document = await findDocument(planning, file, before)
  const barrier = barrierTo(document, before)
  if (barrier !== undefined) return planSkipped(planning, { kind: 'skipped', path: file.path, reason: barrier })
  const content = await readText(planning, file)
  if ('missing' in content) return planMissing(planning, file, content.missing, { before, moved })
  if ('unfit' in content) return planUnfit(planning, file, content.unfit, { before, moved })
  return planText(planning, file, content.text, { before, moved }, document)
}

/** The text of the file, made from its bytes where it is a document of another format. */
async function readText({ settings, signal }: Planning, file: PresentFile): Promise<Exclude<FileText, SourceDocument>> {
  const content = await file.read()
  return 'bytes' in content ? settings.converter.convert({ path: file.path, ...content }, signal) : content
}

/** A file that is there no longer: its capsule and its chunks are archived. */
export async function planDeleted(planning: Planning, { path, step, at }: DeletedFile): Promise<PlannedItem> {
  const here = await planning.book.find(path)
  if (isDone(here, step) || here?.standing !== 'present') return passed(path, 'counted')
  const reason = 'it was deleted in the source; its capsule is archived'
  const { steps, document } = await planArchive(planning, here, at)
  const row = rowOf(planning, path, here, { standing: 'gone', reason, ...atStep(step), tally: { imported: 1 } })
  return { path, outcome: 'imported', steps, rows: [row], document }
}

/** A file that is not taken in. What an earlier import made of it stays as it is. */
export async function planSkipped(planning: Planning, { path, reason }: SkippedFile): Promise<PlannedItem> {
  const here = await planning.book.find(path)
  if (here?.state === 'skipped' && here.reason === reason) return repeated(planning, here, 'skipped')
  const row = rowOf(planning, path, here, { state: 'skipped', reason, tally: { skipped: 1 } })
  return { path, outcome: 'skipped', steps: [], rows: [row], document: null }
}

/** The row of a file whose plan the store refused. */
export function failedRow(
  planning: Planning,
  path: string,
  reason: string,
  here: ImportFileRow | undefined,
  digest: string | null = null,
): ImportFileRow {
  return rowOf(planning, path, here, {
    state: 'failed',
    reason,
    ...(digest === null ? {} : { digest }),
    tally: { failed: 1 },
  })
}

/** Steps that take a document and its chunks out of search; none when that is not the import's to decide. */
export async function planArchive(
  { documents }: Pick<Planning, 'documents'>,
  { capsule_id: id }: ImportFileRow,
  at?: number,
): Promise<{ readonly steps: readonly CapsuleStep[]; readonly document: string | null }> {
  const state = id === null ? undefined : await documents.find(id)
  if (state?.status !== 'ACTIVE') return { steps: [], document: null }
  const chunks = new Map([...state.chunks].map(([place, chunk]) => [place, archivedAlong(chunk)]))
  documents.set({ ...state, status: 'ARCHIVED', chunks })
  const ended = at === undefined ? {} : { at }
  const step = { kind: 'archive', id: state.id, version: state.version, withChunks: true, ...ended } as const
  return { steps: [step], document: state.id }
}

const archivedAlong = (chunk: ChunkState): ChunkState =>
  chunk.status === 'ACTIVE' ? { ...chunk, status: 'ARCHIVED' } : chunk

const isDone = (here: ImportFileRow | undefined, step: number | undefined): boolean =>
  step !== undefined && here !== undefined && here.step >= step

const rowOf = (
  { settings }: Planning,
  path: string,
  before: ImportFileRow | undefined,
  changes: Parameters<typeof nextRow>[4],
): ImportFileRow => nextRow(path, before, settings.jobId, settings.context.clock(), changes)

const atStep = (step: number | undefined): { readonly step?: number } => (step === undefined ? {} : { step })

/** The row of the path it came from; nothing when there is another file where it goes. */
async function findMoved(
  { book }: Planning,
  { previousPath }: PresentFile,
  here: ImportFileRow | undefined,
): Promise<ImportFileRow | undefined> {
  if (previousPath === undefined || here?.standing === 'present') return undefined
  const there = await book.find(previousPath)
  return there?.standing === 'present' ? there : undefined
}

/** The capsule is as the file is. A row that says otherwise (it could not be read last time) is set right. */
function planUnchanged(planning: Planning, here: ImportFileRow): PlannedItem {
  if (here.state === 'imported') return repeated(planning, here, 'unchanged')
  const row = rowOf(planning, here.path, here, { state: 'imported', reason: null })
  return { path: here.path, outcome: 'unchanged', steps: [], rows: [row], document: null }
}

/** Met again, and nothing is new: counted now unless an interrupted run of this import has counted it. */
const repeated = ({ settings }: Planning, here: ImportFileRow, outcome: 'unchanged' | 'skipped'): PlannedItem =>
  passed(here.path, here.job === settings.jobId ? 'counted' : outcome)

/** The document the file continues: that of its row, else an active one that somebody else put at this place. */
async function findDocument(
  { settings, documents }: Planning,
  { path }: PresentFile,
  before: ImportFileRow | undefined,
): Promise<DocumentState | undefined> {
  if (before?.capsule_id) return documents.find(before.capsule_id)
  const place = placeOf({ kind: 'file', path, root: settings.root })
  const found = place ? await settings.context.store.capsules.findByPlace(scopeOf(settings), place) : undefined
  if (found?.status !== 'ACTIVE' || found.partOf !== null) return undefined
  const state = await documents.find(found.id)
  // By what is planned and not written yet it may have moved on: then the path is free for another file.
  return state?.path === path ? state : undefined
}

/** Why the document may not get a version; nothing when it may. What the import itself archived, it brings back. */
function barrierTo(document: DocumentState | undefined, before: ImportFileRow | undefined): string | undefined {
  if (!document || document.status === 'ACTIVE') return undefined
  return document.status === 'ARCHIVED' && before?.standing === 'gone' ? undefined : LEFT_ALONE[document.status]
}

interface Rows {
  /** What the file goes on from. */
  readonly before: ImportFileRow | undefined
  /** The same, where it moved here from another path. */
  readonly moved: ImportFileRow | undefined
}

async function planText(
  planning: Planning,
  file: PresentFile,
  text: string,
  { before, moved }: Rows,
  document: DocumentState | undefined,
): Promise<PlannedItem> {
  const { settings, documents } = planning
  const { steps, state, chunks } = await planDocument(settings, file, text, document)
  documents.set(state)
  const row = rowOf(planning, file.path, before, {
    state: 'imported',
    reason: null,
    standing: 'present',
    digest: file.digest,
    capsule_id: state.id,
    version: state.version,
    chunks,
    ...atStep(file.step),
    created_by: document && before?.standing !== 'gone' ? (before?.created_by ?? null) : settings.jobId,
    tally: { imported: 1, ...countSteps(steps) },
  })
  return {
    path: file.path,
    outcome: 'imported',
    steps,
    rows: [row, ...leftBehind(planning, file, moved)],
    document: state.id,
  }
}

/** The text is text no longer (or never was): the capsule that held it is archived. */
async function planUnfit(
  planning: Planning,
  file: PresentFile,
  reason: string,
  { before, moved }: Rows,
): Promise<PlannedItem> {
  const isPresent = before?.standing === 'present'
  const archived = isPresent ? await planArchive(planning, before, file.at) : { steps: [], document: null }
  const row = rowOf(planning, file.path, before, {
    state: 'skipped',
    reason,
    standing: isPresent ? 'gone' : (before?.standing ?? 'absent'),
    digest: file.digest,
    ...atStep(file.step),
    tally: { skipped: 1 },
  })
  return { path: file.path, outcome: 'skipped', ...archived, rows: [row, ...leftBehind(planning, file, moved)] }
}

/** Nobody can say what it holds: what was taken in before stands, and moves along. */
function planMissing(planning: Planning, file: PresentFile, reason: string, { before, moved }: Rows): PlannedItem {
  const isKnown = before?.path === file.path && before.state === 'skipped' && before.reason === reason
  if (file.step === undefined && isKnown) return repeated(planning, before, 'skipped')
  const tally = { skipped: 1 }
  const row = rowOf(planning, file.path, before, { state: 'skipped', reason, ...atStep(file.step), tally })
  const rows = [row, ...leftBehind(planning, file, moved)]
  return { path: file.path, outcome: 'skipped', steps: [], rows, document: null }
}

/** The path a file came from remembers that it moved on, so that a repeated step does not begin it anew. */
function leftBehind(planning: Planning, { step }: PresentFile, moved: ImportFileRow | undefined): ImportFileRow[] {
  if (!moved) return []
  const { settings } = planning
  return [
    nextRow(moved.path, undefined, settings.jobId, settings.context.clock(), { standing: 'moved', ...atStep(step) }),
  ]
}
