import type { AskRequest } from '@forge-cascade/contract'
import type { EmbeddingOrigin } from '../embedding/index.ts'
import { type SearchContext, searchCapsules } from '../search/search-capsules.ts'
import type { AskSettings } from '../search/search-settings.ts'
import { withinBudget } from '../search/token-budget.ts'
import { type Conflict, findConflicts } from './conflicts.ts'
import { type Passage, passagesOf } from './passage.ts'
import { selectQuotes } from './select-quotes.ts'

export interface AskContext extends SearchContext {
  readonly ask: AskSettings
}

/** An answer made of verbatim quotes. Without any, nothing above the threshold was found. */
export interface ExtractiveAnswer {
  readonly quotes: readonly Passage[]
  readonly conflicts: readonly Conflict[]
  readonly threshold: number
  readonly sequence: number
  readonly notices: readonly string[]
}

/** Hits whose sentences are looked at: enough for several sources, few enough to read. */
const HITS_READ = 16

/** A hit that says what a better one says leaves its place to another source. */
const HITS_DIVERSITY = 0.1

/** Answers a question with the best sentences of the best hits; nothing in the answer is anyone's but the sources'. */
export async function ask(
  context: AskContext,
  { question, quotes: max, max_tokens, ...filter }: AskRequest,
  origin?: EmbeddingOrigin,
): Promise<ExtractiveAnswer> {
  const found = await searchCapsules(
    context,
    {
      ...filter,
      q: question,
      limit: HITS_READ,
      mode: 'hybrid',
      explain: false,
      diversity: HITS_DIVERSITY,
    },
    origin,
  )
  const { threshold, quotesMax } = context.ask
  const selected = selectQuotes(passagesOf(question, found.hits), {
    threshold,
    max: Math.min(max ?? quotesMax, quotesMax),
  })
  const { fitting: quotes, notices } = withinBudget(selected, ({ text }) => text, max_tokens)
  return {
    quotes,
    conflicts: findConflicts(quotes),
    threshold,
    sequence: found.sequence,
    notices: [...found.notices, ...notices],
  }
}
