import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDocumentConverter } from '../../../adapters/documents/index.ts'
import { type ImportWorld, openImportWorld, TestFolder, TestRepository } from './testing.ts'

const FIXTURES = new URL('../../../adapters/documents/testing/fixtures/', import.meta.url)
const FAILING = new URL('../../../adapters/documents/testing/failing-converter.ts', import.meta.url)
const fixture = (name: string): Buffer => readFileSync(new URL(name, FIXTURES))
let world: ImportWorld
beforeEach(async () => {
  world = await openImportWorld()
})
afterEach(() => world.imports[Symbol.asyncDispose]())

const reasons = async (job: Parameters<ImportWorld['files']>[0], state: 'skipped' | 'failed') =>
  Object.fromEntries((await world.files(job, state)).map(({ path, reason }) => [path, reason]))

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
