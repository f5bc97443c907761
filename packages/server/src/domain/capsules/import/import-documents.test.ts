import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDocumentConverter } from '../../../adapters/documents/index.ts'
import { type ImportWorld, openImportWorld, TestFolder, TestRepository } from './testing.ts'

const FIXTURES = new URL('../../../adapters/documents/testing/fixtures/', import.meta.url)
const FAILING = new URL('../../../adapters/documents/testing/failing-converter.ts', import.meta.url)
const fixture = (name: string): Buffer => readFileSync(new URL(name, FIXTURES))
const NAMES = [
  'handbook.docx',
  'numbers.pptx',
  'cellar.xlsx',
  'cider.odt',
  'prices.ods',
  'trees.odp',
  'apples.epub',
  'orchard.pdf',
]

let world: ImportWorld
beforeEach(async () => {
  world = await openImportWorld()
})
afterEach(() => world.imports[Symbol.asyncDispose]())

const reasons = async (job: Parameters<ImportWorld['files']>[0], state: 'skipped' | 'failed') =>
  Object.fromEntries((await world.files(job, state)).map(({ path, reason }) => [path, reason]))

test('one file of each kind, some hostile: each is taken in, or left out for its reason; again, nothing is written', async () => {
  using folder = new TestFolder()
  for (const name of NAMES) folder.write(name, fixture(name))
  folder.write('page.html', '<title>Page</title><h1>One</h1><p>text</p><script>SECRET</script>')
  folder.write('secret.docx', fixture('orchard.pdf'))
  folder.write('text.pdf', 'just text')
  folder.write('old.docx', Buffer.from('d0cf11e0a1b11ae1', 'hex'))
  folder.write('cut.xlsx', fixture('cellar.xlsx').subarray(0, 2000))
  folder.write('empty.pdf', '')
  folder.write('program.html', '<script>SECRET</script>')
  folder.write('kept.pdf', `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 1\n`)
  symlinkSync('/etc/passwd', join(folder.path, 'out.html'))
  const job = await world.run(folder.path)
  expect(job).toMatchObject({ state: 'completed', imported: NAMES.length + 1, skipped: 8, failed: 0 })
  expect(await reasons(job, 'skipped')).toEqual({
    'secret.docx': 'it is a PDF under another ending',
    'text.pdf': 'it is not what its ending says',
    'old.docx':
      'it is encrypted, or of the binary format of old; save it without a password in the format of its ending',
    'cut.xlsx': 'it is damaged or cut off',
    'empty.pdf': 'it is empty',
    'program.html': 'it holds no text',
    'kept.pdf': 'its content is kept by Git LFS and is not here',
    'out.html': 'it is a link that leads out of the folder',
  })
  const documents = await world.documents()
  expect(documents.get('page.html')).toMatchObject({ title: 'Page', type: 'knowledge', metadata: { format: 'html' } })
  expect(documents.get('page.html')?.content).not.toContain('SECRET')
  expect(documents.get('orchard.pdf')).toMatchObject({ title: 'The orchard', metadata: { format: 'pdf', pages: 2 } })
  expect(documents.get('handbook.docx')?.metadata).toMatchObject({ author: 'Ada Example' })
  expect(await world.run(folder.path)).toMatchObject({
    imported: 0,
    unchanged: NAMES.length + 1,
    skipped: 8,
    versions_added: 0,
  })
})

test('a page is cut by its headings, and a changed one is its next version', async () => {
  using folder = new TestFolder()
  const section = (name: string): string => `<h2>${name}</h2><p>${`words about ${name} `.repeat(60)}</p>`
  folder.write('a.html', `<h1>Guide</h1>${section('Install')}${section('Run')}`)
  await world.run(folder.path)
  const before = (await world.documents()).get('a.html')!
  const headings = (await world.chunksOf(before.id)).map(({ source }) => source?.kind === 'file' && source.heading)
  expect(headings).toEqual(expect.arrayContaining(['Install', 'Run']))
  folder.write('a.html', `<h1>Guide</h1>${section('Install')}${section('Stop')}`)
  await world.run(folder.path)
  expect((await world.documents()).get('a.html')).toMatchObject({ id: before.id, version: '1.1.0' })
})

test('a repository gives its documents commit by commit', async () => {
  using repository = new TestRepository()
  repository.write('a.html', '<h1>One</h1><p>first</p>')
  repository.write('b.docx', fixture('handbook.docx'))
  repository.commit('one')
  repository.write('a.html', '<h1>One</h1><p>second</p>')
  repository.write('b.docx', 'no longer one')
  repository.commit('two')
  const job = await world.run(repository.path)
  expect(await reasons(job, 'skipped')).toEqual({ 'b.docx': 'it is not what its ending says' })
  expect((await world.documents()).get('a.html')).toMatchObject({
    version: '1.1.0',
    content: expect.stringContaining('second'),
  })
  expect((await world.documents()).has('b.docx')).toBe(false)
})

test('a document that takes its converter down fails, the others are taken in, and it is tried again next time', async () => {
  await world.imports[Symbol.asyncDispose]()
  world = await openImportWorld({ converter: openDocumentConverter({ entry: FAILING }) })
  using folder = new TestFolder()
  for (const [name, text] of Object.entries({ 'a.html': 'before', 'b.html': 'exit', 'c.html': 'after' }))
    folder.write(name, text)
  const job = await world.run(folder.path)
  expect(job).toMatchObject({ state: 'completed', imported: 2, failed: 1 })
  expect(await reasons(job, 'failed')).toEqual({
    'b.html': 'UNPROCESSABLE: b.html could not be converted: its thread ended with code 3.',
  })
  expect(await world.run(folder.path)).toMatchObject({ imported: 0, unchanged: 2, failed: 1 })
})

test('an import is cancelled in the midst of a document', async () => {
  await world.imports[Symbol.asyncDispose]()
  world = await openImportWorld({ converter: openDocumentConverter({ entry: FAILING }) })
  using folder = new TestFolder()
  folder.write('a.html', 'wait')
  const { job, done } = await world.imports.start(world.call(), { path: folder.path, kind: 'auto', history: true })
  await world.imports.cancel(job.id)
  expect(await done).toMatchObject({ state: 'cancelled' })
})
