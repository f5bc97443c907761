import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RECORD_TYPES, type RecordType } from '@forge-cascade/contract'
import { leafSchema } from '@forge-cascade/contract/records'
import { z } from 'zod'
import type { Generator } from './generator.ts'

const FOLDER = 'conformance/records/v1'
const FROZEN = `${FOLDER}/FROZEN`
const ROOT = join(import.meta.dirname, '../..')

/** The JSON Schema of the leaf of a kind. */
function schemaText(type: RecordType): string {
  const { $schema, description, ...schema } = z.toJSONSchema(leafSchema(type))
  return `${JSON.stringify({ $schema, title: type, description, ...schema }, null, 2)}\n`
}

const fileOf = (type: RecordType): string => `${type}.schema.json`
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** What `sha256sum --check` reads: two blanks between the digest and the name. */
const LINE = /^([0-9a-f]{64}) {2}(\S+)$/

/** Name of a file → its digest, as it was when the kind was published. @throws Error for a list that is none. */
export function readFrozen(text: string): ReadonlyMap<string, string> {
  const entries = text.split('\n').filter((line) => line !== '')
  return new Map(
    entries.map((line): [string, string] => {
      const [, digest, file] = LINE.exec(line) ?? []
      if (digest === undefined || file === undefined) throw new Error(`${FROZEN} has a line that is none: ${line}`)
      return [file, digest]
    }),
  )
}

/**
 * The list of what is frozen, with the kinds that are new in it.
 *
 * @param schemas name of a file → its text.
 * @throws Error for a kind that was published and is another now, or gone.
 */
export function freeze(frozen: ReadonlyMap<string, string>, schemas: ReadonlyMap<string, string>): string {
  for (const [file, digest] of frozen) {
    const text = schemas.get(file)
    if (text === undefined) throw new Error(`${file} is frozen and its kind is gone: readers of old logs need it.`)
    if (digestOf(text) !== digest)
      throw new Error(`${file} is frozen and would change: leave version 1 as it is, and give the record a version 2.`)
  }
  const lines = [...schemas].map(([file, text]) => `${digestOf(text)}  ${file}\n`)
  return lines.toSorted((a, b) => (a.slice(64) < b.slice(64) ? -1 : 1)).join('')
}

const schemas = (): ReadonlyMap<string, string> => new Map(RECORD_TYPES.map((type) => [fileOf(type), schemaText(type)]))

const frozenList: Generator = {
  path: FROZEN,
  write: () => freeze(readFrozen(readFileSync(join(ROOT, FROZEN), 'utf8')), schemas()),
}

/** The list comes first: where it refuses, no schema is written. */
export const recordSchemas: readonly Generator[] = [
  frozenList,
  ...RECORD_TYPES.map((type) => ({ path: `${FOLDER}/${fileOf(type)}`, write: () => schemaText(type) })),
]
