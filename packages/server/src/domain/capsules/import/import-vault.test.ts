import { renameSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import { openMemoryStore } from '../../../adapters/memory/index.ts'
import { tell } from '../use-cases/tell.ts'
import { commandId, commit } from './import-writer.ts'
import { fullAfter, IMPORT_TEST_COLLECTIONS, type ImportWorld, openImportWorld, TestFolder } from './testing.ts'
import { VaultIndex } from './vault-index.ts'
import { inlineTags, readVaultNote } from './vault-note.ts'

class TestVault extends TestFolder {
  constructor() {
    super()
    this.write('.obsidian/app.json', '{}')
  }
}

/** The links between documents, as `from > to`. */
async function linksOf(world: ImportWorld): Promise<readonly string[]> {
  const documents = await world.documents()
  const paths = new Map([...documents].map(([path, { id }]) => [id, path]))
  const all = await Promise.all([...documents.values()].map(({ id }) => world.store.capsules.links(id, ['RELATED_TO'])))
  const links = all.flat().map(({ from, to }) => `${paths.get(from)} > ${paths.get(to)}`)
  return [...new Set(links)].sort()
}

describe('a vault', () => {
  test('is known by its folder, and its notes are linked in whatever order they come', async () => {
    using vault = new TestVault()
    vault.write('.trash/old.md', '[[a]]')
    vault.write(
      'a.md',
      'See [[Z]], [[sub/B#Part|that]], ![[pic.png]], [[a]], [[#Here]] and [the web](https://x.example).',
    )
    vault.write(
      'sub/b.md',
      '---\naliases: [Second, zweite]\ntags: [given]\n---\nBack to [a](../a.md) #inline and #deep/er.\n',
    )
    vault.write(
      'z.md',
      'By its other name: [[second]]. Not there: [[nothing]]. In code: `[[a]]`.\n\n```\n[[a]] #no\n```\n',
    )
    const world = await openImportWorld()
    const job = await world.run(vault.path)
    expect(job).toMatchObject({ kind: 'obsidian', state: 'completed', imported: 3 })
    expect(job.links).toEqual({ made: 4, removed: 0, ambiguous: 0, unresolved: 1 })
    expect(await linksOf(world)).toEqual(['a.md > sub/b.md', 'a.md > z.md', 'sub/b.md > a.md', 'z.md > sub/b.md'])
    expect((await world.documents()).get('sub/b.md')?.tags).toEqual(['given', 'inline', 'deep/er'])
    const head = world.store.head()
    const again = await world.run(vault.path)
    expect(again).toMatchObject({ unchanged: 3, links: { made: 0, removed: 0, ambiguous: 0, unresolved: 1 } })
    expect(world.store.head()).toBe(head + 2)
  })

  test('whose notes change, move, go and come back has the links that they have now', async () => {
    using vault = new TestVault()
    vault.write('a.md', '[[b]] [[c]]')
    vault.write('b.md', '[[a]]')
    const world = await openImportWorld()
    await world.run(vault.path)
    expect(await linksOf(world)).toEqual(['a.md > b.md', 'b.md > a.md'])
    vault.write('c.md', 'there now')
    vault.write('b.md', 'says nothing')
    await world.run(vault.path)
    expect(await linksOf(world)).toEqual(['a.md > b.md', 'a.md > c.md'])
    vault.write('deep/x.md', 'x')
    renameSync(join(vault.path, 'b.md'), join(vault.path, 'deep/b.md'))
    await world.run(vault.path)
    expect(await linksOf(world)).toEqual(['a.md > c.md', 'a.md > deep/b.md'])
    vault.remove('c.md')
    expect(await world.run(vault.path)).toMatchObject({ links: { removed: 1, unresolved: 1 } })
    vault.write('c.md', 'there now')
    await world.run(vault.path)
    expect(await linksOf(world)).toEqual(['a.md > c.md', 'a.md > deep/b.md'])
  })

  test('leaves alone the links that a person made, and those that a person took away', async () => {
    using vault = new TestVault()
    vault.write('a.md', 'first')
    vault.write('b.md', 'second [[a]]')
    const world = await openImportWorld()
    await world.run(vault.path)
    const documents = await world.documents()
    const idOf = (path: string): string => documents.get(path)?.id ?? ''
    const [a, b] = [idOf('a.md'), idOf('b.md')]
    const { store, random } = world.context
    const { grant } = world.call()
    await commit(store, {
      id: commandId(random),
      grant,
      changes: [store.capsules.link(grant, a, b, 'RELATED_TO'), store.capsules.unlink(grant, b, a, 'RELATED_TO')],
      ...tell(grant, 'capsule.linked', a, { to: b, kind: 'RELATED_TO' }),
    })
    vault.write('a.md', 'first [[b]]')
    await world.run(vault.path)
    vault.write('a.md', 'first, alone again')
    await world.run(vault.path)
    expect(await linksOf(world)).toEqual(['a.md > b.md'])
  })
})

test('an import of a vault that is cut off after any of its writes ends as if it had not been', async () => {
  using vault = new TestVault()
  for (let n = 0; n < 70; n++) vault.write(`n${n}.md`, `[[n${(n * 7 + 3) % 70}]] and [[n${(n + 1) % 71}]] #t${n % 3}`)
  const whole = await openImportWorld()
  const { links } = await whole.run(vault.path)
  const wanted = await linksOf(whole)
  expect(wanted.length).toBeGreaterThan(120)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }), async (cuts) => {
      const store = openMemoryStore({ collections: IMPORT_TEST_COLLECTIONS, clock: systemClock })
      for (const cut of cuts) await (await openImportWorld({ store: fullAfter(store, cut) })).run(vault.path)
      const world = await openImportWorld({ store })
      expect(await world.run(vault.path)).toMatchObject({ state: 'completed' })
      expect(await linksOf(world)).toEqual(wanted)
      const { items } = await world.imports.list({ limit: 10 })
      expect(items.at(-1)).toMatchObject({ state: 'completed', links })
    }),
    { numRuns: 8 },
  )
})

describe('a link', () => {
  const files = (...paths: string[]) =>
    paths.map((path) => ({ id: path, path, aliases: path === 'p/q.md' ? ['Nick'] : [] }))
  const index = new VaultIndex(
    files('note.md', 'sub/note.md', 'x/twin.md', 'y/twin.md', 'p/q.md', 'p/r/deep.md', 'paper.pdf'),
  )
  test.for([
    ['note', 'sub/other.md', 'note.md'],
    ['NOTE', 'a.md', 'note.md'],
    ['sub/note', 'a.md', 'sub/note.md'],
    ['note.md', 'sub/a.md', 'note.md'],
    ['./note.md', 'sub/a.md', 'sub/note.md'],
    ['../note.md', 'sub/a.md', 'note.md'],
    ['r/deep', 'a.md', 'p/r/deep.md'],
    ['r/deep.md', 'p/a.md', 'p/r/deep.md'],
    ['nick', 'a.md', 'p/q.md'],
    ['paper.pdf', 'a.md', 'paper.pdf'],
    ['twin', 'a.md', 'ambiguous'],
    ['y/twin', 'a.md', 'y/twin.md'],
    ['../../../etc/passwd', 'a.md', 'unresolved'],
    ['picture.png', 'a.md', 'other'],
    ['paper', 'a.md', 'unresolved'],
  ])('%s in %s means %s', ([link, from, means]) => {
    const found = index.resolve(link!, from!)
    expect(typeof found === 'string' ? found : found.id).toBe(means)
  })

  test('is found in every form, and what only looks like one is none', () => {
    const text =
      '[[a|b]] [[c#d]] [[e^f]] ![[g]] [h](i%20j.md#k "t") [l](<m n.md>) [o](mailto:p) [q](#r) `[[s]]` [[]] [[ ]]'
    expect(readVaultNote(text).links).toEqual(['a', 'c', 'e', 'g', 'i j.md', 'm n.md'])
  })

  test('no text makes reading throw or takes it long', () => {
    const parts = fc.constantFrom(
      '[[',
      ']]',
      '[',
      ']',
      '(',
      ')',
      '<',
      '>',
      '#',
      '|',
      '^',
      '`',
      '```',
      '\n',
      'a',
      ' ',
      '%',
      '"',
      '/',
    )
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 200 }), (texts) => {
        const text = texts.join('')
        for (const link of readVaultNote(text).links) expect(index.resolve(link, 'a.md')).toBeDefined()
        inlineTags(text)
      }),
    )
    for (const part of ['[[', '[[a', '](', '](<', '#', '`', '[[a#']) readVaultNote(part.repeat(100_000))
  })
})

test.for([
  ['#one and #two/three, (#four)', ['one', 'two/three', 'four']],
  ['# Heading\n## Second', []],
  ['a#b https://x.example/#c #123 #1a [[x#y]]', ['1a']],
  ['#über #日本 #a_b-c', ['über', '日本', 'a_b-c']],
])('the tags of %j', ([text, tags]) => {
  expect(inlineTags(String(text))).toEqual(tags)
})
