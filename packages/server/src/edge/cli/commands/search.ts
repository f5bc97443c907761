import { SEARCH_LIMITS, SEARCH_MODES, searchBody } from '@forge-cascade/contract'
import { checkInput } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { searchLines } from '../render/search-lines.ts'
import { printAnswer } from './answer.ts'
import { FILTER_OPTIONS, readFilters } from './filters.ts'
import { stateOfStore } from './store-state.ts'

export const SEARCH: CommandSpec = {
  name: 'search',
  summary: 'Find capsules by words, meaning and neighbourhood',
  description:
    'Prints the best hits with score, trust, age, origin, the sentence with your words, and the id. Nothing in the query is an operator. Ends with 3 when nothing was found.',
  arguments: [{ flags: '<query...>', description: 'Words, or a sentence' }],
  options: [
    { flags: '--limit <n>', description: `Hits, 1-${SEARCH_LIMITS.limitMax} (${SEARCH_LIMITS.limitDefault})` },
    { flags: '--mode <mode>', description: 'Which signals (hybrid)', choices: SEARCH_MODES },
    { flags: '--explain', description: 'Say for each hit how its score came about' },
    ...FILTER_OPTIONS,
  ],
  examples: [
    { line: 'search backup retention', does: 'finds what is known about that' },
    { line: 'search "embedded store" --type decision --min-trust 60 --limit 3', does: 'takes only trusted decisions' },
    { line: 'search tokens --explain', does: 'shows how each score came about' },
    { line: "search tokens --json | jq -r '.hits[].capsule.id'", does: 'hands the ids to a script' },
  ],
  reads: true,
  run: async (context, input) => {
    const query = input.argument(0) ?? ''
    const body = checkInput(searchBody, {
      q: query,
      limit: input.text('limit') ?? undefined,
      mode: input.text('mode'),
      explain: input.on('explain'),
      ...readFilters(input),
    })
    const { answer, raw } = await (await context.openSession()).call('searchCapsulesByBody', { body })
    const store = await stateOfStore(context, answer.hits.length > 0)
    await printAnswer(context, raw, () => searchLines(answer, query, context.screen.view, store))
    return answer.hits.length > 0 ? 'ok' : 'notFound'
  },
}
