import {
  type ArtifactVerification,
  MANIFEST_FILE,
  type VerificationReport,
  type VerifiedArtifact,
} from '@forge-cascade/contract'
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
    ...(isNothing(report) ? unfoundLines(view) : []),
    `Recorded as entry ${number(ledger_index)} of the log.`,
    paint.faint(`To prove that to somebody else: ${command(`ledger prove ${ledger_index}`)}`),
  ]
}

interface Outcome {
  readonly passed: boolean
  readonly score: number
}

/** True where every check was skipped: nothing failed, and nothing was shown either. */
export const isNothing = ({ passed, score }: Outcome): boolean => passed && score === 0

function resultWord(outcome: Outcome, { paint }: View): string {
  if (!outcome.passed) return paint.bad('failed')
  return isNothing(outcome) ? paint.warn('nothing was checked') : paint.good('passed')
}

const unfoundLines = ({ paint }: View): readonly string[] => [
  paint.warn('It says nothing of itself, and nothing was stated that it could be held against.'),
  `To have it checked: --digest, --signature with --key, or a manifest (${MANIFEST_FILE} in it, or --manifest).`,
]

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
