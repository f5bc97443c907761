import { resolve } from 'node:path'
import {
  artifactParams,
  MANIFEST_FILE,
  type VerificationReport,
  type VerifiedArtifact,
  verifyArtifactBody,
  verifyArtifactLine,
} from '@forge-cascade/contract'
import { CascadeError } from '#base'
import type { CommandContext } from '../command-context.ts'
import { type CommandInput, checkInput, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { readGiven } from '../read-given.ts'
import { artifactLines, isNothing, verificationLines } from '../render/artifact-lines.ts'
import { parseSentLine } from '../sent-line.ts'
import { printAnswer } from './answer.ts'
import { requireNew, writeNew } from './write-new.ts'

export const ARTIFACT_VERIFY: CommandSpec = {
  name: 'artifact verify',
  summary: 'Verify a file or folder from elsewhere, and record what was found',
  description:
    'Looks at digest, structure, signature and capabilities, and with --run-tests runs the tests that the artifact declares: code of its author, held by Node’s permissions and limits of the system. The score is the share of the checks that passed; one that had nothing to look at did not, and where one fails it is 0. The log holds the digest of the report. Ends with 7 when a check failed, when nothing was checked, or when the score is below --min-score.',
  arguments: [{ flags: '<path>', description: 'File or folder on this machine' }],
  options: [
    { flags: '--digest <hex>', description: 'What its digest has to be, or the SHA-256 of its one file' },
    { flags: '--signature <file>', description: 'The signed note over its digest' },
    { flags: '--key <key>', description: 'Verifier key of one who may sign it; may be repeated', many: true },
    { flags: '--manifest <file>', description: `Its manifest, where it holds no ${MANIFEST_FILE}` },
    { flags: '--before <path>', description: 'The version before: its capabilities are not new' },
    { flags: '--allow <capability>', description: 'A capability that may be new; may be repeated', many: true },
    { flags: '--run-tests', description: 'Run the tests that it declares' },
    { flags: '--min-score <score>', description: 'End with 7 below this score, 0-1' },
    { flags: '--out <file>', description: 'Write the report there, byte for byte as its digest is over' },
  ],
  examples: [
    { line: 'artifact verify ./word-count', does: 'says what the folder is and needs' },
    {
      line: 'artifact verify ./word-count --run-tests --allow capsules.read --min-score 0.6',
      does: 'runs its tests as well, and says whether it is good enough',
    },
  ],
  reads: true,
  run: async (context, input) => {
    if (context.isRemote)
      throw usage('An artifact is verified on the machine of the instance: leave --url out and run the command there.')
    const minScore = scoreOf(input)
    const body = checkInput(verifyArtifactBody, bodyOf(context, input))
    // Before anything is recorded.
    requireNew(context, input.text('out'))
    const verified = await lastLine(context, (await context.openSession()).lines('verifyArtifact', { body }))
    try {
      writeNew(context, input.text('out'), verified.canonical)
    } finally {
      // It is recorded, and no other run comes to the same report.
      await printAnswer(context, verified, () => artifactLines(verified, context.screen.view))
    }
    return isGood(verified.report, minScore) ? 'ok' : 'damaged'
  },
}

export const ARTIFACT_SHOW: CommandSpec = {
  name: 'artifact show',
  summary: 'What the log says of an artifact: its newest verification',
  description: 'Ends with 3 for one that was never verified here.',
  arguments: [{ flags: '<digest>', description: 'Digest of the artifact, as artifact verify prints it' }],
  examples: [
    {
      line: 'artifact show 6c1f0a3fcb5d9a8b2f6c6d7a1e0f4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a',
      does: 'shows the score that counts',
    },
  ],
  reads: true,
  run: async (context, input) => {
    const { digest } = checkInput(artifactParams, { digest: input.argument(0) })
    const { answer, raw } = await (await context.openSession()).call('getArtifactVerification', { params: { digest } })
    await printAnswer(context, raw, () => verificationLines(answer, context.screen.view))
    return 'ok'
  },
}

/** An artifact of which nothing was checked has not passed, though nothing failed. */
const isGood = (report: VerificationReport, minScore: number): boolean =>
  report.passed && !isNothing(report) && report.score >= minScore

function bodyOf({ io: { cwd } }: CommandContext, input: CommandInput): unknown {
  const place = (given: string | undefined) => given && resolve(cwd, given)
  return {
    path: place(input.argument(0)),
    before: place(input.text('before')),
    digest: input.text('digest'),
    signature: readText(cwd, input.text('signature')),
    manifest: readText(cwd, input.text('manifest')),
    keys: input.list('key'),
    allow: input.list('allow'),
    run_tests: input.on('run-tests'),
  }
}

function scoreOf(input: CommandInput): number {
  const text = input.text('min-score') ?? '0'
  const score = /^[01](?:\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN
  if (score <= 1) return score
  throw usage(`--min-score takes a number from 0 to 1, such as 0.95; got ${JSON.stringify(text)}.`)
}

const readText = (cwd: string, given: string | undefined): string | undefined =>
  given === undefined ? undefined : readGiven(resolve(cwd, given))

/** Shows which check is under way. @throws CascadeError NO_SERVER when it breaks off. */
async function lastLine({ screen, settings }: CommandContext, lines: AsyncIterable<string>): Promise<VerifiedArtifact> {
  for await (const text of lines) {
    const line = parseSentLine('The verification', verifyArtifactLine, text)
    if (!('check' in line)) return line
    if (!settings.json) screen.progress(`Verifying: ${line.check} (${line.at + 1} of ${line.of})`)
  }
  throw new CascadeError('NO_SERVER', 'The verification broke off.')
}
