import type { AnswerOf, ImportFile, ImportJob } from '@forge-cascade/contract'
import { quoteForShell } from '../shell-word.ts'
import {
  columnize,
  exactLine,
  fitColumns,
  oneLine,
  printable,
  shorten,
  shortenMiddle,
  wrap,
  wrapAdvice,
} from './text.ts'
import type { View } from './view.ts'
import { ago, duration, number, plural } from './words.ts'

const BAR_CELLS = 20
/** Files named for each reason; the rest is counted. */
const NAMED_MAX = 3
/** Columns of a name in a report: a longer one is cut in its middle. */
const NAME_COLUMNS_MAX = 120
/** Columns of the longest state of a file, which is `unchanged`. */
const STATE_COLUMNS = 9
/** On a narrower terminal an import takes a line for its id and others for the rest. */
const LIST_WIDTH_MIN = 80

/** `[#####---------------] 90 of 240 files · 220/s · 1 s left · guides/a.md`, cut to the width. */
export function progressLine(job: ImportJob, width: number): string {
  const line = [countWords(job), rateWords(job), etaWords(job), job.current === null ? '' : oneLine(job.current)]
  return shorten(`${barOf(job)}${line.filter((part) => part !== '').join(' · ')}`, width - 1)
}

function barOf({ files_done, files_total }: ImportJob): string {
  if (files_total === null) return ''
  const share = files_total === 0 ? 1 : Math.min(1, files_done / files_total)
  const filled = Math.floor(share * BAR_CELLS)
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_CELLS - filled)}] `
}

const countWords = ({ files_done, files_total }: ImportJob): string =>
  files_total === null
    ? `counting: ${plural(files_done, 'file')} so far`
    : `${number(files_done)} of ${plural(files_total, 'file')}`

const rateWords = ({ rate_per_s }: ImportJob): string =>
  rate_per_s === null ? '' : `${number(Math.round(rate_per_s))}/s`
const etaWords = ({ eta_s }: ImportJob): string => (eta_s === null ? '' : `${timeLeft(eta_s)} left`)
/** An estimate has no tenths. */
const timeLeft = (seconds: number): string => (seconds < 10 ? `${Math.ceil(seconds)} s` : duration(seconds))

const STATES: Readonly<Record<ImportJob['state'], string>> = {
  running: 'Importing',
  completed: 'Imported',
  failed: 'Failed',
  cancelled: 'Stopped',
  interrupted: 'Interrupted',
  removed: 'Removed',
}

/** What an import did: the counts, the reasons for what was left out, and what to do next. */
export function importLines(job: ImportJob, files: readonly ImportFile[], view: View): string[] {
  return [...summaryLines(job, view), ...reasonLines(files, job, view), ...nextLines(job, view)]
}

/** How an import stands, and its counts. */
export function summaryLines(job: ImportJob, { paint, width }: View): string[] {
  const colour = job.state === 'completed' || job.state === 'running' ? paint.good : paint.warn
  const took = job.finished_at === null ? '' : ` in ${duration(secondsOf(job))}`
  return [
    `${colour(STATES[job.state])}: ${printable(job.path)}${took}`,
    ...columnize(countRows(job)).map((line) => `  ${line}`),
    ...linkLines(job).map((line) => `  ${line}`),
    ...(job.problem === null ? [] : wrap(paint.bad(printable(job.problem)), width)),
  ]
}

const FILE_COLOURS: Partial<Record<ImportFile['state'], 'bad' | 'warn'>> = { failed: 'bad', skipped: 'warn' }

/** `skipped    logo.png: a picture`: one file on one line, however long. */
export function fileLine({ path, state, reason }: ImportFile, { paint }: View): string {
  const colour = FILE_COLOURS[state]
  const word = state.padEnd(STATE_COLUMNS)
  const why = reason === null ? '' : `: ${oneLine(reason)}`
  return `${colour === undefined ? word : paint[colour](word)}  ${exactLine(path)}${why}`
}

/** `2026-03-01 09:00:00Z  3 files taken in (1 capsule created, 2 versions added)`: one run of a watch. */
export function changeLine(job: ImportJob): string {
  const { imported, failed, updated_at, problem } = job
  const words = [
    imported > 0 ? `${plural(imported, 'file')} taken in (${madeWords(job)})` : '',
    failed > 0 ? `${plural(failed, 'file')} failed` : '',
    problem === null ? '' : printable(problem),
  ].filter((part) => part !== '')
  return `${updated_at.replace('T', ' ').replace(/\.\d+Z$/, 'Z')}  ${words.join(', ')}`
}

/** What became of the links between the notes of a vault. */
function linkLines({ links }: ImportJob): string[] {
  if (!links) return []
  const { made, removed, ambiguous, unresolved } = links
  const parts = [
    made > 0 ? `${plural(made, 'link')} between notes made` : '',
    removed > 0 ? `${plural(removed, 'link')} removed` : '',
    unresolved > 0 ? `${plural(unresolved, 'link')} to no note` : '',
    ambiguous > 0 ? `${plural(ambiguous, 'link')} to more than one note` : '',
  ].filter((part) => part !== '')
  return parts.length === 0 ? [] : [parts.join(', ')]
}

const secondsOf = ({ started_at, finished_at }: ImportJob): number =>
  Math.max(0, (Date.parse(finished_at ?? started_at) - Date.parse(started_at)) / 1000)

function countRows(job: ImportJob): string[][] {
  const rows: [string, number, string][] = [
    ['imported', job.imported, madeWords(job)],
    ['unchanged', job.unchanged, ''],
    ['skipped', job.skipped, ''],
    ['failed', job.failed, ''],
  ]
  return rows
    .filter(([name, count]) => count > 0 || name === 'imported')
    .map(([name, count, more]) => [number(count), name, more])
}

const madeWords = ({ imported, capsules_created, versions_added }: ImportJob): string =>
  imported === 0 ? '' : `${plural(capsules_created, 'capsule')} created, ${plural(versions_added, 'version')} added`

/** Skipped and failed files, grouped by their reason, the most frequent reason first. */
function reasonLines(files: readonly ImportFile[], job: ImportJob, view: View): string[] {
  const groups = [...Map.groupBy(files, ({ state, reason }) => `${state}: ${oneLine(reason ?? 'no reason given')}`)]
  groups.sort(([, a], [, b]) => b.length - a.length)
  const lines = groups.flatMap(([reason, each]) => groupLines(reason, each, view))
  const unseen = Math.max(0, job.skipped + job.failed - files.length)
  const rest = unseen > 0 ? [view.paint.faint(`${number(unseen)} more are not listed here.`)] : []
  const isCut = unseen > 0 || groups.some(([, each]) => each.length > NAMED_MAX)
  const all = `Every file with its reason: ${view.command(`import --show ${quoteForShell(job.id)} --files`)}`
  return lines.length === 0 ? [] : ['', ...lines, ...rest, ...(isCut ? [view.paint.faint(all)] : [])]
}

function groupLines(reason: string, files: readonly ImportFile[], { paint, width }: View): string[] {
  const names = files.slice(0, NAMED_MAX).map(({ path }) => shortenMiddle(oneLine(path), NAME_COLUMNS_MAX))
  const more = files.length > NAMED_MAX ? `, and ${number(files.length - NAMED_MAX)} more` : ''
  const head = wrapAdvice(`${plural(files.length, 'file')} ${reason}`, width)
  return [
    ...(files[0]?.state === 'failed' ? head.map(paint.bad) : head),
    ...wrap(`${names.join(', ')}${more}`, width, '  '),
  ]
}

function nextLines(job: ImportJob, { command, paint }: View): string[] {
  const name = job.label ?? job.id
  if (job.state === 'cancelled' || job.state === 'interrupted')
    return ['', 'To go on where it stopped, run the same import again.']
  if (job.state === 'completed' && job.files_total === 0) return ['', emptyWords(job)]
  if (job.state === 'completed' && job.imported > 0)
    return ['', paint.faint(`To take it out again: ${command(`import --remove ${quoteForShell(name)}`)}`)]
  return []
}

/** What it was read as may be a guess, and is then what was wrong. */
const emptyWords = ({ kind }: ImportJob): string =>
  kind === 'folder'
    ? 'There is no file in it that could be read.'
    : `There is nothing in it that could be read as ${kind}; --kind says that it is something else.`

/** Imports, newest first. */
export function importListLines({ items, next_cursor }: AnswerOf<'listImports'>, view: View): string[] {
  if (items.length === 0) return ['Nothing was imported yet.', `  ${view.command('import <folder>')}`]
  const rows = items.map((job) => [
    STATES[job.state].toLowerCase(),
    plural(job.files_done, 'file'),
    ago(job.updated_at, view.now),
    oneLine(job.label === null ? job.path : `${job.label} (${job.path})`),
  ])
  const older = next_cursor === null ? [] : ['… and older ones']
  const ids = items.map(({ id }) => id)
  if (view.width >= LIST_WIDTH_MIN)
    return [
      ...fitColumns(
        rows.map((row, at) => [ids[at] ?? '', ...row]),
        view.width,
      ),
      ...older,
    ]
  const indented = rows.map((row) => row.map((cell, at) => (at === 0 ? `  ${cell}` : cell)))
  return [...ids.flatMap((id, at) => [id, ...fitColumns(indented.slice(at, at + 1), view.width)]), ...older]
}
