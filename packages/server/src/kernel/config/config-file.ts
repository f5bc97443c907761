import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type * as Yaml from 'yaml'
import type { LineCounter, Node, YAMLMap, YAMLSeq } from 'yaml'
import { CascadeError, lazy, messageOf } from '#base'
import type { ConfigEntry, ConfigSource } from './config-entry.ts'
import { CONFIG_BRANCHES, CONFIG_KEYS, type ConfigKey } from './config-key.ts'
import type { ConfigOrigin } from './config-origin.ts'
import { type ConfigProblem, notAllowed, unknownKey, unreadable, wrongItem } from './config-problem.ts'
import { didYouMean } from './did-you-mean.ts'

/** Gives the text of a file, or undefined when there is none. Throws when it is there and cannot be read. */
export type ReadFile = (path: string) => string | undefined

export const FILE_BYTES_MAX = 256 * 1024

const require = createRequire(import.meta.url)
/** Most instances have no file, and the parser is more code than all of this folder. What is required is as its types say. */
const yaml = lazy(() => require('yaml') as typeof Yaml)

/** @throws CascadeError CONFIG_INVALID for more than 256 KiB; the system's own error when reading is not allowed. */
export const readConfigFile: ReadFile = (path) => {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  if (found.size > FILE_BYTES_MAX)
    throw new CascadeError('CONFIG_INVALID', `it has ${found.size} bytes, and at most ${FILE_BYTES_MAX} are read`)
  return readFileSync(path, 'utf8')
}

/**
 * Reads the values of a YAML 1.2 file with their lines. Key names are nested, as in the schema; a key without a value
 * counts as not set. Problems show no text of the file, which may hold secrets.
 */
export function parseConfigFile(path: string, text: string): ConfigSource {
  const { isMap, LineCounter, parseDocument } = yaml()
  const lines = new LineCounter()
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
    // The first error is the one to repair; those after it mostly follow from it.
    const broken = document.errors[0]
    if (broken !== undefined)
      return refused(`${path}:${lines.linePos(broken.pos[0]).line} is not YAML (${broken.code}). Correct this line.`)
    if (document.contents === null || isEmpty(document.contents)) return { entries: [], problems: [] }
    if (!isMap(document.contents)) return refused(`${path} must hold keys and values, such as "server:".`)
    return new FileReader(path, lines).read(document.contents)
  } catch (error) {
    // The parser recurses, so a file of thousands of brackets ends its stack.
    return refused(
      `${path} is not YAML that can be read (${error instanceof RangeError ? 'too deep' : messageOf(error)}).`,
    )
  }
}

class FileReader {
  readonly #path: string
  readonly #lines: LineCounter
  readonly #entries: ConfigEntry[] = []
  readonly #problems: ConfigProblem[] = []

  constructor(path: string, lines: LineCounter) {
    this.#path = path
    this.#lines = lines
  }

  read(map: YAMLMap): ConfigSource {
    this.#readMap(map, '')
    return { entries: this.#entries, problems: this.#problems }
  }

  #readMap(map: YAMLMap, prefix: string): void {
    const { isScalar } = yaml()
    for (const { key, value } of map.items) {
      if (!isScalar(key)) continue
      const name = `${prefix}${String(key.value)}`
      this.#readPair(name, String(key.value).includes('.'), key, isNode(value) ? value : null)
    }
  }

  #readPair(name: string, dotted: boolean, at: Node, value: Node | null): void {
    const origin = { kind: 'file', path: this.#path, line: this.#lineOf(at) } as const
    const { isMap } = yaml()
    const key = dotted ? undefined : CONFIG_KEYS.get(name)
    if (key !== undefined) {
      if (value !== null && !isEmpty(value)) this.#readValue(key, value, origin)
    } else if (CONFIG_BRANCHES.has(name) && !dotted) {
      if (isMap(value)) this.#readMap(value, `${name}.`)
      else if (value !== null && !isEmpty(value))
        this.#problems.push(unreadable(`${name} (${this.#path}:${origin.line}) holds other keys, not a value.`))
    } else this.#problems.push(unknownKey(name, origin, suggest(name, dotted)))
  }

  #readValue(key: ConfigKey, value: Node, origin: ConfigOrigin): void {
    const { isScalar, isSeq } = yaml()
    if (key.list && isSeq(value)) this.#readList(key, value, origin)
    else if (isScalar(value)) this.#add(key, value.value, origin)
    else this.#problems.push(notAllowed(key, key.list ? 'a map or an alias' : 'a list, a map or an alias', origin))
  }

  /** A list without items counts as not set, as a key without a value does. */
  #readList(key: ConfigKey, { items }: YAMLSeq, origin: ConfigOrigin): void {
    const texts = items.map(textOf)
    const wrong = texts.indexOf(undefined)
    if (wrong >= 0) this.#problems.push(wrongItem(key, wrong + 1, origin))
    else if (texts.length > 0) this.#add(key, texts.join(','), origin)
  }

  #add(key: ConfigKey, value: unknown, origin: ConfigOrigin): void {
    this.#entries.push({ key, value, textual: false, origin, baseDir: dirname(this.#path) })
  }

  #lineOf(node: Node): number {
    return this.#lines.linePos(node.range?.[0] ?? 0).line
  }
}

function suggest(name: string, dotted: boolean): string | undefined {
  const near = CONFIG_KEYS.has(name) ? name : didYouMean(name, [...CONFIG_KEYS.keys(), ...CONFIG_BRANCHES])
  return near !== undefined && dotted ? `${near} (one level of the file for each dot)` : near
}

/** The text of an item of a list; undefined for anything else, and for blanks alone. */
function textOf(item: unknown): string | undefined {
  const value = yaml().isScalar(item) ? item.value : undefined
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

const isEmpty = (node: Node): boolean => yaml().isScalar(node) && node.value === null
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'range' in value
const refused = (what: string): ConfigSource => ({ entries: [], problems: [unreadable(what)] })
