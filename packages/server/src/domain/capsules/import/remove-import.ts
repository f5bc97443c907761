import type { Command, StoredRecord } from '#store'
import type { CapsuleContext } from '../use-cases/context.ts'
import { carryOut } from './capsule-step.ts'
import { DocumentStates } from './document-state.ts'
import { readRows } from './file-book.ts'
import type { ImportCall } from './import-call.ts'
import { type ImportFileRow, type ImportRow, jobKey } from './import-records.ts'
import { commandId, commit, commitAll } from './import-writer.ts'
import { planArchive } from './plan-file.ts'
import { nextRow } from './planned-item.ts'
import { tellImport } from './tell-import.ts'

const REMOVALS_PER_APPEND = 100
/** Runs of one source that are marked in one command, the newest of them. */
const RUNS_MARKED_MAX = 500

/**
 * Archives the documents that the runs of one source brought in; what was there before its first run stays.
 *
 * @param removed any run of the source.
 * @returns how many documents were archived.
 */
export async function removeImport(context: CapsuleContext, call: ImportCall, removed: ImportRow): Promise<number> {
  const { store } = context
  const documents = new DocumentStates(store.capsules)
  let [commands, archived]: [Command[], number] = [[], 0]
  for await (const row of readRows(store.records, removed.source)) {
    const command = row.value.created_by === null ? undefined : await removal(context, call, documents, row)
    if (!command) continue
    commands.push(command)
    archived++
    if (commands.length < REMOVALS_PER_APPEND) continue
    await commitAll(store, commands)
    commands = []
  }
  await commitAll(store, commands)
  await markRemoved(context, call, removed, archived)
  return archived
}

/** Nothing for a file whose capsule is not active: it was archived or quarantined by somebody else. */
async function removal(
  { store, clock, random }: CapsuleContext,
  { grant }: ImportCall,
  documents: DocumentStates,
  { key, value: row }: StoredRecord<ImportFileRow>,
): Promise<Command | undefined> {
  const { steps } = await planArchive({ documents }, row)
  if (steps.length === 0) return undefined
  const reason = 'the import that brought it in was removed'
  const gone = nextRow(row.path, row, row.job, clock(), { standing: 'gone', reason })
  const { changes, ...telling } = carryOut(store.capsules, grant, steps)
  const put = store.records.put(grant, 'import_files', key, gone)
  return { id: commandId(random), grant, changes: [...changes, put], ...telling }
}

/** Nothing of the source is there any more, so none of its runs has brought in anything that is. */
async function markRemoved(
  { store, random }: CapsuleContext,
  { grant }: ImportCall,
  { source, job }: ImportRow,
  archived: number,
): Promise<void> {
  const { items } = await store.records.listBy<ImportRow>('imports', 'source', source, { limit: RUNS_MARKED_MAX })
  const runs = new Map([job, ...items.map(({ value }) => value.job)].map((run) => [run.id, run]))
  const changes = [...runs.values()].map((run) => {
    const row: ImportRow = { state: 'removed', source, job: { ...run, state: 'removed', problem: null } }
    return store.records.put(grant, 'imports', jobKey(run.id), row)
  })
  await commit(store, {
    id: commandId(random),
    grant,
    changes,
    ...tellImport(grant, 'import.removed', job.id, { archived }),
  })
}
