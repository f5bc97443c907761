import type { ImportJob } from '@forge-cascade/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StoredCapsule } from '../src/domain/capsules/capsule.ts'
import { type ImportWorld, openImportWorld, TestFolder } from '../src/domain/capsules/import/testing.ts'
import { DOCUMENT_ENDINGS, TEXT_ENDINGS, TEXT_NAMES, wordsOf, writeEveryKind } from './import-kinds-folder.ts'

const AS_TEXT = 'name it with --include (over HTTP `include`) to have it read as text'
const UNREAD = `its ending is not one of a text; ${AS_TEXT}`
const GENERATED = `it is written by a program for programs; ${AS_TEXT}`
const DAMAGED = 'it is damaged or cut off'
const NOT_AS_NAMED = 'it is not what its ending says'
const NO_TEXT = 'it holds no text'
const TEXT_TOO_LONG = 'its text has more than 1048576 bytes, which is what a capsule holds'
const TOO_DEEP = 'its elements are more than 512 deep in one another'
const UNOPENED = 'it is an archive, which is not opened; unpack it'

/** What is left out, and why, word by word as a person is told. */
const REASONS: Readonly<Record<string, string>> = {
  'text-hostile/latin-1.txt': 'it is not UTF-8 text',
  'text-hostile/half-a-character.md': 'it is not UTF-8 text',
  'text-hostile/utf-16.md': 'it is encoded as UTF-16; save it as UTF-8',
  'text-hostile/utf-32.txt': 'it is encoded as UTF-32; save it as UTF-8',
  'text-hostile/binary.md': 'it is binary',
  'text-hostile/empty.md': 'it is empty',
  'text-hostile/blank.md': 'it is empty',
  'text-hostile/only-a-mark.txt': 'it is empty',
  'text-hostile/one-byte-too-much.txt': 'it has 1048577 bytes; at most 1048576 are read',
  'text-hostile/kept-by-lfs.md': 'its content is kept by Git LFS and is not here',
  [longPath()]: 'its path is too long',

  'links/out-of-the-folder.md': 'it is a link that leads out of the folder',
  'links/out-by-dots.md': 'it is a link that leads out of the folder',
  'links/out-to-a-folder': 'it is a link that leads out of the folder',
  'links/to-another-file.md': 'it is a link to another file',
  'links/to-a-folder': 'it is a link to a folder',
  'links/to-nothing.md': 'it is a link that leads nowhere: there is nothing at this path',
  'links/to-itself.md': 'it is a link that leads nowhere: its links lead round in a circle',
  'links/pipe.md': 'it is no regular file',

  'endings/notes': `it has no ending that says it is text; ${AS_TEXT}`,
  'endings/program.exe': UNREAD,
  'endings/graph.dot': UNREAD,
  'endings/package-lock.json': GENERATED,
  'endings/app.min.js': GENERATED,
  'endings/photo.png': 'it is a picture, which is not read',
  'endings/talk.mp3': 'it is sound or film, which is not read',
  'endings/old.doc': 'this format is not read; save it as .docx',
  'endings/letter.rtf': 'this format is not read; save it as .docx',
  'endings/letter.pages': 'this format is not read; save it as .docx',
  'endings/old.xls': 'this format is not read; save it as .xlsx',
  'endings/sums.numbers': 'this format is not read; save it as .xlsx',
  'endings/old.ppt': 'this format is not read; save it as .pptx',
  'endings/bomb.zip': UNOPENED,
  'endings/climbing.tar': UNOPENED,
  'endings/packed.7z': UNOPENED,
  'endings/lines.ndjson': 'it is a list of records; import it by itself',
  'endings/lines.jsonl': 'it is a list of records; import it by itself',

  'pages/only-a-script.html': NO_TEXT,
  'pages/huge.html': TEXT_TOO_LONG,
  'pages/deep.html': TOO_DEEP,
  'pages/binary.html': 'it is binary',
  'pages/picture.html': 'it is binary',
  'pages/empty.html': 'it is empty',
  'pages/too-large.html': 'it has 33554433 bytes; at most 33554432 are read',

  'pdf/encrypted.pdf': 'it is encrypted',
  'pdf/cut.pdf': DAMAGED,
  'pdf/cut-late.pdf': DAMAGED,
  'pdf/only-a-mark.pdf': DAMAGED,
  'pdf/loops.pdf': DAMAGED,
  'pdf/pictures.pdf': 'it holds no text: its pages are pictures, or empty',
  'pdf/bomb.pdf': 'it holds no text: its pages are pictures, or empty',
  'pdf/no-text-at-all.pdf': NOT_AS_NAMED,
  'pdf/too-many-pages.pdf': 'it has more than 5000 pages',
  'pdf/is-an-archive.pdf': 'it is an archive under another ending',

  'office/zip-bomb.docx': 'it unpacks to more than 67108864 bytes in one part or 268435456 in all',
  'office/climbs-to-its-words.docx': NOT_AS_NAMED,
  'office/encrypted-part.docx': 'it is encrypted',
  'office/encrypted.docx':
    'it is encrypted, or of the binary format of old; save it without a password in the format of its ending',
  'office/damaged.docx': DAMAGED,
  'office/deep.docx': TOO_DEEP,
  'office/huge.docx': TEXT_TOO_LONG,
  'office/empty.docx': 'it is empty',
  'office/is-a-pdf.docx': 'it is a PDF under another ending',
  'office/is-rtf.docx': 'it is RTF under another ending',
  'office/is-a-page.docx': 'it is a page or XML under another ending',
  'office/is-a-workbook.docx': NOT_AS_NAMED,
  'office/is-any-archive.pptx': NOT_AS_NAMED,
  'office/many-files.pptx': 'it holds more than 20000 files',
  'office/cut.xlsx': DAMAGED,
  'office/encrypted.odt': 'it is encrypted',
  'office/repeats.ods': TEXT_TOO_LONG,
  'office/climbing.epub': NO_TEXT,
  'office/from-the-web.epub': NO_TEXT,
  'office/is-no-book.epub': NOT_AS_NAMED,
}

/** What a hostile file says that is taken in all the same. Never that: a secret, what a program would do, another file. */
const SAID: Readonly<Record<string, string>> = {
  'text-hostile/as-much-as-fits.txt': 'a'.repeat(1024 * 1024),
  'text-hostile/laughing-head.md': 'words below a head',
  'text-hostile/deep-head.md': 'words below a deep head',
  'text-hostile/engine-head.md': 'words below a sly head',
  'text-hostile/entities.xml': '<x>&l9;&f;</x>',
  'text-hostile/script.svg.md': 'kept as it is written',
  'text-hostile/terminal.md': 'and words',
  'names-hostile/a\nsecond line.md': 'in a name of two lines',
  'names-hostile/\u001b[31mred.md': 'in a name that speaks to a terminal',
  'names-hostile/up\\..\\windows.md': 'in a name that climbs elsewhere',
  'names-hostile/\u202egnp.md': 'in a name that runs backwards',
  'names-hostile/CON.md': 'in a name that is a device elsewhere',
  [`names-hostile/${'n'.repeat(250)}.md`]: 'in a name as long as there are',
  'pages/with-scripts.html': 'said aloud link',
  'pages/many.html': 'words',
  'pages/latin-1.html': 'café',
  'pages/says-nothing.html': 'naïve',
  'pages/says-nonsense.html': 'klingon',
  'pages/utf-16.html': 'wide page',
  'pages/entities.xhtml': 'laughs: \\&l9; \\&f;',
  'pdf/runs-a-program.pdf': 'Words of a page that would run something',
  'office/nested.docx': 'words beside a nested archive',
  'office/climbing.docx': 'words beside names that climb',
  'office/entities.docx': 'entities: \\&l9; \\&f;',
  'office/far-corner.xlsx': '| far | 1 |',
  'office/entities.xlsx': 'cell: \\&l9; \\&f;',
}

/** What is told of a path that is too long. */
function longPath(): string {
  return Array.from({ length: 7 }, (_, n) => `${n}`.repeat(230))
    .join('/')
    .slice(0, 1500)
}

const listed = (table: Readonly<Record<string, string>>, folder: string, stem: string) =>
  Object.entries(table).flatMap(([kind, words]) =>
    words.split(' ').map((word) => ({ kind, word, path: `${folder}/${stem}${word}` })),
  )
const TEXTS = [...listed(TEXT_ENDINGS, 'text', 'a.'), ...listed(TEXT_NAMES, 'names', '')]
const DOCUMENTS = listed(DOCUMENT_ENDINGS, 'documents', 'a.')

describe('a folder with one file of each kind, many of them hostile', () => {
  let folder: TestFolder
  let world: ImportWorld
  let job: ImportJob
  let documents: ReadonlyMap<string, StoredCapsule>
  beforeAll(async () => {
    folder = new TestFolder()
    writeEveryKind(folder.path)
    world = await openImportWorld()
    job = await world.run(folder.path)
    documents = await world.documents()
  }, 60_000)
  afterAll(async () => {
    await world.imports[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  test('says of each file that it is left out, and why', async () => {
    const skipped = await world.files(job, 'skipped')
    expect(Object.fromEntries(skipped.map(({ path, reason }) => [path, reason]))).toEqual(REASONS)
    expect(await world.files(job, 'failed')).toEqual([])
  })

  test('takes in every other file, and not one that is hidden or ignored', () => {
    const taken = [...TEXTS, ...DOCUMENTS].map(({ path }) => path)
    expect([...documents.keys()].sort()).toEqual([...taken, ...Object.keys(SAID)].sort())
    expect(job).toMatchObject({
      state: 'completed',
      imported: taken.length + Object.keys(SAID).length,
      skipped: Object.keys(REASONS).length,
      failed: 0,
    })
  })

  test('text is taken in as it is, as what its name says', () => {
    for (const { path, word, kind } of TEXTS)
      expect({ path, ...documents.get(path) }).toMatchObject({ path, type: kind, content: wordsOf(word, kind) })
  })

  test('a document is what its program wrote, whichever of its endings it has', () => {
    for (const { path, kind } of DOCUMENTS) {
      const first = DOCUMENTS.find((one) => one.kind === kind)?.path ?? ''
      expect(documents.get(path)?.content).toBe(documents.get(first)?.content)
      expect(documents.get(path)?.metadata).toHaveProperty('format')
    }
  })

  test('what a document says of itself is kept', () => {
    const pdf = { title: 'The orchard', metadata: { format: 'pdf', pages: 2 } }
    expect(documents.get('documents/a.pdf')).toMatchObject(pdf)
    expect(documents.get('documents/a.docx')?.metadata).toMatchObject({ format: 'docx', author: 'Ada Example' })
    expect(documents.get('pages/with-scripts.html')).toMatchObject({ title: 'Told', metadata: { format: 'html' } })
  })

  test('a hostile file says its words, and nothing that it hides, runs, or names elsewhere', () => {
    for (const [path, words] of Object.entries(SAID)) {
      const content = documents.get(path)?.content ?? ''
      expect({ path, isSaid: content.includes(words) }).toEqual({ path, isSaid: true })
      expect(content).not.toMatch(/SECRET|root:|lollol/)
    }
  })

  test('again, nothing is written, and the reasons are the same', async () => {
    const again = await world.run(folder.path)
    const { imported, skipped } = job
    expect(again).toMatchObject({ imported: 0, unchanged: imported, skipped, capsules_created: 0, versions_added: 0 })
    const files = await world.files(again, 'skipped')
    expect(Object.fromEntries(files.map(({ path, reason }) => [path, reason]))).toEqual(REASONS)
  })
})
