import { availableParallelism, totalmem } from 'node:os'
import type { Comparison } from './comparison.ts'
import type { StorePeer } from './store-peer.ts'

export interface ComparedStores {
  readonly date: Date
  readonly documents: number
  readonly comparison: Comparison
  readonly peers: readonly Pick<StorePeer, 'name' | 'setup'>[]
}

/** The page of the reference that sets this store beside others. */
export function comparisonPage({ date, documents, comparison, peers }: ComparedStores): string {
  return [
    '# Compared with other stores',
    '',
    INTRODUCTION,
    '',
    `## ${date.toISOString().slice(0, 10)}`,
    '',
    `${documents.toLocaleString('en')} documents; ${availableParallelism()} cores, ${Math.round(totalmem() / 1e9)} GB, Node ${process.versions.node}.`,
    '',
    ...peers.map(({ name, setup }) => `- **${name}**: ${setup}`),
    '',
    ...comparison.table(),
    '',
    '### Where we are behind',
    '',
    ...behind(comparison),
    '',
  ].join('\n')
}

const behind = (comparison: Comparison): readonly string[] =>
  comparison.behind.length === 0
    ? ['Nowhere in this run.']
    : comparison.behind.map(({ name, leader, ratio }) => `- ${name}: ${leader} leads by ${ratio.toFixed(1)}×.`)

const INTRODUCTION = `What \`npm run bench -- stores --write\` measured last: the documents and questions of [the
benchmarks](../../bench/README.md), the same client, every hit with its text and fields, each store alone on the machine. The best
of a row is in bold, the others say how many times they are behind it. Every answer of ours is exact and durable before its receipt;
recall says how exact the others' are, and the others' settings say how durable.`
