import { askBody } from '@forge-cascade/contract'
import { checkInput, numberOf } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { askLines } from '../render/ask-lines.ts'
import { printAnswer } from './answer.ts'
import { FILTER_OPTIONS, readFilters } from './filters.ts'
import { stateOfStore } from './store-state.ts'

export const ASK: CommandSpec = {
  name: 'ask',
  summary: 'Ask a question; the answer quotes its sources',
  description:
    'Answers from what is known, with numbered sources and the command that opens each passage. Without a language model the answer is made of verbatim quotes, and its mode says so. Ends with 3 when nothing was found.',
  arguments: [{ flags: '<question...>', description: 'The question; quotation marks are not needed' }],
  options: [{ flags: '--quotes <1-20>', description: 'How many quotes, at most' }, ...FILTER_OPTIONS],
  examples: [
    { line: 'ask "what is a capsule?"', does: 'answers with its sources' },
    { line: 'ask "why SQLite?" --type decision --as-of 2026-03-01', does: 'asks what was decided and valid that day' },
    { line: 'ask "who owns backups?" --json', does: 'prints the answer for a script' },
  ],
  reads: true,
  run: async (context, input) => {
    const body = checkInput(askBody, {
      question: input.argument(0),
      quotes: numberOf(input.text('quotes')),
      ...readFilters(input),
    })
    const { answer, raw } = await (await context.openSession()).call('ask', { body })
    const store = await stateOfStore(context, answer.found)
    await printAnswer(context, raw, () => askLines(answer, context.screen.view, store))
    return answer.found ? 'ok' : 'notFound'
  },
}
