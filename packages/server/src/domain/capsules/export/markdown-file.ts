import { createRequire } from 'node:module'
import {
  exportedCapsuleFields,
  exportedVersion,
  exportedVersionFields,
  isShallow,
  JSON_LEVELS_MAX,
} from '@forge-cascade/contract'
import type * as Yaml from 'yaml'
import { z } from 'zod'
import { CascadeError, lazy, messageOf } from '#base'

const require = createRequire(import.meta.url)
/** Needed for files that a person has changed alone. What is required is as its types say. */
const yaml = lazy(() => require('yaml') as typeof Yaml)

/** Metadata of 64 KiB, 1000 parents and the rest, each character escaped. */
export const HEAD_BYTES_MAX = 8 * 1024 * 1024

/** The changes of a parent stand three levels below the head. */
export const HEAD_LEVELS_MAX = JSON_LEVELS_MAX + 3

/** The head of a file: a version, and for the newest one what belongs to the capsule as a whole. */
const versionHead = z.strictObject(exportedVersionFields)
const capsuleHead = z.strictObject({
  ...exportedVersionFields,
  ...exportedCapsuleFields,
  versions: exportedVersion.shape.version
    .array()
    .min(1)
    .describe('All versions, oldest first; the last is in this file.'),
})
export type CapsuleHead = z.infer<typeof capsuleHead>
export type VersionHead = z.infer<typeof versionHead>

const FENCE = '---\n'

/** A file of an export: its head as YAML, one member a line, each value also JSON; then the content as it is. */
export function toMarkdownFile(head: CapsuleHead | VersionHead, content: string): string {
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${toScalar(value)}\n`)
  return `${FENCE}${lines.join('')}${FENCE}${content}`
}

/** Words that YAML reads as the very same text without quotes: ids, times, names of things. */
const PLAIN =
  /^(?:\d+\.\d+\.\d+|(?![-+.\d]*[eE]?[-+.\d]*$)(?!0[xo])[A-Za-z0-9][A-Za-z0-9_.-]*(?::\d\d[A-Za-z0-9_.:-]*)?)$/
const RESERVED = new Set(['null', 'true', 'false', 'yes', 'no', 'on', 'off', 'y', 'n'])

function toScalar(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value) && !RESERVED.has(value.toLowerCase())) return value
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return `[${value.map(toJson).join(', ')}]`
  }
  return toJson(value)
}

/** What YAML does not take for printable is escaped, which JSON leaves open. */
const toJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** @throws CascadeError UNPROCESSABLE saying what is wrong with the file. */
export const parseCapsuleFile = (text: string) => parseFile(text, capsuleHead)

/** @throws CascadeError UNPROCESSABLE saying what is wrong with the file. */
export const parseVersionFile = (text: string) => parseFile(text, versionHead)

function parseFile<Head>(text: string, schema: z.ZodType<Head>): { readonly head: Head; readonly content: string } {
  const end = text.startsWith(FENCE) ? text.indexOf(`\n${FENCE}`, FENCE.length - 1) : -1
  if (end < 0 || end > HEAD_BYTES_MAX) throw unfit('it has no head between two lines ---')
  const data = readHead(text.slice(FENCE.length, end + 1))
  if (!isShallow(data, HEAD_LEVELS_MAX)) throw unfit(`its head is more than ${HEAD_LEVELS_MAX} levels deep`)
  const parsed = schema.safeParse(data)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw unfit(`its head: /${issue?.path.join('/') ?? ''} ${issue?.message ?? 'is not what it should be'}`)
  }
  return { head: parsed.data, content: text.slice(end + 1 + FENCE.length) }
}

/** An alias can name an alias: an export has none, so none is followed. */
const YAML_OPTIONS = {
  schema: 'core',
  maxAliasCount: 0,
  logLevel: 'error',
  prettyErrors: false,
  uniqueKeys: true,
} as const

/** Line by line as an export writes them; by YAML where a person has written otherwise. */
function readHead(text: string): unknown {
  const lines = readLines(text)
  if (lines) return lines
  try {
    const value: unknown = yaml().parse(text, YAML_OPTIONS)
    return JSON.parse(JSON.stringify(value ?? null))
  } catch (error) {
    throw unfit(`its head is no YAML: ${messageOf(error).slice(0, 200)}`)
  }
}

function readLines(text: string): Record<string, unknown> | undefined {
  const data: Record<string, unknown> = Object.create(null)
  for (const line of text.split('\n').slice(0, -1)) {
    const [, name, value] = /^([a-z_]{1,30}): (.+)$/.exec(line) ?? []
    if (name === undefined || value === undefined || name in data) return undefined
    const read = readValue(value)
    if (read === undefined) return undefined
    data[name] = read
  }
  return { ...data }
}

function readValue(text: string): unknown {
  if (PLAIN.test(text) && !RESERVED.has(text.toLowerCase())) return text
  try {
    return JSON.parse(text)
  } catch {
    // Not as an export writes it: the YAML reader decides.
    return undefined
  }
}

const unfit = (reason: string): CascadeError => new CascadeError('UNPROCESSABLE', reason)
