import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { canonicalJson } from '../../packages/server/src/base/index.ts'
import { type MetricSummary, summarize } from './metric-summary.ts'
import {
  digestOf,
  type KeptRecord,
  type Run,
  recordName,
  recordOf,
  recordText,
  summaryOf,
  type ValidationModule,
  type ValidationRecord,
  validationRecord,
} from './validation-record.ts'

/** Where records of this clone lie, from its root. */
export const RECORDS = 'artifacts'

const NAME = /^([a-z_]+)_validation_\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z\.json$/

/** Where in a folder of records something is not as it was written. */
export interface BrokenRecord {
  readonly file: string
  readonly reason: string
}

export interface CheckedRecords {
  readonly records: number
  /** Names of the modules that have any. */
  readonly modules: readonly string[]
  /** The first that does not hold, in the order of names. */
  readonly broken: BrokenRecord | undefined
}

/** What decides over speed and is no name. */
export const environmentHere = (): ValidationRecord['environment'] => ({
  node: process.versions.node,
  platform: process.platform,
  arch: process.arch,
  cores: availableParallelism(),
})

/**
 * Writes the record of a run beside those of its module.
 *
 * @returns its path.
 * @throws Error where the chain of the module is broken, the run is no sound one, or is not after the record before.
 */
export function writeRecord(folder: string, run: Run): string {
  mkdirSync(folder, { recursive: true })
  const { files, kept } = followable(folder, run.module)
  const record = validationRecord.parse(recordOf(run, kept))
  const name = recordName(record)
  const last = files.at(-1)
  if (last !== undefined && name <= last) throw new Error(`${name} is not after ${last}`)
  writeFileSync(join(folder, name), recordText(record), { flag: 'wx' })
  return join(folder, name)
}

/** @throws Error where the chain of the module is broken, so that no record can follow. */
export function assertFollowable(folder: string, module: ValidationModule): void {
  followable(folder, module)
}

function followable(folder: string, module: ValidationModule) {
  const files = existsSync(folder) ? namesIn(folder).filter((name) => moduleOf(name) === module) : []
  const { kept, broken } = readChain(folder, files)
  if (broken)
    throw new Error(
      `${join(folder, broken.file)}: ${broken.reason}; no record can follow it. Move the records of ${module} elsewhere.`,
    )
  return { files, kept }
}

/** @throws Error where the record in the file, or one before it, does not hold. */
export function assertHolds(path: string): void {
  const [folder, file] = [dirname(path), basename(path)]
  const before = namesIn(folder).filter((name) => moduleOf(name) === moduleOf(file) && name <= file)
  const { broken } = readChain(folder, before)
  if (broken) throw new Error(`${join(folder, broken.file)}: ${broken.reason}; what follows it is no evidence`)
}

/** Reads every record, works its numbers out again, and follows the digests from one to the next. */
export function checkRecords(folder: string): CheckedRecords {
  const names = existsSync(folder) ? namesIn(folder) : []
  const modules = [...new Set(names.map(moduleOf))]
  const broken = modules
    .map(
      (module) =>
        readChain(
          folder,
          names.filter((name) => moduleOf(name) === module),
        ).broken,
    )
    .filter((each) => each !== undefined)
  broken.sort((one, two) => (one.file < two.file ? -1 : 1))
  return { records: names.length, modules, broken: broken[0] }
}

const namesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => NAME.test(name))
    .sort()

const moduleOf = (name: string): string => NAME.exec(name)?.[1] ?? ''

/** The records of one module up to the first that does not hold. */
function readChain(
  folder: string,
  names: readonly string[],
): { readonly kept: readonly KeptRecord[]; readonly broken?: BrokenRecord } {
  const kept: KeptRecord[] = []
  for (const file of names) {
    const text = readFileSync(join(folder, file), 'utf8')
    const record = parseRecord(text)
    const reason = typeof record === 'string' ? record : troubleOf(file, text, record, kept)
    if (typeof record === 'string' || reason !== undefined) return { kept, broken: { file, reason: reason! } } // one of both
    kept.push({ record, sha256: digestOf(text) })
  }
  return { kept }
}

/** A record, or why it is none. */
export function parseRecord(text: string): ValidationRecord | string {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return 'it is not JSON'
  }
  const parsed = validationRecord.safeParse(json)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]! // a schema that refuses says where
  return `/${path.join('/')}: ${message}`
}

function troubleOf(
  file: string,
  text: string,
  record: ValidationRecord,
  before: readonly KeptRecord[],
): string | undefined {
  const own = troubleWithin(file, text, record)
  if (own !== undefined) return own
  const previous = before.at(-1)?.sha256 ?? null
  if (record.previous_sha256 !== previous)
    return `it follows ${record.previous_sha256 ?? 'none'}, and the record before it is ${previous ?? 'missing'}`
  return wrongNumbers(record, (metric) => summaryOf(metric, record, before))
}

/** What is wrong with a record by itself: all but what it was compared with and what it follows. */
export const troubleAlone = (file: string, text: string, record: ValidationRecord): string | undefined =>
  troubleWithin(file, text, record) ??
  wrongNumbers(record, (metric) => ({ ...summarize(metric.samples), compared: metric.summary.compared }))

function troubleWithin(file: string, text: string, record: ValidationRecord): string | undefined {
  if (text !== recordText(record)) return 'its bytes are not those that its members give'
  if (recordName(record) !== file) return `it says that it is ${recordName(record)}`
  return record.ended_at < record.started_at ? 'it ended before it began' : undefined
}

function wrongNumbers(
  { metrics }: ValidationRecord,
  summaryFor: (metric: ValidationRecord['metrics'][number]) => MetricSummary,
): string | undefined {
  const wrong = metrics.find((metric) => canonicalJson(metric.summary) !== canonicalJson(summaryFor(metric)))
  return wrong && `the numbers of ${JSON.stringify(wrong.name)} do not follow from its samples`
}
