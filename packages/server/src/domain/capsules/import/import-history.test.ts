import { execFileSync } from 'node:child_process'
import { readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openSource } from '../../../adapters/sources/index.ts'
import { campaign, createSeeded, pick } from '../../../platform/store/testing.ts'
import type { ImportItem, ImportSource, KnownFiles } from './import-source.ts'
import { openImportWorld, requestOf, TEST_TEMP, TestRepository } from './testing.ts'

/** Grows a repository at random: files are written, changed, moved, deleted; branches are made and merged. */
class RandomHistory {
  readonly repository = new TestRepository()
  readonly #random: () => number
  readonly #branches = ['main']
  #number = 0

  constructor(seed: number) {
    this.#random = createSeeded(seed)
    this.repository.write('first.md', this.#text())
    this.repository.commit('first')
  }

  step(): void {
    const chance = this.#random()
    if (chance < 0.12 && this.#branches.length < 4) this.#branch()
    else if (chance < 0.3 && this.#branches.length > 1) this.#merge()
    else this.#commit()
  }

  #commit(): void {
    if (this.#random() < 0.15) this.repository.git('checkout', '-q', pick(this.#random, this.#branches))
    for (let n = 0; n <= this.#random() * 3; n++) this.#change()
    this.repository.commit(`commit ${this.#number++}`)
  }

  /** Everything that is left is merged into the main line. */
  end(): void {
    while (this.#branches.length > 1) this.#merge()
    this.repository.git('checkout', '-q', 'main')
  }

  #branch(): void {
    const name = `branch-${this.#number++}`
    this.repository.git('checkout', '-q', '-b', name)
    this.#branches.push(name)
  }

  /** Of two sides that cannot be joined, the merged one wins. */
  #merge(): void {
    const name = this.#branches.splice(1 + Math.floor(this.#random() * (this.#branches.length - 1)), 1)[0] ?? 'main'
    this.repository.git('checkout', '-q', pick(this.#random, this.#branches))
    try {
      this.repository.git('merge', '-q', '--no-ff', '--no-commit', '-X', 'theirs', name)
    } catch {
      // A conflict that no side wins (moved here, deleted there) is settled by taking both as they lie in the folder.
    }
    this.repository.commit(`Merge ${name}`)
  }

  #change(): void {
    const paths = readdirSync(this.repository.path, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.md'))
      .sort()
    const path = paths.length > 0 ? pick(this.#random, paths) : undefined
    const chance = this.#random()
    if (path === undefined || chance < 0.3)
      this.repository.write(`${pick(this.#random, ['a', 'b', 'c/d', 'c/e'])}-${this.#number++ % 9}.md`, this.#text())
    else if (chance < 0.6) this.repository.write(path, `${this.#text()}\nchanged ${this.#number++}`)
    else if (chance < 0.8) this.#move(path)
    else if (paths.length > 2) this.repository.remove(path)
  }

  #move(path: string): void {
    const target = `moved-${this.#number++ % 7}.md`
    if (target !== path) renameSync(join(this.repository.path, path), join(this.repository.path, target))
  }

  #text(): string {
    return Array.from({ length: 8 }, () => `line ${Math.floor(this.#random() * 1000)}`).join('\n')
  }
}

describe('whatever a history does', () => {
  test.for(Array.from({ length: campaign(2, 24) }, (_, index) => index + 1))(
    'the documents are the newest tree, at once or in parts (seed %i)',
    { timeout: 120_000 },
    async (seed) => {
      const history = new RandomHistory(seed)
      using repository = history.repository
      const world = await openImportWorld()
      for (let part = 0; part < 3; part++) {
        for (let n = 0; n < 12; n++) history.step()
        if (part === 2) history.end()
        const job = await world.run(repository.path)
        expect(job).toMatchObject({ state: 'completed', failed: 0, skipped: 0 })
        await expectTree(world, repository)
      }
      const items: ImportItem[] = []
      const totals = await totalsOf(repository.path)
      const atOnce = await openImportWorld({
        openSource: async (request, signal) => listening(await openSource(request, { signal, temp: TEST_TEMP }), items),
      })
      await atOnce.run(repository.path)
      expect(totals.at(-1)).toBe(items.filter(({ kind }) => kind !== 'point').length)
      // The look at the newest tree, which comes last, finds nothing that the history has not said.
      expect(items.filter((item) => 'path' in item && !('step' in item))).toEqual([])
      await expectTree(atOnce, repository)
      const head = atOnce.store.head()
      expect(await atOnce.run(repository.path)).toMatchObject({ imported: 0 })
      expect(atOnce.store.head()).toBe(head + 2)
    },
  )
})

/** What is said of a repository that nothing is known of yet. */
async function totalsOf(path: string): Promise<readonly number[]> {
  const { signal } = new AbortController()
  await using source = await openSource(requestOf(path), { signal, temp: TEST_TEMP })
  const nothing: KnownFiles = { point: undefined, digestAt: () => undefined, pathsWith: () => [], paths: () => [] }
  const totals: number[] = []
  for await (const total of source.totals(nothing, signal)) totals.push(total)
  return totals
}

/** The same source; what it gives is noted. */
const listening = (source: ImportSource, heard: ImportItem[]): ImportSource => ({
  kind: source.kind,
  root: source.root,
  totals: (known, signal) => source.totals(known, signal),
  items: async function* (known, signal) {
    for await (const item of source.items(known, signal)) {
      heard.push(item)
      yield item
    }
  },
  [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
})

async function expectTree(
  world: Awaited<ReturnType<typeof openImportWorld>>,
  repository: TestRepository,
): Promise<void> {
  const documents = [...(await world.documents())].map(([path, { content }]) => [path, content] as const)
  expect(new Map(documents)).toEqual(repository.treeAt('HEAD'))
}

test('a thousand commits are imported one by one, in order', { timeout: 120_000 }, async () => {
  using repository = new TestRepository()
  const commits = 1000
  const stream = Array.from({ length: commits }, (_, n) => {
    const text = `# Log\n\nEntry ${n}`
    const date = `${1_704_067_200 + n * 60} +0000`
    const file = `M 100644 inline log-${n % 10}.md\ndata ${text.length}\n${text}\n`
    return `commit refs/heads/main\ncommitter Ada <ada@example.org> ${date}\ndata 1\nx\n${file}`
  })
  execFileSync('git', ['fast-import', '--quiet'], { cwd: repository.path, input: stream.join('\n') })
  const world = await openImportWorld()
  const job = await world.run(repository.path)
  expect(job).toMatchObject({
    state: 'completed',
    imported: commits,
    capsules_created: 10,
    versions_added: commits - 10,
  })
  for (const [path, { id }] of await world.documents()) {
    const contents = (await world.store.capsules.readVersions(id)).map(({ content }) => content)
    const first = Number(/\d+/.exec(path)?.[0])
    expect(contents).toEqual(Array.from({ length: commits / 10 }, (_, n) => `# Log\n\nEntry ${first + n * 10}`))
  }
})
