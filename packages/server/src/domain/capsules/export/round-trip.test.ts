import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import { openMemoryStore } from '../../../adapters/memory/index.ts'
import { openSqliteStore } from '../../../adapters/sqlite/index.ts'
import { campaign, createSeeded } from '../../../platform/store/testing.ts'
import type { Store } from '../../store.ts'
import { IMPORT_TEST_COLLECTIONS, openImportWorld, TestFolder } from '../import/testing.ts'
import { exportTo, RandomCapsules } from './testing.ts'

const root = new TestFolder()
afterAll(() => root[Symbol.dispose]())
let made = 0
const newPath = (): string => join(root.path, String(++made))

const OPTIONS = { collections: IMPORT_TEST_COLLECTIONS, clock: systemClock }
const STORES: readonly { readonly name: string; readonly open: () => Store | Promise<Store> }[] = [
  { name: 'memory', open: () => openMemoryStore(OPTIONS) },
  {
    name: 'sqlite',
    open: () => openSqliteStore({ ...OPTIONS, directory: newPath(), readers: 1, onTrouble: () => undefined }),
  },
]

describe.for(STORES)('$name', ({ open }) => {
  test('what an import of an export holds has the digest of what was exported, whatever happened before', {
    timeout: campaign(120_000, 1_200_000),
  }, async () => {
    for (let seed = 1; seed <= campaign(4, 40); seed++) {
      const [there, here] = [await open(), await open()]
      const [origin, copy] = [await openImportWorld({ store: there }), await openImportWorld({ store: here })]
      await new RandomCapsules(origin, createSeeded(seed)).grow(campaign(150, 300))
      const [first, second] = [newPath(), newPath()]
      const digest = await exportTo(origin, first)
      const job = await copy.run(first, { kind: 'cascade' })
      expect({ seed, ...job }).toMatchObject({ state: 'completed', skipped: 0, failed: 0, kind: 'cascade' })
      expect({ seed, digest: await exportTo(copy, second) }).toEqual({ seed, digest })
      expect(listsOf(second)).toEqual(listsOf(first))
      const again = await copy.run(first, { kind: 'cascade' })
      expect(again).toMatchObject({ imported: 0, failed: 0, unchanged: job.imported, versions_added: 0 })
      expect(await exportTo(copy, newPath())).toBe(digest)
      await there[Symbol.asyncDispose]()
      await here[Symbol.asyncDispose]()
    }
  })
})

test('no document of a folder can keep what is beside it from being exported, nor come back as another', async () => {
  using folder = new TestFolder()
  folder.write('deep.md', `---\na: ${'['.repeat(5000)}${']'.repeat(5000)}\n---\nfar down`)
  folder.write('kept.md', `---\na: ${'['.repeat(63)}${']'.repeat(63)}\n---\nas deep as is kept`)
  folder.write('proto.md', '---\n__proto__: {a: 1}\nb: {__proto__: {c: 1}}\n---\nfields of the engine')
  const [origin, copy] = [await openImportWorld(), await openImportWorld()]
  await origin.run(folder.path)
  const path = newPath()
  const digest = await exportTo(origin, path)
  expect(await copy.run(path)).toMatchObject({ kind: 'cascade', imported: 3, skipped: 0, failed: 0 })
  expect(await exportTo(copy, newPath())).toBe(digest)
})

/** Files with their digests, but those that tell of the instance: when it recorded what, and what it found similar. */
function listsOf(folder: string): unknown {
  const { files } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))
  const own = new Set(['recorded.ndjson', 'links.ndjson'])
  return files
    .filter(({ path }: { path: string }) => !own.has(path) && !path.endsWith('.ndjson'))
    .map(({ path, sha256 }: { path: string; sha256: string }) => `${sha256} ${path}`)
    .sort()
}
