import type { ImportFile, ImportJob } from '@forge-cascade/contract'
import type { Session } from './session.ts'

const FILES_PAGE = 500
/** Files that are read back to group their reasons. */
const FILES_MAX = 5000

/** The files of an import, page by page; in the order of their paths. */
export async function* listFilePages(
  session: Session,
  id: string,
  state?: ImportFile['state'],
): AsyncGenerator<readonly ImportFile[], void, undefined> {
  let cursor: string | null | undefined
  while (cursor !== null) {
    const query = { state, limit: FILES_PAGE, cursor }
    const page = await session.ask('listImportFiles', { params: { id }, query })
    yield page.items
    cursor = page.next_cursor
  }
}

/** The files of an import that were left out, with their reasons; at most {@link FILES_MAX}. */
export async function listLeftOut(session: Session, job: ImportJob): Promise<readonly ImportFile[]> {
  const files: ImportFile[] = []
  for (const state of ['failed', 'skipped'] as const) {
    if (job[state] === 0) continue
    for await (const page of listFilePages(session, job.id, state)) {
      files.push(...page)
      if (files.length >= FILES_MAX) return files
    }
  }
  return files
}
