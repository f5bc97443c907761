import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeAll, expect, test } from 'vitest'
import { createAll, draftOf, parentOf } from '../../domain/capsules/testing.ts'
import { tellCreated } from '../../domain/capsules/use-cases/tell.ts'
import { commandOf, commit, grantOf, TEST_COLLECTIONS } from '../../platform/store/testing.ts'
import { examine } from './doctor.ts'
import { loadSlots, openSession } from './open-session.ts'
import { createFolders, openTestStore, overwriteRoot } from './testing.ts'
import { DATABASE_FILE } from './writer-operations.ts'

const folder = createFolders()

/** A small store of all kinds of rows, closed again; each test damages a copy. */
const sound = folder()

beforeAll(async () => {
  const directory = sound
  const store = await openTestStore(directory)
  const parent = draftOf({ content: 'the first of them', embedding: { model: 'm', vector: Float32Array.of(1, 2) } })
  await createAll(store, [parent, draftOf({ parents: [parentOf(parent.id)] })])
  const draft = draftOf({ content: 'told of with a digest' })
  const grant = grantOf('capsule.create')
  await commit(
    store,
    commandOf(grant, [store.capsules.create(grant, draft, 'none')], tellCreated(grant, draft, '1.0.0')),
  )
  expect((await store.doctor('full')).filter(({ ok }) => !ok)).toEqual([])
  await store[Symbol.asyncDispose]()
})

/** Names of the checks that fail after `sql` was carried out behind the store's back. */
function checksFailingAfter(sql: string, depth: 'quick' | 'full' = 'full'): string[] {
  return checksFailing(depth, (path) => {
    const file = new DatabaseSync(path)
    file.exec(sql)
    file.close()
  })
}

function checksFailing(depth: 'quick' | 'full', damage: (path: string) => void): string[] {
  const directory = folder()
  cpSync(sound, directory, { recursive: true })
  damage(join(directory, DATABASE_FILE))
  const data = { directory, collections: TEST_COLLECTIONS, compressionLevel: 6, eventSource: '/test', pagesMax: 0 }
  const session = openSession(data)
  const slots = loadSlots(session)
  const findings = examine(session.database, depth, { slots, sequence: session.leaves.tail.index }, () => undefined)
  session.database.close()
  return findings.filter(({ ok }) => !ok).map(({ check }) => check)
}

test.for([
  {
    name: 'a leaf with another word in it',
    sql: `UPDATE leaves SET text = replace(text, 'created', 'deleted')`,
    check: 'ledger chain',
  },
  { name: 'a leaf that is gone', sql: 'DELETE FROM leaves WHERE sequence = 1', check: 'ledger chain' },
  { name: 'a leaf without its hash', sql: `UPDATE leaves SET hash = x'' WHERE sequence = 1`, check: 'ledger chain' },
  { name: 'a leaf that is no JSON', sql: `UPDATE leaves SET text = '{' WHERE sequence = 1`, check: 'ledger chain' },
  { name: 'content that was altered', sql: `UPDATE versions SET content = 'forged'`, check: 'digests' },
  { name: 'a version that is gone', sql: 'DELETE FROM versions WHERE key = 1', check: 'heads' },
  { name: 'an edge to nowhere', sql: 'UPDATE edges SET parent = 999', check: 'lineage' },
  { name: 'a link to nowhere', sql: 'INSERT INTO links VALUES (1, 1, 999, 1, 0)', check: 'links' },
  { name: 'a vector that is gone', sql: 'DELETE FROM embeddings', check: 'vectors' },
  { name: 'a version without its terms', sql: 'DELETE FROM term_streams WHERE version = 1', check: 'words' },
  {
    name: 'a version in the wrong half of the index',
    sql: 'UPDATE lexical_changes SET effect = 2 WHERE version = 1',
    check: 'words',
  },
  {
    name: 'terms that are another version’s',
    sql: 'UPDATE term_streams SET stream = (SELECT stream FROM term_streams WHERE version = 2) WHERE version = 1',
    check: 'words, one by one',
  },
])('finds $name', ({ sql, check }) => {
  expect(checksFailingAfter(sql)).toContain(check)
})

test('a quick look finds what counts and pointers show, and skips what reads everything', () => {
  expect(checksFailingAfter('DELETE FROM embeddings', 'quick')).toEqual(['vectors'])
  expect(checksFailingAfter(`UPDATE versions SET content = 'forged'`, 'quick')).toEqual([])
})

test.for([
  { name: 'edges', root: 'edge_parent', check: 'lineage' },
  { name: 'words', root: 'term_streams', check: 'words' },
])('a page of $name that cannot be read is damage that is found, not a look that could not be taken', (page) => {
  expect(checksFailing('quick', (path) => overwriteRoot(path, page.root))).toEqual([page.check])
})

test('finds nothing wrong, however often it looks while capsules come and go', async () => {
  await using store = await openTestStore(folder())
  const grant = grantOf('capsule.create')
  let looking = true
  const writing = (async () => {
    while (looking) {
      const drafts = Array.from({ length: 20 }, () =>
        draftOf({ embedding: { model: 'm', vector: Float32Array.of(1, 2) } }),
      )
      await store.append(
        drafts.map((draft) =>
          commandOf(grant, [store.capsules.create(grant, draft, 'none')], tellCreated(grant, draft, '1.0.0')),
        ),
      )
    }
  })()
  for (let look = 0; look < 8; look++) {
    expect((await store.doctor('quick')).filter(({ ok }) => !ok)).toEqual([])
  }
  looking = false
  await writing
})
