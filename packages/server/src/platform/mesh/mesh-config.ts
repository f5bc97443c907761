import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { sha256Hex } from '#base'
import type { RetryRule } from './back-off.ts'
import { type EventFilter, eventFilter } from './event-filter.ts'
import type { SinkKinds } from './mesh-sink.ts'
import { keysOf, remarksOf, unknownWord } from './mesh-words.ts'
import { TYPE_PATTERN } from './type-pattern.ts'

/** Of mesh.yml. Source: docs/concepts/mesh.md. */
export const MESH_FILE_LIMITS = {
  bytesMax: 1024 * 1024,
  routesMax: 100,
  patternsMax: 50,
  sinksMax: 10,
  attemptsMax: 100,
} as const

const HOUR_MS = 3_600_000
const UNITS = { ms: 1, s: 1000, m: 60_000, h: HOUR_MS } as const

/** `250ms`, `1s`, `5m`, `1h`, as milliseconds. */
const duration = (minMs: number, maxMs: number) =>
  z
    .string()
    .regex(/^\d{1,9}(?:ms|s|m|h)$/, { error: 'expected a duration such as 250ms, 1s, 5m or 1h' })
    .transform((text) => {
      const unit = text.replace(/^\d+/, '')
      // The pattern lets these units pass and no others.
      return Number.parseInt(text, 10) * UNITS[unit as keyof typeof UNITS]
    })
    .refine((ms) => ms >= minMs && ms <= maxMs, { error: `expected between ${minMs} ms and ${maxMs / 1000} s` })

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,59}$/, { error: 'expected a name of a-z, 0-9 and -, at most 60 characters' })

const RETRY = { attempts: 8, first: 1000, last: 300_000, timeout: 30_000 }

const retry = z.strictObject({
  attempts: z.int().min(1).max(MESH_FILE_LIMITS.attemptsMax).default(RETRY.attempts),
  first: duration(1, HOUR_MS).default(RETRY.first),
  last: duration(1, HOUR_MS).default(RETRY.last),
  timeout: duration(1, 10 * 60_000).default(RETRY.timeout),
})

const sink = z.looseObject({ kind: z.string(), name })

const route = z.strictObject({
  name,
  match: z
    .array(z.string().regex(TYPE_PATTERN, { error: 'expected a pattern such as cascade.capsule.* or **' }))
    .min(1)
    .max(MESH_FILE_LIMITS.patternsMax),
  filter: eventFilter.optional(),
  sinks: z.array(sink).min(1).max(MESH_FILE_LIMITS.sinksMax),
  retry: retry.default(RETRY),
  order: z.enum(['subject', 'none']).default('subject'),
  min_trust: z.int().min(1).max(100).default(40),
  from: z.enum(['now', 'beginning']).default('now'),
  paused: z.boolean().default(false),
})

const meshFile = z.strictObject({
  version: z.literal(1),
  routes: z.array(route).max(MESH_FILE_LIMITS.routesMax).default([]),
})

const keysAt = keysOf({
  top: Object.keys(meshFile.shape),
  route: Object.keys(route.shape),
  retry: Object.keys(retry.shape),
})

/** A sink of a route, with its options as its kind reads them. */
export interface SinkRow {
  readonly kind: string
  readonly name: string
  readonly options: Readonly<Record<string, unknown>>
}

/** A route as it was read. */
export interface MeshRoute {
  readonly name: string
  readonly match: readonly string[]
  readonly filter: EventFilter | undefined
  readonly sinks: readonly SinkRow[]
  readonly retry: RetryRule
  /** `subject`: events of one subject are delivered one after another, in the order of commits. */
  readonly order: 'subject' | 'none'
  /** Trust that whoever caused an event has to have. */
  readonly minTrust: number
  /** Where a route that is new begins. */
  readonly from: 'now' | 'beginning'
  readonly paused: boolean
}

export interface MeshConfig {
  /** SHA-256 of the text, hex. */
  readonly digest: string
  readonly routes: readonly MeshRoute[]
}

/** What is wrong with a mesh.yml, and where. */
export interface MeshProblem {
  /** From 1; undefined where it is the file as a whole. */
  readonly line: number | undefined
  /** `routes[0].match[1]`; empty for the whole. */
  readonly path: string
  readonly message: string
}

export type MeshReading =
  | { readonly ok: true; readonly config: MeshConfig; readonly warnings?: readonly MeshProblem[] }
  | { readonly ok: false; readonly problems: readonly MeshProblem[] }

/** No file: nothing is routed. */
export const NO_ROUTES: MeshConfig = { digest: sha256Hex(''), routes: [] }

/**
 * Reads the text of a mesh.yml, with the options of each sink by the schema of its kind. Never throws.
 *
 * @param looks whether each sink is looked at as well: keys that are not there, addresses that nothing is sent to.
 */
export function parseMesh(text: string, kinds: SinkKinds, { looks = false } = {}): MeshReading {
  if (Buffer.byteLength(text) > MESH_FILE_LIMITS.bytesMax)
    return wrong([{ line: undefined, path: '', message: `expected at most ${MESH_FILE_LIMITS.bytesMax} bytes` }])
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const lineAt = (offset: number) => lines.linePos(offset).line
  if (document.errors.length > 0)
    return wrong(
      document.errors.map(({ message, pos }) => ({ line: lineAt(pos[0]), path: '', message: firstLine(message) })),
    )
  const read = toValue(document)
  if (!read.ok) return wrong([{ line: undefined, path: '', message: read.message }])
  const parsed = meshFile.safeParse(read.value)
  const at = (path: readonly PropertyKey[], message: string): MeshProblem => ({
    line: lineOf(document, path, lineAt),
    path: spell(path),
    message,
  })
  const problems: MeshProblem[] = []
  const warnings: MeshProblem[] = []
  const tell: Tell = (path, message, severity = 'problem') =>
    void (severity === 'warning' ? warnings : problems).push(at(path, message))
  const rows = parsed.success ? parsed.data.routes : wellFormed(read.value)
  for (const [path, message] of remarksOf(parsed.error?.issues ?? [], keysAt)) tell(path, message)
  for (const [path, message] of doubles(rows)) tell(path, message)
  for (const [index, row] of rows.entries())
    for (const [place, one] of (row.sinks ?? []).entries())
      if (one !== undefined) readSink(one, { kinds, looks, path: ['routes', index, 'sinks', place], tell })
  if (!parsed.success) return wrong(problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)))
  const routes = parsed.data.routes.map((row, index) =>
    toRoute(row, kinds, (path, message) => tell(['routes', index, ...path], message)),
  )
  if (problems.length > 0) return wrong(problems)
  return { ok: true, config: { digest: sha256Hex(text), routes }, warnings }
}

type Tell = (path: readonly PropertyKey[], message: string, severity?: 'problem' | 'warning') => void

/** What of a route can be looked at, though something else in the file has no good form. */
interface PartRow {
  readonly name?: string | undefined
  readonly sinks?: readonly (z.output<typeof sink> | undefined)[]
}

/** Parts that are well formed, so that what is wrong with them is told in the same go. */
function wellFormed(value: unknown): readonly PartRow[] {
  const rows = loose.safeParse(value).data?.routes ?? []
  return rows.map((row) => {
    const found = z.looseObject({ name: z.unknown(), sinks: z.unknown() }).safeParse(row).data
    const sinks = z.array(z.unknown()).safeParse(found?.sinks).data ?? []
    return { name: name.safeParse(found?.name).data, sinks: sinks.map((one) => sink.safeParse(one).data) }
  })
}

const loose = z.looseObject({ routes: z.array(z.unknown()).max(MESH_FILE_LIMITS.routesMax) })

interface SinkReading {
  readonly kinds: SinkKinds
  readonly looks: boolean
  readonly path: readonly PropertyKey[]
  readonly tell: Tell
}

/** Tells what is wrong with a sink by its kind. */
function readSink({ kind, name: _, ...given }: z.output<typeof sink>, { kinds, looks, path, tell }: SinkReading): void {
  const known = kinds.get(kind)
  if (known === undefined) {
    tell([...path, 'kind'], unknownWord('kind', kind, [...kinds.keys()]))
    return
  }
  const options = known.options.safeParse(given)
  const members = Object.keys(known.options.shape)
  for (const [place, message] of remarksOf(options.error?.issues ?? [], () => members))
    tell([...path, ...place], message)
  if (!looks || !options.success) return
  for (const { option, message, severity } of known.look?.(options.data) ?? [])
    tell([...path, option], message, severity)
}

type Row = z.output<typeof route>

function toRoute(
  { filter, min_trust, retry: rule, sinks, ...rest }: Row,
  kinds: SinkKinds,
  tell: (path: readonly PropertyKey[], message: string) => void,
): MeshRoute {
  const { first, last, attempts, timeout } = rule
  if (last < first) tell(['retry', 'last'], 'expected at least as long as first')
  return {
    ...rest,
    filter,
    minTrust: min_trust,
    retry: { attempts, firstMs: first, lastMs: last, timeoutMs: timeout },
    sinks: sinks.map(({ kind, name: called, ...given }) => {
      const options = kinds.get(kind)?.options.safeParse(given)
      return { kind, name: called, options: options?.data ?? {} }
    }),
  }
}

/** Names that stand twice. */
function doubles(routes: readonly PartRow[]): (readonly [readonly PropertyKey[], string])[] {
  const found: (readonly [readonly PropertyKey[], string])[] = []
  const look = (names: readonly (string | undefined)[], path: (index: number) => readonly PropertyKey[]) => {
    for (const [index, one] of names.entries())
      if (one !== undefined && names.indexOf(one) < index) found.push([path(index), `the name ${one} stands twice`])
  }
  look(
    routes.map((one) => one.name),
    (index) => ['routes', index, 'name'],
  )
  for (const [index, { sinks = [] }] of routes.entries())
    look(
      sinks.map((one) => one?.name),
      (sink) => ['routes', index, 'sinks', sink, 'name'],
    )
  return found
}

type Document = ReturnType<typeof parseDocument>

/** Aliases that would grow without end are refused by the reader with an error of its own. */
function toValue(
  document: Document,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string } {
  try {
    return { ok: true, value: document.toJS({ maxAliasCount: 0 }) ?? {} }
  } catch (error) {
    return { ok: false, message: error instanceof Error ? firstLine(error.message) : 'it cannot be read' }
  }
}

/** Line of the nearest part of the path that is there. */
function lineOf(
  document: Document,
  path: readonly PropertyKey[],
  lineAt: (offset: number) => number,
): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true)
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range))
      return lineAt(Number(node.range[0]))
  }
  return undefined
}

const spell = (path: readonly PropertyKey[]): string =>
  path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('')

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? ''

const wrong = (problems: readonly MeshProblem[]): MeshReading => ({ ok: false, problems })

/** One line for a problem, as the log, health and `mesh lint` show it. */
export const problemInWords = ({ line, path, message }: MeshProblem): string =>
  `${line === undefined ? '' : `line ${line}: `}${path === '' ? '' : `${path}: `}${message}`
