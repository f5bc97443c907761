import { ANALYSIS_LIMITS, analysisQuery } from '@forge-cascade/contract'
import { parseIdOf } from '../capsule-ref.ts'
import { checkInput } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { adviceLines, analysisLines } from '../render/analysis-lines.ts'
import { printAnswer } from './answer.ts'

const EXAMPLE_ID = '01939b42-0000-7000-8000-000000000001'
const ID = { flags: '<id>', description: 'Id of the proposal, as proposals list shows it' }

export const PROPOSALS_ANALYSIS: CommandSpec = {
  name: 'proposals analysis',
  summary: 'What a proposal would do: which decisions flip, who gains and loses, what it breaks',
  description:
    'Recorded decisions and a sample of requests are decided before and after the change. Ends with 5 where it breaks the constitution, or would be refused when it is carried out.',
  arguments: [ID],
  options: [
    { flags: '--decisions <n>', description: `Recorded decisions that count, up to ${ANALYSIS_LIMITS.decisionsMax}` },
    { flags: '--until <entry>', description: 'The newest entry of the log that counts, as an analysis names it' },
  ],
  examples: [{ line: `proposals analysis ${EXAMPLE_ID}`, does: 'tells what it would do' }],
  reads: true,
  run: async (context, input) => {
    const params = { id: parseIdOf('proposal', 'proposals list', input.argument(0)) }
    const query = checkInput(analysisQuery, { decisions: input.text('decisions'), until: input.text('until') })
    const { answer, raw } = await (await context.openSession()).call('analyseProposal', { params, query })
    await printAnswer(context, raw, () => analysisLines(answer, context.screen.view))
    return answer.verdict === 'kept' ? 'ok' : 'conflict'
  },
}

export const PROPOSALS_ADVICE: CommandSpec = {
  name: 'proposals advice',
  summary: 'What the council says of a proposal; it is never counted',
  description:
    'It comments by itself once voting is open; --ask has it comment at once, on a draft of yours as well, and again later.',
  arguments: [ID],
  options: [{ flags: '--ask', description: 'Have it comment now' }],
  examples: [
    { line: `proposals advice ${EXAMPLE_ID}`, does: 'shows its comments' },
    { line: `proposals advice ${EXAMPLE_ID} --ask`, does: 'has it comment now' },
  ],
  reads: true,
  run: async (context, input) => {
    const params = { id: parseIdOf('proposal', 'proposals list', input.argument(0)) }
    const session = await context.openSession()
    const { answer, raw } = input.on('ask')
      ? await session.call('adviseOnProposal', { params })
      : await session.call('getProposalAdvice', { params })
    await printAnswer(context, raw, () => adviceLines(answer, context.screen.view))
    return 'ok'
  },
}
