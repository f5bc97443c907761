import type { Change, Grant, RecordPage, Records, StoredRecord } from '#store'
import { fileKey, type ImportFileRow, type ImportPointRow } from './import-records.ts'
import type { KnownFiles, SourcePoint } from './import-source.ts'

interface Entry {
  readonly row: ImportFileRow
  readonly revision: number
}

const ROWS_PER_PAGE = 1000
/** Rows of a line-by-line source that are remembered after they were looked up or planned. */
const LINES_REMEMBERED_MAX = 20_000

/** Where each file of one source stands, ahead of the store by what is planned and not written yet. */
export class FileBook implements KnownFiles {
  readonly #records: Records
  readonly #source: string
  /**
   * True for files, which are known by their path. False for lines, of which there may be more than should be held in
   * memory: they are known by their digest and looked up one by one.
   */
  readonly isWhole: boolean
  readonly #entries = new Map<string, Entry>()
  #paths: Map<string, readonly string[]> | undefined
  readonly point: SourcePoint | undefined

  private constructor(records: Records, source: string, isWhole: boolean, point: SourcePoint | undefined) {
    this.#records = records
    this.#source = source
    this.isWhole = isWhole
    this.point = point
  }

  static async open(records: Records, source: string, isWhole: boolean): Promise<FileBook> {
    const point = await records.find<ImportPointRow>('import_points', source)
    const book = new FileBook(records, source, isWhole, point?.value)
    if (isWhole)
      for await (const { value, revision } of readRows(records, source)) book.#remember({ row: value, revision })
    return book
  }

  /** @param name the path of a file, the digest of a line. */
  async find(name: string): Promise<ImportFileRow | undefined> {
    const known = this.#entries.get(name)
    return known || this.isWhole ? known?.row : (await this.#read(name))?.row
  }

  /** True while nothing newer than `seen` is planned for the file of `row`. */
  isNewest(row: ImportFileRow, seen: ImportFileRow | undefined): boolean {
    return this.#entries.get(this.nameOf(row))?.row === seen
  }

  nameOf({ path, digest }: ImportFileRow): string {
    return this.isWhole ? path : (digest ?? path)
  }

  /** Every row that is in memory. */
  *rows(): Iterable<ImportFileRow> {
    for (const { row } of this.#entries.values()) yield row
  }

  /** Takes the row as planned and gives the change that writes it, if nobody else has written it meanwhile. */
  put(grant: Grant, row: ImportFileRow): Change {
    const name = this.nameOf(row)
    const revision = this.#entries.get(name)?.revision ?? 0
    this.#remember({ row, revision: revision + 1 })
    const key = fileKey(this.#source, name)
    return this.#records.put(grant, 'import_files', key, row, { expectedRevision: revision })
  }

  /** What was planned for the file of this row did not happen: it stands as the store has it. */
  async reload(row: ImportFileRow): Promise<ImportFileRow | undefined> {
    return (await this.#read(this.nameOf(row)))?.row
  }

  digestAt(path: string): string | undefined {
    const row = this.#entries.get(path)?.row
    return row?.standing === 'present' ? (row.digest ?? undefined) : undefined
  }

  *paths(): Iterable<string> {
    for (const { row } of this.#entries.values()) if (row.standing === 'present') yield row.path
  }

  /** Of the beginning of the import: what is looked for is where a file was before. */
  pathsWith(digest: string): readonly string[] {
    this.#paths ??= groupByDigest(this.rows())
    return this.#paths.get(digest) ?? []
  }

  async #read(name: string): Promise<Entry | undefined> {
    const found = await this.#records.find<ImportFileRow>('import_files', fileKey(this.#source, name))
    this.#entries.delete(name)
    if (!found) return undefined
    const entry = { row: found.value, revision: found.revision }
    this.#remember(entry)
    return entry
  }

  #remember(entry: Entry): void {
    const name = this.nameOf(entry.row)
    this.#entries.delete(name)
    this.#entries.set(name, entry)
    if (this.isWhole || this.#entries.size <= LINES_REMEMBERED_MAX) return
    this.#entries.delete(this.#entries.keys().next().value ?? '')
  }
}

function groupByDigest(rows: Iterable<ImportFileRow>): Map<string, readonly string[]> {
  const paths = new Map<string, readonly string[]>()
  for (const { digest, path, standing } of rows) {
    if (digest !== null && standing === 'present') paths.set(digest, [...(paths.get(digest) ?? []), path])
  }
  return paths
}

/** Rows of a source in the order of their paths, those after `after` (a key) when given. */
export const readRows = (records: Records, source: string, after?: string) =>
  readRowsOf<ImportFileRow>(records, 'import_files', source, after)

/** What a collection holds of one source, in the order of its keys, which begin with the source. */
export async function* readRowsOf<Row>(
  records: Records,
  collection: string,
  source: string,
  after?: string,
): AsyncGenerator<StoredRecord<Row>, void, undefined> {
  const prefix = `${source}:`
  let last: string | undefined = after ?? prefix
  while (last !== undefined) {
    const page: RecordPage<Row> = await records.list<Row>(collection, { limit: ROWS_PER_PAGE, after: last })
    for (const item of page.items) {
      if (!item.key.startsWith(prefix)) return
      yield item
    }
    last = page.next
  }
}
