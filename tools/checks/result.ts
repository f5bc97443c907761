import type { Check, Verdict } from './check.ts'

export interface Result extends Verdict {
  readonly name: string
  readonly seconds: number
}

const FINDINGS_SHOWN_MAX = 60

/** Runs one check; one that breaks is one that failed, with what broke as its finding. */
export async function runCheck(name: string, check: Check, root: string): Promise<Result> {
  const start = performance.now()
  const verdict = await check(root).catch(broken)
  return { name, ...verdict, seconds: (performance.now() - start) / 1000 }
}

const broken = (error: unknown): Verdict => ({
  seen: 'nothing',
  findings: [`the check itself broke: ${String(error)}`],
})

/** The findings of every failed check, then one line per check, so that the verdict is the last thing on the screen. */
export function printResult(results: readonly Result[]): string {
  const failed = results.filter(({ findings }) => findings.length > 0)
  return [...failed.map(details), ...results.map(line), verdict(results.length, failed.length)].join('\n')
}

function details({ name, findings }: Result): string {
  const left = findings.length - FINDINGS_SHOWN_MAX
  const more = left > 0 ? [`  ... and ${left} more (npm run check -- ${name} shows this check alone)`] : []
  return [`${name}:`, ...findings.slice(0, FINDINGS_SHOWN_MAX).map((finding) => `  ${finding}`), ...more, ''].join('\n')
}

const line = ({ name, seen, seconds, findings }: Result): string =>
  `${findings.length > 0 ? 'FAILED' : 'ok    '}  ${name.padEnd(14)}${seconds.toFixed(1).padStart(5)} s  ${seen}`

const verdict = (all: number, failed: number): string =>
  failed === 0 ? `All ${all} checks passed.` : `${failed} of ${all} checks failed.`
