import { cell, table } from '../../markdown-text.ts'
import { EVIDENCE_CSP, EVIDENCE_STYLE } from './evidence-style.ts'
import { minuteOf, type TimedEntry, timeline } from './evidence-timeline.ts'
import { Html, html } from './html.ts'

/** What a report tells of a bundle. */
export interface EvidenceReport {
  readonly origin: string
  /** Entries that the checkpoint covers. */
  readonly size: number
  /** RFC 3339. */
  readonly madeAt: string
  /** What was asked for. */
  readonly query: Readonly<Record<string, unknown>>
  /** Oldest first. */
  readonly entries: readonly ReportedEntry[]
}

interface ReportedEntry extends TimedEntry {
  readonly index: number
  readonly subject: string
  readonly actor: string
  readonly correlation_id: string
}

/** Rows of entries in a report; all of them lie in the bundle beside it. */
const ROWS_MAX = 500

/** The report of a bundle as a page that can be read, printed and sent on; it holds all it needs and runs nothing. */
export function evidencePage(report: EvidenceReport): string {
  const { origin, size, madeAt, entries } = report
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${EVIDENCE_CSP}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Evidence of ${origin}</title>
<style>${new Html(EVIDENCE_STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<div class="page">
<header>
<h1>What happened, with proof</h1>
<p>${entries.length} of the ${size} entries that the log had, each with a proof that it stands in the log as it was written.</p>
<dl class="facts">${factsOf(report).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
</header>
<main id="content">
<h2>When</h2>
${timeline(entries)}
${kindsTable(entries)}
${entriesTable(entries)}
<h2>Before you believe it</h2>
<p>This page is what the instance says of itself. What proves it lies beside it, and <code>README.md</code> tells how to verify that, also without a program of ours. The key for it has to come by another way than this archive: keys in it prove nothing about who made it.</p>
<p>Entries that are not here were not asked for, or happened later; that none was left out shows only the whole log.</p>
</main>
<footer>Made ${minuteOf(madeAt)}. Times are what the instance said. Nothing on this page is run or loaded.</footer>
</div>
</body>
</html>
`.text
}

/** The same as text. */
export function evidenceMarkdown(report: EvidenceReport): string {
  const { size, madeAt, entries } = report
  const kinds = kindsOf(entries).map(({ type, count, first, last }) => [cell(type), String(count), first, last])
  const rows = entries
    .slice(0, ROWS_MAX)
    .map(({ index, time, type, subject, actor, correlation_id }) => [
      ...[`[${index}](entries/${index}.json)`, time],
      ...[type, subject, actor, correlation_id].map(cell),
    ])
  return `# What happened, with proof

${entries.length} of the ${size} entries that the log had, each with a proof that it stands in the log as it was written.

${table(
  ['', ''],
  factsOf(report).map(([name, value]) => [name, cell(value)]),
)}

## What

${table(['what', 'entries', 'first', 'last'], kinds)}

## Entries

${table(['entry', 'time', 'what', 'about', 'by', 'request'], rows)}
${entries.length > ROWS_MAX ? `\n${restWords(entries.length)}\n` : ''}
## Before you believe it

This is what the instance says of itself. What proves it lies beside it, and README.md tells how to verify that, also without a program
of ours. The key for it has to come by another way than this archive: keys in it prove nothing about who made it.

Made ${minuteOf(madeAt)}. Times are what the instance said.
`
}

function factsOf({ origin, size, query, entries }: EvidenceReport): readonly (readonly [string, string])[] {
  const asked = Object.entries(query).map(([name, value]) => `${name} ${String(value)}`)
  const actors = new Set(entries.map(({ actor }) => actor)).size
  const [first, last] = [entries[0], entries.at(-1)]
  return [
    ['Log', origin],
    ['Signed', `a checkpoint of ${size} entries`],
    ['Asked for', asked.length === 0 ? 'everything' : asked.join(', ')],
    ['Entries', first && last ? `${entries.length}, numbers ${first.index} to ${last.index}` : 'none'],
    ...(first && last ? [['Time', `${minuteOf(first.time)} to ${minuteOf(last.time)}`] as const] : []),
    ['Who acted', actors === 1 ? '1 subject' : `${actors} subjects`],
  ]
}

interface Kind {
  readonly type: string
  readonly count: number
  readonly first: string
  readonly last: string
}

const kindsOf = (entries: readonly ReportedEntry[]): readonly Kind[] =>
  [...Map.groupBy(entries, ({ type }) => type)]
    .map(([type, all]) => ({ type, count: all.length, first: all[0]?.time ?? '', last: all.at(-1)?.time ?? '' }))
    .toSorted((a, b) => b.count - a.count)

function kindsTable(entries: readonly ReportedEntry[]): Html | undefined {
  if (entries.length === 0) return undefined
  const rows = kindsOf(entries).map(
    ({ type, count, first, last }) =>
      html`<tr><td>${type}</td><td class="number">${count}</td><td class="time">${minuteOf(first)}</td><td class="time">${minuteOf(last)}</td></tr>
`,
  )
  return html`<h2 id="what">What</h2>
<div class="wide" role="region" aria-labelledby="what" tabindex="0"><table><thead><tr><th scope="col">What happened</th><th scope="col" class="number">Entries</th><th scope="col">First</th><th scope="col">Last</th></tr></thead>
<tbody>${rows}</tbody></table></div>`
}

function entriesTable(entries: readonly ReportedEntry[]): Html | undefined {
  if (entries.length === 0) return undefined
  const rows = entries.slice(0, ROWS_MAX).map(
    ({ index, time, type, subject, actor, correlation_id }) =>
      html`<tr><td class="number"><a href="entries/${index}.json">${index}</a></td><td class="time"><time datetime="${time}">${time.slice(0, 19).replace('T', ' ')}</time></td><td>${type}</td><td>${subject}</td><td>${actor}<br><span class="soft">${correlation_id}</span></td></tr>
`,
  )
  return html`<h2 id="entries">Entries</h2>
<div class="wide" role="region" aria-labelledby="entries" tabindex="0"><table><caption>Oldest first; times in UTC.${entries.length > ROWS_MAX ? ` ${restWords(entries.length)}` : ''}</caption>
<thead><tr><th scope="col" class="number">Entry</th><th scope="col">Time</th><th scope="col">What</th><th scope="col">About</th><th scope="col">By, and in which request</th></tr></thead>
<tbody>${rows}</tbody></table></div>`
}

const restWords = (count: number): string => `The first ${ROWS_MAX} of ${count}; the others lie in the folder entries.`
