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

/** The page of the reference. */
export const recallPage = (outcomes: readonly Outcome[], date: Date): string =>
  `# Recall

How well search finds what answers a question, measured on ${date.toISOString().slice(0, 10)} with the default settings. Made by
\`npm run recall -- … --ablation --write\`; [bench](../../bench/README.md) has the method.

Recall@k is the share of a question's evidence among the first k hits, as the mean over questions; any and all tell how often
some or all of it is there. "+" adds one signal to those above it, "all but" leaves one out. [Search](../concepts/search.md) tells
what each signal sees.

${outcomes.map(tableOf).join('\n')}`
