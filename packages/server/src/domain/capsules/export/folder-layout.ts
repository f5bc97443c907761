import type { ExportedCapsule, ExportedMore, ExportedVersion, ExportLine } from '@forge-cascade/contract'
import { EXPORT_LISTS, FileNames, historyFile } from './file-names.ts'
import { toMarkdownFile } from './markdown-file.ts'

export type ExportList = (typeof EXPORT_LISTS)[keyof typeof EXPORT_LISTS]

/** What becomes of a line in the folder: a file of its own, or a line of a list. */
export type ExportPart =
  | { readonly file: string; readonly text: string; readonly id?: string }
  | { readonly list: ExportList; readonly line: unknown }

/** Lays the lines of an export out as a folder that can be read without a program. Lines come in the order of a stream. */
export class FolderLayout {
  readonly #names = new FileNames()
  #capsule: ExportedCapsule | undefined;

  *parts(line: ExportLine): Generator<ExportPart, void, undefined> {
    if (line.kind === 'capsule') yield* this.#begin(line)
    if (line.kind === 'more') yield* bondParts(line)
    if (line.kind === 'version' && this.#capsule) yield* this.#version(this.#capsule, line)
  }

  *#begin(capsule: ExportedCapsule): Generator<ExportPart, void, undefined> {
    this.#capsule = capsule
    const { id, chunk, owner, trust, status, versions } = capsule
    if (chunk) yield { list: EXPORT_LISTS.chunks, line: { kind: 'capsule', id, owner, trust, status, versions } }
    yield* bondParts(capsule)
  }

  *#version(capsule: ExportedCapsule, line: ExportedVersion): Generator<ExportPart, void, undefined> {
    const { kind: _kind, content, recorded_at, vector, ...head } = line
    const { id, version } = head
    yield { list: EXPORT_LISTS.recorded, line: { id, version, recorded_at } }
    if (vector) yield { list: EXPORT_LISTS.vectors, line: { id, version, ...vector } }
    for (const { id: parent, version: parent_version, reason, timestamp } of head.parents) {
      const edge = { child: id, child_version: version, parent, parent_version, reason, timestamp }
      yield { list: EXPORT_LISTS.edges, line: edge }
    }
    if (capsule.chunk) yield { list: EXPORT_LISTS.chunks, line: { kind: 'version', ...head, content } }
    else if (version === capsule.versions.at(-1)) yield this.#head(capsule, head, content)
    else yield { file: historyFile(id, version), text: toMarkdownFile(head, content) }
  }

  #head(
    { owner, trust, status, versions }: ExportedCapsule,
    { id, title, ...rest }: Omit<ExportedVersion, 'kind' | 'content' | 'recorded_at' | 'vector'>,
    content: string,
  ): ExportPart {
    const file = this.#names.ofCapsule({ id, title, source: rest.source })
    const head = { id, title, owner, trust, status, ...rest, versions }
    return { file, text: toMarkdownFile(head, content), id }
  }
}

function* bondParts({ id, links, trust_history }: ExportedCapsule | ExportedMore): Generator<ExportPart> {
  for (const link of links) yield { list: EXPORT_LISTS.links, line: { from: id, ...link } }
  for (const entry of trust_history) yield { list: EXPORT_LISTS.trust, line: { id, ...entry } }
}

/** What a reader finds first. */
export const EXPORT_README = `# What this folder holds

Everything that a Forge Cascade knew, in files that need no program to be read. A list with nothing in it is left out.

| file | what is in it |
| --- | --- |
| \`capsules/\` | one file a capsule: its fields between two lines \`---\` (YAML), then its words exactly as they are; in the folders of the files they came from |
| \`history/\` | older versions, in a folder for each id, in files named by the version |
| \`chunks.ndjson\` | parts that documents were cut into for searching, with their ids and versions; a reader needs none of them |
| \`edges.ndjson\` | what was derived from what, by id and version; each edge also stands in the file of its child |
| \`links.ndjson\` | other connections of two capsules; those called SIMILAR_TO were found by the instance |
| \`trust.ndjson\` | how the trust of capsules changed, and why |
| \`recorded.ndjson\` | when the instance recorded each version |
| \`vectors.ndjson\` | what each version meant to the instance's embedder, where that was asked for |
| \`manifest.json\` | the numbers, the SHA-256 of each file, and one digest over everything |

\`cascade import FOLDER\` brings it back with the same ids, versions, dates, parents and links.
`

/** What is found beside the files of an export that has not come to its end. */
export const EXPORT_UNFINISHED =
  'A Forge Cascade is writing this folder, or was stopped while it did. Unless it still is, capsules are missing: remove the folder and export again.\n'
