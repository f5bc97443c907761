import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ImportJob } from '@forge-cascade/contract'
import type { BenchContext } from '../bench-context.ts'
import { Served } from '../http/served.ts'

const NOTES = 2000
const NOTES_PER_FOLDER = 100
const POLL_MS = 100
const IMPORT_MS_MAX = 120_000

/** Markdown notes from a folder: read, chunked, embedded by the built-in embedder, indexed, written. */
export async function measureImport({ report, corpus, folder }: BenchContext, dataDir: string): Promise<void> {
  report.begin('Import of a folder of notes')
  const notes = join(folder, 'notes')
  writeNotes(
    notes,
    corpus.draw(NOTES * 2).map(({ content }) => content),
  )
  await using served = await Served.open(dataDir)
  const startedAt = performance.now()
  let job = await served.getJson<ImportJob>('/v2/imports', { path: notes, kind: 'folder' })
  while (job.state === 'running') {
    if (performance.now() - startedAt > IMPORT_MS_MAX) throw new Error('the import does not end')
    await pause(POLL_MS)
    job = await served.getJson<ImportJob>(`/v2/imports/${job.id}`)
  }
  const seconds = (performance.now() - startedAt) / 1000
  if (job.imported !== NOTES) throw new Error(`${job.imported} of ${NOTES} notes: ${job.state} ${job.problem ?? ''}`)
  report.rate(`${NOTES} notes, two sections each`, NOTES / seconds, 'notes', undefined, 'imports')
  report.value('capsules made of them', job.capsules_created, '')
  report.lag('import', await served.takeLag())
}

function writeNotes(folder: string, texts: readonly string[]): void {
  for (let note = 0; note < NOTES; note++) {
    const directory = join(folder, `part-${Math.floor(note / NOTES_PER_FOLDER)}`)
    mkdirSync(directory, { recursive: true })
    const [first, second] = [texts[note * 2], texts[note * 2 + 1]]
    const text = `# Note ${note}\n\n${first}\n\n## Details\n\n${second}\n`
    writeFileSync(join(directory, `note-${note}.md`), text)
  }
}
