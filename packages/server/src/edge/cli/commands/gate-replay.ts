import type { ReplayReport } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import { carriedIn, policiesIn } from '#evidence'
import type { CommandSpec } from '../command-spec.ts'
import { replayLines, verdictLines } from '../render/evidence-lines.ts'
import { number } from '../render/words.ts'
import { printAnswer } from './answer.ts'
import { verifyGiven } from './evidence.ts'
import { KEY_OPTIONS, readKeys, readWitnesses, WITNESS_OPTION } from './verifier-keys.ts'

/** Where nothing was decided again. */
const NOTHING = { decisions: 0, same: 0, differs: 0, no_input: 0, no_policies: 0, unreadable: 0, findings: [] } as const

export const GATE_REPLAY: CommandSpec = {
  name: 'gate replay',
  summary: 'Decide again what an evidence bundle tells was decided, with no server and no data folder',
  description:
    'Verifies the bundle as `evidence verify` does, then makes each decision again from the input and by the policies that it carries, and compares effect, what was done, mode, reasons, steps and obligations. `evidence export --decisions` writes such a bundle. Ends with 7 when the bundle is not as it was written, when a decision comes out otherwise, and when policies are missing or an input cannot be read; with 3 when it carries no decisions. What has expired or was erased is counted and is no fault.',
  arguments: [{ flags: '<file>', description: 'The archive, or the folder that it was unpacked to' }],
  options: [...KEY_OPTIONS, WITNESS_OPTION],
  examples: [{ line: "gate replay evidence.zip --key '<key>'", does: 'decides again what was decided' }],
  run: async (context, input) => {
    const given = { keys: readKeys(context, input), witnesses: readWitnesses(input) }
    const { verdict, files } = await verifyGiven(context, input.argument(0) ?? '', given)
    const { view } = context.screen
    if (!verdict.valid) {
      const report: ReplayReport = { verified: verdict, ...NOTHING, findings: [] }
      await printAnswer(context, report, () => verdictLines(verdict, view))
      return 'damaged'
    }
    if (verdict.decisions === undefined) {
      const detail = 'This bundle carries no decisions: have it made with `evidence export --decisions`.'
      throw new CascadeError('NOT_FOUND', detail)
    }
    // Loaded by who decides again alone.
    const { replayDecisions } = await import('#governance')
    const counts = await replayDecisions(carriedIn(files), {
      signal: context.interrupts.signal,
      onProgress: (done) => context.screen.progress(`Deciding again: ${number(done)}`),
      findPolicies: async (digest) => {
        const found = policiesIn(files, digest)
        return found && context.io.armPolicies(found)
      },
    })
    const report: ReplayReport = { verified: verdict, ...counts }
    await printAnswer(context, report, () => [...verdictLines(verdict, view), ...replayLines(report, view)])
    return counts.differs + counts.no_policies + counts.unreadable === 0 ? 'ok' : 'damaged'
  },
}
