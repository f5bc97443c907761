import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExportLine } from '@forge-cascade/contract'
import { expect, onTestFinished, test } from 'vitest'
import { CascadeError, isCascadeError } from '#base'
import { detectKind } from '../../adapters/sources/detect-kind.ts'
import { exportStore } from '../../domain/capsules/export/index.ts'
import { openImportWorld } from '../../domain/capsules/import/testing.ts'
import { writeExportFolder } from './export-folder.ts'
import { writeProvFile } from './prov-file.ts'

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-export-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The lines of a store of three notes; with `count` those that come before the stream breaks. */
async function* lines(count = Number.POSITIVE_INFINITY): AsyncGenerator<ExportLine, void, undefined> {
  const notes = emptyFolder()
  for (const name of ['one', 'two', 'three']) writeFileSync(join(notes, `${name}.md`), name)
  const world = await openImportWorld()
  await world.run(notes)
  const options = { instance: 'test', vectors: false, signal: new AbortController().signal }
  let sent = 0
  for await (const line of exportStore(world.context, options)) {
    if (sent++ >= count) return
    yield line
  }
}

const reasonOf = (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => 'nothing',
    (error: unknown) => (isCascadeError(error) ? `${error.code}: ${error.detail}` : String(error)),
  )

test('what is left of an export that broke off is known as that: neither written over nor read as notes', async () => {
  const folder = join(emptyFolder(), 'export')
  expect(await reasonOf(writeExportFolder(folder, lines(4)))).toMatch(/^NO_SERVER: The export broke off/)
  expect(readdirSync(folder)).toContain('capsules')
  expect(await reasonOf(writeExportFolder(folder, lines()))).toMatch(/^UNPROCESSABLE: .* did not come to its end/)
  const world = await openImportWorld()
  expect(await reasonOf(world.run(folder))).toMatch(/^SOURCE_UNREADABLE: .* did not come to its end/)
  expect((await world.store.capsules.counts()).capsules).toBe(0)
})

test('an export that fails before its first line leaves nothing in the way of the next', async () => {
  const folder = join(emptyFolder(), 'export')
  async function* refused(): AsyncGenerator<ExportLine, void, undefined> {
    yield* lines(0)
    throw new CascadeError('FORBIDDEN', 'no')
  }
  expect(await reasonOf(writeExportFolder(folder, refused()))).toBe('FORBIDDEN: no')
  expect(await reasonOf(writeExportFolder(folder, lines(0)))).toMatch(/^NO_SERVER/)
  expect(existsSync(folder)).toBe(false)
})

test.skipIf(process.platform === 'win32')('what is exported is for its user alone (Windows has no modes)', async () => {
  const folder = join(emptyFolder(), 'deep/export')
  await writeExportFolder(folder, lines())
  await writeProvFile(join(folder, 'prov.json'), lines())
  const paths = ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]
  const modes = paths.map((path) => statSync(join(folder, path)))
  expect(modes.length).toBeGreaterThan(5)
  for (const found of modes) expect(found.mode & 0o777).toBe(found.isDirectory() ? 0o700 : 0o600)
})

test('an export that came to its end says nothing of an end that is missing', async () => {
  const folder = join(emptyFolder(), 'export')
  await writeExportFolder(folder, lines())
  expect(readdirSync(folder).filter((name) => /unfinished/i.test(name))).toEqual([])
  expect(await detectKind(folder)).toBe('cascade')
  expect(await reasonOf(writeExportFolder(folder, lines()))).toMatch(/is not empty/)
})

test('a document of PROV that breaks off is not left behind', async () => {
  const folder = emptyFolder()
  const path = join(folder, 'prov.json')
  expect(await reasonOf(writeProvFile(path, lines(4)))).toMatch(/^NO_SERVER: The export broke off/)
  expect(readdirSync(folder)).toEqual([])
  expect(await writeProvFile(path, lines())).toBeGreaterThan(0)
})

test('a document of PROV is not written over a file, nor through a link', async () => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'mine.json'), 'mine')
  symlinkSync(join(folder, 'elsewhere.json'), join(folder, 'link.json'))
  for (const name of ['mine.json', 'link.json'])
    expect(await reasonOf(writeProvFile(join(folder, name), lines()))).toMatch(/^UNPROCESSABLE: /)
  expect(readdirSync(folder).sort()).toEqual(['link.json', 'mine.json'])
})
