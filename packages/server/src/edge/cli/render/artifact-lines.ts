import type { ArtifactVerification, VerificationReport, VerifiedArtifact } from '@forge-cascade/contract'
import { oneLine } from './text.ts'
import type { View } from './view.ts'
import { byteSize, number, plural } from './words.ts'

const NAME_WIDTH = 14

/** A report: what was verified, a line for each check, and where it is recorded. */
export function artifactLines({ report, ledger_index }: VerifiedArtifact, view: View): string[] {
  const { paint, command } = view
  const { name, version, digest, files, bytes } = report.artifact
  const title = name === null ? '' : `${oneLine(name)} ${oneLine(version ?? '')}  `
  return [
    `${resultWord(report, view)}  score ${scoreText(report.score)}  ${title}${plural(files, 'file')}, ${byteSize(bytes)}`,
    `  digest ${digest}`,
    ...report.checks.map(
      (check) => `  ${painted(check, view)}  ${check.name.padEnd(NAME_WIDTH)}${oneLine(check.detail)}`,
    ),
    `Recorded as entry ${number(ledger_index)} of the log.`,
    paint.faint(`To prove that to somebody else: ${command(`ledger prove ${ledger_index}`)}`),
  ]
}

/** Where every check was skipped nothing failed, and nothing was shown either. */
function resultWord({ passed, score }: { readonly passed: boolean; readonly score: number }, { paint }: View): string {
  if (!passed) return paint.bad('failed')
  return score === 0 ? paint.warn('nothing was checked') : paint.good('passed')
}

/** All outcomes are as wide as the longest, `skipped`. */
function painted({ outcome }: VerificationReport['checks'][number], { paint }: View): string {
  if (outcome === 'skipped') return paint.faint(outcome)
  return `${outcome === 'passed' ? paint.good(outcome) : paint.bad(outcome)} `
}

/** What the log says of an artifact. */
export const verificationLines = (
  { digest, passed, score, verified_at, ledger_index }: ArtifactVerification,
  view: View,
): string[] => [
  `${resultWord({ passed, score }, view)}  score ${scoreText(score)}  verified ${verified_at.slice(0, 19).replace('T', ' ')}Z`,
  `  digest ${digest}`,
  `  entry  ${number(ledger_index)} of the log`,
]

/** Rounded down: 0.949 is not yet 0.95. */
const scoreText = (score: number): string => (Math.floor(score * 100 + 1e-9) / 100).toFixed(2)
