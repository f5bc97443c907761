import type { AuditRow, ChangesReport, Explanation, HistoryReport } from '@forge-cascade/contract'
import { cell, table } from '../../markdown-text.ts'

const NO_READS = 'Who read what is not in the log: reads have no entries.'

/** What the log gained between two checkpoints. */
export const changesMarkdown = (report: ChangesReport): string => `# What changed in ${cell(report.origin)}

${changesWords(report)}

${table(
  ['', 'entries', 'root'],
  [
    ['from', String(report.from.size), `\`${report.from.root}\``],
    ['to', String(report.to.size), `\`${report.to.root}\``],
  ],
)}

Proof (RFC 6962 section 2.1.2): ${report.proof.length === 0 ? 'no hashes are needed' : report.proof.map((hash) => `\`${hash}\``).join(' ')}

## What

${table(
  ['what', 'entries'],
  Object.entries(report.counts).map(([what, count]) => [cell(what), String(count)]),
)}

## Entries

${entriesTable(report.entries)}

${NO_READS}
`

/** A kept checkpoint is evidence; what an instance says of its own past is not. */
function changesWords({ kept, consistent, from, to }: ChangesReport): string {
  if (!consistent)
    return kept
      ? `**The log of ${to.size} entries does not go on the checkpoint of ${from.size}: it was altered, or is another copy.**`
      : `**The log of ${to.size} entries does not go on its own first ${from.size}: its tree is damaged.**`
  return kept
    ? `The log of ${to.size} entries goes on the one of ${from.size}: none of those was altered or taken away.`
    : `The log of ${to.size} entries goes on the one of ${from.size} by the word of this instance alone, which told both roots just now. Whether any of those was altered before shows against a checkpoint that somebody kept.`
}

/** What happened to one capsule. */
export const historyMarkdown = (report: HistoryReport): string => `# What happened to capsule ${report.id}

${report.entries.length === 0 ? 'The log knows nothing of it.' : entriesTable(report.entries)}

${NO_READS}
`

/** Where an answer came from. */
export const explanationMarkdown = (report: Explanation): string => `# Where an answer came from

${table(
  ['', ''],
  [
    ['Asked', report.question === null ? 'not told' : cell(report.question)],
    ['How', report.mode === 'extractive' ? 'quotes, put together without a language model' : cell(report.mode)],
    ['Embedder now', cell(report.embedder)],
    ['Known by then', `every change up to entry ${report.sequence} of the log, as the answer says`],
    ['Request', cell(report.correlation_id)],
    ['Result', resultWords(report)],
  ],
)}

${quoted(report.answer)}

${report.citations.map(citationPart).join('\n')}
A request that only reads has no entry in the log, so what was asked, and by whom, is what you were told.
`

function resultWords({ composed, sound, citations }: Explanation): string {
  if (!composed) return '**the answer says something else than its quotes**'
  if (!sound) return '**not everything is as it was recorded**'
  return citations.length === 0
    ? 'it cites nothing, and says so'
    : 'the answer is its quotes, and each of them, its source and its digest is as it was recorded'
}

function citationPart(cited: Explanation['citations'][number], at: number): string {
  const { capsule_id, version, title, quote, where, trust, problem, digest } = cited
  const facts = [
    ['Version', `${capsule_id}@${version}`],
    [
      'From',
      `${where === null ? 'not told' : cell(where)}${cited.named || problem !== null ? '' : ' **(title or source are not those of the version)**'}`,
    ],
    ['Trust', `${trust}, as the answer says`],
    [
      'Quote',
      problem !== null
        ? cell(problem)
        : cited.quoted
          ? 'stands in the version where the citation says'
          : '**does not stand there**',
    ],
    [
      'Digest',
      `${digestWords(digest)}${cited.known || problem !== null ? '' : ', **which is later than the answer**'}`,
    ],
    ['Written by', toldBy(digest, digest?.actor)],
    ['Decision', toldBy(digest, digest?.decision_id)],
    ['Derived from', parentsWords(cited)],
  ]
  return `## [${at + 1}] ${title === null ? 'Untitled' : cell(title)}\n\n${quoted(quote)}\n\n${table(['', ''], facts)}\n`
}

function parentsWords({ parents, problem }: Explanation['citations'][number]): string {
  if (problem !== null) return 'not looked up'
  if (parents.length === 0) return 'no other capsule'
  return parents.map(({ id, version, reason }) => `${id}@${version} (${cell(reason)})`).join(', ')
}

function digestWords(digest: Explanation['citations'][number]['digest']): string {
  if (digest === null) return 'not opened'
  if (digest.ledger_index === null) return '**the log has no entry of this version**'
  return digest.matches
    ? `is the one in entry ${digest.ledger_index}`
    : `**is not the one in entry ${digest.ledger_index}**`
}

/** What the entry that has the digest says beside it. */
const toldBy = (digest: Explanation['citations'][number]['digest'], said: string | null | undefined): string => {
  if (said) return cell(said)
  return digest === null ? 'not looked up' : 'the log does not tell'
}

const entriesTable = (entries: readonly AuditRow[]): string =>
  table(
    ['entry', 'time', 'what', 'about', 'by', 'request'],
    entries.map((row) => [
      ...[String(row.ledger_index), row.timestamp, cell(row.operation)],
      cell(row.entity_id === null ? row.entity_type : `${row.entity_type}/${row.entity_id}`),
      ...[cell(row.user_id), cell(row.correlation_id)],
    ]),
  )

const quoted = (text: string): string =>
  text
    .split('\n')
    .map((line) => `> ${cell(line)}`)
    .join('\n')
