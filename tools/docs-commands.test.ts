import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { listFiles, readText } from './checks/check.ts'
import { blocksOf } from './docs/page-blocks.ts'
import { type PageReport, runPage } from './docs/page-run.ts'

const root = join(import.meta.dirname, '..')
/** Pages with commands that none of them runs, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'CONTRIBUTING.md': 'its commands are this run and the checks beside it',
  'bench/README.md': 'its commands take minutes',
  'docs/reference/cli.md': 'generated of the examples in the code, whose files are the reader’s own',
  'packages/server/src/adapters/documents/testing/fixtures/README.md': 'needs programs that made the fixtures once',
}
/** Programs beside the usual ones of a system that a page may use. */
const PROGRAMS = ['git', 'curl', 'jq', 'npm']
const PAGE_MS_MAX = 180_000

const pages = (await listFiles(root))
  .filter((path) => path.endsWith('.md') && !(path in NOT_RUN))
  .map((page) => ({ page, text: readText(root, page) }))
  .filter(({ text }) => blocksOf(text).length > 0)

const missing = PROGRAMS.filter((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).error !== undefined)

/** All that is typed on a page. */
const typedOn = (text: string): string =>
  blocksOf(text)
    .flatMap((block) => ('commands' in block ? block.commands.map((command) => command.text) : []))
    .join('\n')

/** What a page needs and this machine lacks. */
const lacks = (text: string): readonly string[] =>
  missing.filter((name) => new RegExp(String.raw`(?:^|[\s|(;&])${name}\s`, 'm').test(typedOn(text)))

const reports = new Map<string, PageReport>()

describe.concurrent('the commands of', () => {
  for (const { page, text } of pages) {
    const needs = lacks(text)
    test.skipIf(needs.length > 0)(
      `${page} work as it shows${needs.length > 0 ? ` (needs ${needs.join(', ')})` : ''}`,
      { timeout: PAGE_MS_MAX },
      async ({ expect }) => {
        const report = await runPage(page, text, root)
        reports.set(page, report)
        expect(report.faults.join('\n')).toBe('')
      },
    )
  }
})

afterAll(() => {
  const all = [...reports.values()]
  const leftOut = all.flatMap((report) => report.leftOut)
  const sum = (of: (report: PageReport) => number) => all.reduce((total, report) => total + of(report), 0)
  const head = `${sum(({ ran }) => ran)} command blocks ran on ${all.length} pages, ${sum(({ compared }) => compared)} compared with what is shown; ${leftOut.length} left out`
  process.stdout.write(`${[head, ...leftOut.map((line) => `  ${line}`)].join('\n')}\n`)
})

test('no command that runs speaks to another machine', () => {
  const addresses = pages.flatMap(({ text }) => typedOn(text).match(/https?:\/\/[^\s/'"]+/g) ?? [])
  expect(addresses.filter((address) => !/^http:\/\/127\.0\.0\.1(?::\d+)?$/.test(address))).toEqual([])
})

test('every page with commands is found, and a page that is left out has some', () => {
  const found = pages.map(({ page }) => page)
  for (const page of ['README.md', 'docs/concepts/store.md', 'docs/guides/getting-started.md'])
    expect(found).toContain(page)
  const without = Object.keys(NOT_RUN).filter((page) => blocksOf(readText(root, page)).length === 0)
  expect(without).toEqual([])
})
