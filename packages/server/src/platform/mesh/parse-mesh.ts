import { z } from 'zod'
import { sha256Hex } from '#base'
import { didYouMean, type FormFault, listFormFaults, readLinedYaml, type YamlPath } from '#config'
import type { MeshProblem, MeshReading, MeshRoute } from './mesh-config.ts'
import { MESH_FILE_LIMITS, meshFile, meshName, meshSink } from './mesh-form.ts'
import type { SinkKinds } from './mesh-sink.ts'

/**
 * Reads the text of a mesh.yml, with the options of each sink by the schema of its kind. Never throws.
 *
 * @param looks whether each sink is looked at as well: keys that are not there, addresses that nothing is sent to.
 */
export function parseMesh(text: string, kinds: SinkKinds, { looks = false } = {}): MeshReading {
  if (Buffer.byteLength(text) > MESH_FILE_LIMITS.bytesMax)
    return wrong([{ line: undefined, path: '', message: `expected at most ${MESH_FILE_LIMITS.bytesMax} bytes` }])
  const yaml = readLinedYaml(text)
  if (!yaml.ok) return wrong([{ ...yaml.fault, path: '' }])
  const { value = {}, lineOf } = yaml
  const problems: MeshProblem[] = []
  const warnings: MeshProblem[] = []
  const tell: Tell = (path, message, severity = 'problem') =>
    void (severity === 'warning' ? warnings : problems).push({ line: lineOf(path), path: spell(path), message })
  const parsed = meshFile.safeParse(value)
  const rows = parsed.success ? parsed.data.routes : wellFormed(value)
  for (const fault of listFormFaults(meshFile, value)) tell(fault.path, inWords(fault))
  for (const [path, message] of doubles(rows)) tell(path, message)
  for (const [index, row] of rows.entries())
    for (const [place, one] of (row.sinks ?? []).entries())
      if (one !== undefined) readSink(one, { kinds, looks, path: ['routes', index, 'sinks', place], tell })
  if (!parsed.success) return wrong(problems)
  const routes = parsed.data.routes.map((row, index) =>
    toRoute(row, kinds, (path, message) => tell(['routes', index, ...path], message)),
  )
  if (problems.length > 0) return wrong(problems)
  return { ok: true, config: { digest: sha256Hex(text), routes }, warnings }
}

type Tell = (path: YamlPath, message: string, severity?: 'problem' | 'warning') => void

function inWords(fault: FormFault): string {
  return fault.kind === 'value' ? fault.message : unknownWord('member', String(fault.path.at(-1)), fault.known)
}

/** That a word is none of those that are known, and which was likely meant. */
function unknownWord(what: string, word: string, known: readonly string[]): string {
  if (known.length === 0) return `there is no ${what} ${JSON.stringify(word)}: none is expected here`
  const near = didYouMean(word, known)
  const fix = near === undefined ? `Expected one of ${known.join(', ')}.` : `Did you mean ${near}?`
  return `there is no ${what} ${JSON.stringify(word)}. ${fix}`
}

type Sink = z.output<typeof meshSink>

/** What of a route can be looked at, though something else in the file has no good form. */
interface PartRow {
  readonly name?: string | undefined
  readonly sinks?: readonly (Sink | undefined)[]
}

const loose = z.looseObject({ routes: z.array(z.unknown()).max(MESH_FILE_LIMITS.routesMax) })

/** Parts that are well formed, so that what is wrong with them is told in the same go. */
function wellFormed(value: unknown): readonly PartRow[] {
  const rows = loose.safeParse(value).data?.routes ?? []
  return rows.map((row) => {
    const found = z.looseObject({ name: z.unknown(), sinks: z.unknown() }).safeParse(row).data
    const sinks = z.array(z.unknown()).safeParse(found?.sinks).data ?? []
    return { name: meshName.safeParse(found?.name).data, sinks: sinks.map((one) => meshSink.safeParse(one).data) }
  })
}

interface SinkReading {
  readonly kinds: SinkKinds
  readonly looks: boolean
  readonly path: YamlPath
  readonly tell: Tell
}

/** Tells what is wrong with a sink by its kind. */
function readSink({ kind, name: _, ...given }: Sink, { kinds, looks, path, tell }: SinkReading): void {
  const known = kinds.get(kind)
  if (known === undefined) {
    tell([...path, 'kind'], unknownWord('kind', kind, [...kinds.keys()]))
    return
  }
  const faults = listFormFaults(known.options, given)
  for (const fault of faults) tell([...path, ...fault.path], inWords(fault))
  if (!looks || faults.length > 0) return
  for (const { option, message, severity } of known.look?.(known.options.parse(given)) ?? [])
    tell([...path, option], message, severity)
}

type Row = z.output<typeof meshFile>['routes'][number]

function toRoute(
  { filter, min_trust, retry: rule, sinks, ...rest }: Row,
  kinds: SinkKinds,
  tell: (path: YamlPath, message: string) => void,
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
function doubles(routes: readonly PartRow[]): (readonly [YamlPath, string])[] {
  const found: (readonly [YamlPath, string])[] = []
  const look = (names: readonly (string | undefined)[], path: (index: number) => YamlPath) => {
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
      (place) => ['routes', index, 'sinks', place, 'name'],
    )
  return found
}

const spell = (path: YamlPath): string =>
  path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('')

const wrong = (problems: readonly MeshProblem[]): MeshReading => ({
  ok: false,
  problems: problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)),
})
