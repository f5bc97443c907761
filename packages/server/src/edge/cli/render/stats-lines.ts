import type { AnswerOf } from '@forge-cascade/contract'
import { printable } from './text.ts'
import { byteSize, number, plural } from './words.ts'

type Stats = AnswerOf<'capsuleStats'>

/** Scopes that are shown; the answer as JSON names more. */
const SCOPES_SHOWN = 10

/** What there is, for people: a line each, counts before bytes. */
export function statsLines(stats: Stats): readonly string[] {
  const { capsules, chunks, versions, content_bytes, bytes, lineage } = stats
  const scopes = stats.by_scope
    .slice(0, SCOPES_SHOWN)
    .map((scope): Row => [scopeName(scope), scope.capsules, scope.bytes])
  const left = stats.scopes - scopes.length
  return [
    `${plural(capsules, 'capsule')} (${plural(chunks, 'chunk')}), ${plural(versions, 'version')}, ${byteSize(content_bytes)}`,
    ...section('Status', rowsOf(stats.by_status, bytes.by_status)),
    ...section('Type', rowsOf(stats.by_type, bytes.by_type)),
    ...section('Trust', rowsOf(stats.by_trust_level, bytes.by_trust_level)),
    ...section('Vectors', rowsOf(stats.by_embedding_model, bytes.by_embedding_model)),
    ...section('Scope', scopes),
    ...(left > 0 ? [`  and ${plural(left, 'other scope')}`] : []),
    '',
    `Lineage: ${number(lineage.derived)} derived, depth ${lineage.depth_mean.toFixed(2)} on average, ${number(lineage.depth_max)} at most`,
  ]
}

type Row = readonly [name: string, capsules: number, bytes: number]

const rowsOf = (counts: Readonly<Record<string, number>>, bytes: Readonly<Record<string, number>>): readonly Row[] =>
  Object.entries(counts)
    .map(([name, count]): Row => [printable(name), count, bytes[name] ?? 0])
    .sort((a, b) => b[1] - a[1])

function section(title: string, rows: readonly Row[]): readonly string[] {
  if (rows.length === 0) return []
  const nameWidth = Math.max(...rows.map(([name]) => name.length))
  const countWidth = Math.max(...rows.map(([, count]) => number(count).length))
  const lines = rows.map(
    ([name, count, size]) => `  ${name.padEnd(nameWidth)}  ${number(count).padStart(countWidth)}  ${byteSize(size)}`,
  )
  return ['', title, ...lines]
}

const scopeName = ({ identity, lane, fold }: Stats['by_scope'][number]): string =>
  [identity, lane, fold].some((part) => part !== null)
    ? [identity, lane, fold].map((part) => (part === null ? '-' : printable(part))).join(' / ')
    : 'none'
