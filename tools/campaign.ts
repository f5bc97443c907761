// `npm run campaign`: the long tests with their full counts. With --write the result goes into docs/reference/campaigns.md,
// and the index of the documentation lists that page.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { campaignPage, type PartResult, type SuiteResult } from './campaign-page.ts'
import { campaignSuites, withCampaigns } from './campaign-suites.ts'

const ROOT = join(import.meta.dirname, '..')
const PAGE = 'docs/reference/campaigns.md'
const INDEX = 'docs/README.md'
const PROGRESS_MS = 30_000
/** For tests that name no time of their own: their sample takes seconds, their full count up to a hundred times that. */
const TEST_MS_MAX = 1_800_000

const Note = z.object({ name: z.string(), runs: z.number(), checks: z.number(), ms: z.number() })
const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      startTime: z.number(),
      endTime: z.number(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
})

const folder = mkdtempSync(join(tmpdir(), 'cascade-campaign-'))
try {
  process.exitCode = await runCampaign(process.argv.slice(2))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function runCampaign(args: readonly string[]): Promise<number> {
  const [notes, outcome] = [join(folder, 'notes'), join(folder, 'outcome.json')]
  const named = args.filter((arg) => arg !== '--write')
  const isWritten = args.includes('--write')
  if (isWritten && named.length > 0) throw new Error('--write tells of the whole campaign: name no suites with it.')
  const startedAt = Date.now()
  const code = await runTests(named.length > 0 ? named : await campaignSuites(ROOT), notes, outcome)
  const report = Report.parse(JSON.parse(readFileSync(outcome, 'utf8')))
  const seconds = Math.round((Date.now() - startedAt) / 1000)
  const suites = report.testResults.map(
    (suite): SuiteResult => ({
      file: suite.name.slice(ROOT.length + 1),
      passed: suite.assertionResults.filter(({ status }) => status === 'passed').length,
      failed: suite.assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
      seconds: Math.round((suite.endTime - suite.startTime) / 1000),
    }),
  )
  const page = campaignPage({ date: new Date(startedAt), seconds, suites, parts: readParts(notes) }, describeMachine())
  if (isWritten) writePage(page)
  process.stdout.write(`\n${page}`)
  return report.success ? 0 : Math.max(1, code)
}

function writePage(page: string): void {
  const index = join(ROOT, INDEX)
  writeFileSync(join(ROOT, PAGE), page)
  writeFileSync(index, withCampaigns(readFileSync(index, 'utf8')))
  process.stderr.write(`${PAGE} is written and listed in ${INDEX}; npm run generate takes it into llms.txt.\n`)
}

/** Runs the tests; says every half minute that they still run. */
async function runTests(filters: readonly string[], notes: string, outcome: string): Promise<number> {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs')
  const reporters = [
    '--reporter=verbose',
    '--reporter=json',
    `--outputFile.json=${outcome}`,
    `--testTimeout=${TEST_MS_MAX}`,
  ]
  const startedAt = Date.now()
  const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...filters], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, CAMPAIGN: '1', CAMPAIGN_NOTES: notes },
  })
  const end = (): void => void child.kill('SIGTERM')
  process.once('exit', end)
  const say = () => process.stderr.write(`… ${Math.round((Date.now() - startedAt) / 1000)} s; ${tally(notes)}\n`)
  const progress = setInterval(say, PROGRESS_MS)
  const [code] = await once(child, 'exit')
  clearInterval(progress)
  return Number(code ?? 1)
}

function tally(notes: string): string {
  const parts = readParts(notes).map(({ name, runs }) => `${name}: ${runs}`)
  return parts.join(', ') || 'no part is over'
}

/** What the parts told of themselves, added up by name. */
function readParts(notes: string): readonly PartResult[] {
  if (!existsSync(notes)) return []
  const lines = readFileSync(notes, 'utf8').split('\n').filter(Boolean)
  const parts = new Map<string, PartResult>()
  for (const { name, runs, checks, ms } of lines.map((line) => Note.parse(JSON.parse(line)))) {
    const before = parts.get(name) ?? { name, runs: 0, checks: 0, seconds: 0 }
    const seconds = before.seconds + ms / 1000
    parts.set(name, { name, runs: before.runs + runs, checks: before.checks + checks, seconds })
  }
  return [...parts.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function describeMachine(): string {
  const { platform, arch, versions } = process
  return `${availableParallelism()} cores, ${platform} ${arch}, Node ${versions.node}, SQLite ${versions.sqlite}`
}
