import { type ExportManifest, exportedLink, exportedTrustEntry, uuid } from '@forge-cascade/contract'
import { z } from 'zod'
import {
  EXPORT_LISTS,
  type ExportedBonds,
  type ExportedDocument,
  TRUST_ENTRIES_TOGETHER,
} from '../../domain/capsules/export/index.ts'
import type { ImportItem } from '../../domain/capsules/import/index.ts'
import { openListed } from './cascade-files.ts'
import { LIST_LINE_BYTES_MAX, parseLine, readLines } from './file-lines.ts'

const linkLine = exportedLink.extend({ from: uuid })
const trustLine = exportedTrustEntry.extend({ id: uuid })
/** Lines about one capsule that are taken together. */
const GROUP_MAX = TRUST_ENTRIES_TOGETHER

type Documents = Iterable<readonly [string, ExportedDocument]>
type PathOf = (id: string) => string | undefined

/** What is known of capsules beside their versions, once all are there: documents with their chunks, links, trust. */
export async function* bondsOf(
  root: string,
  manifest: ExportManifest,
  pathOf: PathOf,
  documents: Documents,
): AsyncGenerator<ImportItem, void, undefined> {
  for (const [id, { status, version, validTo, apart, unended }] of documents)
    yield { ...bonds('status', id, pathOf(id) ?? ''), document: { status, version, validTo, apart, unended } }
  for await (const { id, lines } of groups(root, manifest, EXPORT_LISTS.links, linkLine, ({ from }) => from)) {
    const links = lines.map(({ to, link, weight }) => ({ to, link, weight }))
    yield { ...bonds(EXPORT_LISTS.links, id, pathOf(id) ?? ''), links }
  }
  for await (const { id, lines, from } of groups(root, manifest, EXPORT_LISTS.trust, trustLine, (line) => line.id)) {
    const trust = lines.map(({ id: _id, ...entry }) => entry)
    yield { ...bonds(EXPORT_LISTS.trust, id, pathOf(id) ?? ''), trust, trustFrom: from }
  }
}

const bonds = (list: string, id: string, of: string): ExportedBonds => ({
  kind: 'bonds',
  path: `${list}#${id}`,
  id,
  of,
  links: [],
  trust: [],
  trustFrom: 0,
})

interface Group<Line> {
  readonly id: string
  readonly lines: readonly Line[]
  /** How many lines about the capsule stand right before these. */
  readonly from: number
}

/** Lines of a list that follow each other and are about one capsule; those that cannot be read are left out. */
async function* groups<Line>(
  root: string,
  manifest: ExportManifest,
  list: string,
  schema: z.ZodType<Line>,
  idOf: (line: Line) => string,
): AsyncGenerator<Group<Line>, void, undefined> {
  const handle = await openListed(root, manifest, list)
  if (!handle) return
  try {
    let [id, lines, from]: [string, Line[], number] = ['', [], 0]
    for await (const { bytes } of readLines(handle, LIST_LINE_BYTES_MAX)) {
      const line = z.safeParse(schema, parseLine(bytes))
      if (!line.success) continue
      if (idOf(line.data) !== id || lines.length >= GROUP_MAX) {
        if (lines.length > 0) yield { id, lines, from }
        from = idOf(line.data) === id ? from + lines.length : 0
        ;[id, lines] = [idOf(line.data), []]
      }
      lines.push(line.data)
    }
    if (lines.length > 0) yield { id, lines, from }
  } finally {
    await handle.close()
  }
}
