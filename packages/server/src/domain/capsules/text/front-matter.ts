import { createRequire } from 'node:module'
import { isShallow, JSON_LEVELS_MAX } from '@forge-cascade/contract'
import type * as Yaml from 'yaml'
import { lazy, messageOf } from '#base'

export interface FrontMatter {
  /** The fields as plain JSON data; empty when there are none or they cannot be read. */
  readonly data: Readonly<Record<string, unknown>>
  /** UTF-16 offset at which the document's own text begins; 0 without front matter. */
  readonly bodyStart: number
  /** Why a block that looks like front matter gave no data. */
  readonly problem?: string
}

/** More is a data file, not the head of a note. */
export const FRONT_MATTER_CHARS_MAX = 32_768
/** An alias can name an alias: without a limit, nine lines of YAML are a gigabyte ("billion laughs"). */
export const ALIASES_MAX = 20
const PROBLEM_CHARS_MAX = 200

const require = createRequire(import.meta.url)
/** Needed by imports alone. What is required is as its types say. */
const yaml = lazy(() => require('yaml') as typeof Yaml)

const OPENING = /^\ufeff?---[ \t]*(?:\r\n|\n)/
const CLOSING = /^(?:---|\.\.\.)[ \t]*(?:\r\n|\n|$)/m

/**
 * The YAML fields at the head of a Markdown document, between a first line `---` and the next `---` or `...`. YAML 1.2,
 * core schema: dates stay text. Text between two rules that is no mapping belongs to the document. Nothing in a document
 * makes this throw: fields that cannot be read are a `problem`, and the body still begins after them.
 */
export function parseFrontMatter(text: string): FrontMatter {
  const opening = OPENING.exec(text)
  if (!opening) return NONE
  const yamlStart = opening[0].length
  const closing = CLOSING.exec(text.slice(yamlStart, yamlStart + FRONT_MATTER_CHARS_MAX))
  if (!closing) return NONE
  const bodyStart = yamlStart + closing.index + closing[0].length
  const fields = text.slice(yamlStart, yamlStart + closing.index)
  return fields.trim() === '' ? { data: {}, bodyStart } : readFields(fields, bodyStart)
}

const NONE: FrontMatter = { data: {}, bodyStart: 0 }

function readFields(text: string, bodyStart: number): FrontMatter {
  try {
    const data = parseMapping(text)
    return data ? { data, bodyStart } : NONE
  } catch (error) {
    return { data: {}, bodyStart, problem: messageOf(error).slice(0, PROBLEM_CHARS_MAX) }
  }
}

/** Written to JSON and read back, so that what JSON cannot say (`.nan`, a cycle) is null or a problem here, not later. */
function parseMapping(text: string): Record<string, unknown> | undefined {
  const value: unknown = yaml().parse(text, {
    schema: 'core',
    maxAliasCount: ALIASES_MAX,
    logLevel: 'error',
    prettyErrors: false,
  })
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const data: Record<string, unknown> = JSON.parse(JSON.stringify(value), withoutPrototype)
  if (!isShallow(data)) throw new Error(`its fields are more than ${JSON_LEVELS_MAX} deep in one another`)
  return data
}

/** A field of this name is lost or comes back, by how an object is copied: it is none. */
const withoutPrototype = (name: string, value: unknown): unknown => (name === '__proto__' ? undefined : value)
