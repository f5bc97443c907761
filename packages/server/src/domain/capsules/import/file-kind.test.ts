import { expect, test } from 'vitest'
import { kindOf, knownKind } from './file-kind.ts'

test.for([
  ['README.md', 'knowledge', 'markdown'],
  ['docs/adr/0001-x.md', 'decision', 'markdown'],
  ['docs/Decisions/x.mdx', 'decision', 'markdown'],
  ['decisions.md', 'knowledge', 'markdown'],
  ['LICENSE', 'knowledge', 'text'],
  ['notes.TXT', 'knowledge', 'text'],
  ['src/adr/main.rs', 'code', 'code'],
  ['Dockerfile', 'code', 'code'],
  ['a/b/app.yaml', 'config', 'code'],
] as const)('%s is %s, read as %s', ([path, type, structure]) => {
  expect(knownKind(path)).toEqual({ type, structure })
})

test.for([
  ['index.HTML', 'html'],
  ['a/page.xhtml', 'html'],
  ['paper.pdf', 'pdf'],
  ['letter.docx', 'docx'],
  ['talk.pptx', 'pptx'],
  ['table.xlsm', 'xlsx'],
  ['table.ods', 'odf'],
  ['book.epub', 'epub'],
] as const)('%s is a document to be converted from %s, read as Markdown', ([path, format]) => {
  expect(knownKind(path)).toEqual({ type: 'knowledge', structure: 'markdown', format })
})

test.for(['photo.jpg', 'noending', '.md', 'package-lock.json', 'app.min.js', 'archive.tar.gz', 'md'])(
  '%s is no text by its name, and prose when it is asked for',
  (path) => {
    expect(knownKind(path)).toBeUndefined()
    expect(kindOf(path)).toEqual({ type: 'knowledge', structure: 'text' })
  },
)
