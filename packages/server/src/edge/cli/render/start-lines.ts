import type { AnswerOf } from '@forge-cascade/contract'
import type { CascadeError } from '#base'
import type { LocalInstance } from '../local-instance.ts'
import { columnize, padRight, printable, wrap } from './text.ts'
import type { View } from './view.ts'
import { duration, number, plural } from './words.ts'

export interface ReadyFacts {
  readonly version: string
  readonly readyInS: number
  readonly dataDir: string
  readonly instance: LocalInstance
}

type Stats = AnswerOf<'capsuleStats'>

/** What became of the samples: how many capsules they made, or why there are none. */
export type SamplesOutcome =
  | { readonly kind: 'none' }
  | { readonly kind: 'imported'; readonly documents: number }
  | { readonly kind: 'failed'; readonly reason: string }

/** Where a started instance answers. */
export function readyLines({ version, readyInS, dataDir, instance }: ReadyFacts, view: View): string[] {
  const { paint } = view
  const rows = [
    ['address', instance.url ?? `the socket ${instance.socket}`],
    ...(instance.url === null ? [] : [['reference', `${instance.url}/reference`]]),
    ['data folder', dataDir],
    ['token', instance.tokenFile],
  ]
  return [
    `${paint.strong(`Forge Cascade ${version}`)} ${paint.good(`is ready in ${duration(readyInS)}`)}`,
    '',
    ...rows.map(([name = '', value = '']) => factLine(name, value, view)),
    ...missingLines(instance.boot.chunks, view),
  ]
}

/** What it knows, in line with where it answers. */
export const knowledgeLine = (stats: Stats, view: View): string => factLine('knows', knowledge(stats), view)

/** As wide as the longest name. */
const NAME_COLUMNS = 'data folder'.length

const factLine = (name: string, value: string, { paint }: View): string =>
  `  ${padRight(paint.faint(name), NAME_COLUMNS)}  ${value}`

function knowledge({ capsules, chunks, by_status }: Stats): string {
  if (capsules === 0) return 'nothing yet'
  const resting = Object.entries(by_status).filter(([status, count]) => status !== 'ACTIVE' && count > 0)
  // The counts of a status take chunks in, so documents and chunks can be told apart only while all are in use.
  if (resting.length > 0)
    return [`${number(by_status.ACTIVE ?? 0)} capsules and chunks in use`, ...resting.map(restingWords)].join(', ')
  const whole = plural(capsules - chunks, 'capsule')
  return chunks === 0 ? whole : `${whole}, the long ones cut into ${plural(chunks, 'chunk')}`
}

const restingWords = ([status, count]: [string, number]): string => `${number(count)} ${status.toLowerCase()}`

function missingLines(chunks: ReadyFacts['instance']['boot']['chunks'], { paint, width }: View): string[] {
  const missing = chunks.filter(({ status }) => status !== 'started')
  if (missing.length === 0) return []
  const lines = missing.flatMap(({ name, reason }) => wrap(`${name}: ${printable(reason ?? 'not up')}`, width, '  '))
  return ['', paint.warn('Ready without:'), ...lines]
}

export interface Known {
  readonly samples: SamplesOutcome
  /** How many there were before the samples. */
  readonly capsules: number
}

/** What to do next; a question is among it where something is there to answer it. */
export function tryLines({ samples, capsules }: Known, { command, paint }: View): string[] {
  const question = samples.kind === 'imported' ? 'what is a capsule?' : '<question>'
  const isAnswered = samples.kind === 'imported' || capsules > 0
  const rows = [
    ...(isAnswered ? [[command(`ask "${question}"`), 'an answer with its sources']] : []),
    [command('import <folder>'), 'your own notes or repository'],
    [command('--help'), 'everything else'],
  ]
  const lines = columnize(rows.map(([line = '', does = '']) => [`  ${line}`, paint.faint(does)]))
  return ['', 'Try in another terminal:', ...lines, '', paint.faint('Ctrl-C stops it.')]
}

/** Why it is not said what it knows, and what to do about it. */
export function uncountedLines({ code, detail }: CascadeError, view: View): string[] {
  const { paint, width, command } = view
  const isEmergency = code === 'EMERGENCY_ACTIVE'
  const rows = isEmergency
    ? [[command('emergency status'), 'who turned it on, and what lifts it']]
    : [[command('policy show'), 'the policies in force']]
  return [
    factLine('knows', 'not to be seen', view),
    ...wrap(paint.warn(printable(detail)), width),
    '',
    'Try in another terminal:',
    ...columnize(rows.map(([line = '', does = '']) => [`  ${line}`, paint.faint(does)])),
    '',
    paint.faint('Ctrl-C stops it.'),
  ]
}

/** What became of the sample knowledge, and how it goes away. */
export function samplesLines(outcome: SamplesOutcome, label: string, { paint, width, command }: View): string[] {
  if (outcome.kind === 'none') return []
  if (outcome.kind === 'failed')
    return wrap(paint.warn(`The sample knowledge was not read: ${printable(outcome.reason)}`), width)
  return [
    '',
    ...wrap(
      `The documentation is there as sample knowledge (${plural(outcome.documents, 'document')}). To remove it:`,
      width,
    ),
    `  ${command(`import --remove ${label}`)}`,
  ]
}
