import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type Check, listFiles, runNode } from './check.ts'

const CRUISER = join(import.meta.dirname, '../../node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
const RULES = join(import.meta.dirname, '../../.dependency-cruiser.cjs')

/** Folders whose modules obey the rules. */
const FOLDERS = ['packages', 'tools', 'bench']

/** Not modules of ours: AssemblyScript is another language in the same file name, and installed packages are not ours. */
const OTHERS = /\.as\.ts$|\/assembly\/|\.d\.ts$|(^|\/)node_modules\//

const Report = z.object({
  modules: z.array(z.object({ source: z.string() })),
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
    ruleSetUsed: z.object({ forbidden: z.array(z.object({ name: z.string(), comment: z.string().optional() })) }),
  }),
})

/**
 * The import rules of .dependency-cruiser.cjs. A cruise that cannot parse TypeScript finds no module and no violation, so
 * every .ts file on disk must be among the modules it saw, and there must be one.
 */
export const architecture: Check = async (root) => {
  const expected = (await listFiles(root)).filter((path) => isModule(path))
  if (expected.length === 0) return { seen: '0 modules', findings: ['there is no TypeScript module to check'] }
  const folders = FOLDERS.filter((folder) => existsSync(join(root, folder)))
  const finished = await runNode([CRUISER, '--config', RULES, '--output-type', 'json', ...folders], root)
  const report = parseReport(finished.output)
  if (report === undefined) return { seen: '0 modules', findings: [`no report: ${finished.all.slice(0, 2000)}`] }
  const seen = report.modules.map((module) => module.source)
  return { seen: `${expected.length} modules`, findings: [...unseenOf(expected, seen), ...violationsOf(report)] }
}

/** The guard: a finding for every module on disk that the cruise did not see. */
export function unseenOf(expected: readonly string[], seen: readonly string[]): readonly string[] {
  const known = new Set(seen)
  return expected.filter((path) => !known.has(path)).map((path) => `${path} was not seen by the check`)
}

const isModule = (path: string): boolean =>
  FOLDERS.some((folder) => path.startsWith(`${folder}/`)) && path.endsWith('.ts') && !OTHERS.test(path)

function parseReport(text: string): z.infer<typeof Report> | undefined {
  if (!text.startsWith('{')) return undefined
  return Report.parse(JSON.parse(text))
}

function violationsOf({ summary }: z.infer<typeof Report>): readonly string[] {
  const reasons = new Map(summary.ruleSetUsed.forbidden.map((rule) => [rule.name, rule.comment ?? '']))
  return summary.violations.map(({ from, to, rule }) => `${from} → ${to}: ${rule.name} (${reasons.get(rule.name)})`)
}
