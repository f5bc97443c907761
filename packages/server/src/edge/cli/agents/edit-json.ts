import {
  applyEdits,
  type Edit,
  findNodeAtLocation,
  getNodeValue,
  modify,
  type Node,
  type ParseError,
  parseTree,
} from 'jsonc-parser'
import { CascadeError } from '#base'

/** What stands at a path of a file. */
export interface Member {
  /** Of the file, for what is said about it. */
  readonly file: string
  /** Names of objects in one another, the last that of the member. */
  readonly path: readonly [string, string]
}

type Entry = Readonly<Record<string, unknown>>

/**
 * The text of a JSON file with comments, with the members of `entry` set in the object at a path, and everything else as
 * it was: order, comments, blanks. Members that are there and are not in `entry` stay.
 *
 * @throws CascadeError UNPROCESSABLE where the text is no JSON with comments, or no object stands where one should.
 */
export function setEntry(text: string, member: Member, entry: Entry): string {
  const [outer, name] = member.path
  if (rootOf(text, member) === undefined) return `${pretty({ [outer]: { [name]: entry } }, '  ', '\n')}\n`
  if (objectAt(text, member, 1) === undefined) return insert(text, member, 0, outer, { [name]: entry })
  const found = objectAt(text, member, 2)
  if (found === undefined) return insert(text, member, 1, name, entry)
  const before: Entry = getNodeValue(found)
  const edits = Object.entries(entry).filter(([key, value]) => JSON.stringify(before[key]) !== JSON.stringify(value))
  return edits.reduce(
    (edited, [key, value]) => applyEdits(edited, modify(edited, [...member.path, key], value, {})),
    text,
  )
}

/** The text without what stands at a path. @throws CascadeError as {@link setEntry}. */
export function takeEntry(text: string, member: Member): string {
  if (rootOf(text, member) === undefined || objectAt(text, member, 1) === undefined) return text
  if (objectAt(text, member, 2) === undefined) return text
  return applyEdits(text, modify(text, [...member.path], undefined, {}))
}

/** The tree of a text; undefined for one that holds nothing. */
function rootOf(text: string, { file }: Member): Node | undefined {
  const errors: ParseError[] = []
  const root = text.trim() === '' ? undefined : parseTree(text, errors, { allowTrailingComma: true })
  if (errors.length === 0) return root
  throw new CascadeError('UNPROCESSABLE', `${file} is no JSON, from character ${errors[0]?.offset ?? 0} on.`)
}

/** The object at the first `depth` names of a path; undefined where nothing is. */
function objectAt(text: string, member: Member, depth: number): Node | undefined {
  const path = member.path.slice(0, depth)
  const root = rootOf(text, member)
  const node = root && [...path.keys(), path.length].map((upTo) => findNodeAtLocation(root, path.slice(0, upTo)))
  const wrong = node?.findIndex((one) => one !== undefined && one.type !== 'object') ?? -1
  if (wrong < 0) return node?.at(-1)
  throw new CascadeError(
    'UNPROCESSABLE',
    `${member.file} holds no object at /${path.slice(0, wrong).join('/')}, where servers have their place.`,
  )
}

/** Puts a member before the others of an object, where no comment stands that is about another. */
function insert(text: string, member: Member, depth: number, name: string, value: Entry): string {
  const object = objectAt(text, member, depth)
  if (object === undefined) return text
  const inside = text.slice(object.offset + 1, object.offset + object.length - 1)
  const [eol, indent] = [text.includes('\r\n') ? '\r\n' : '\n', indentOf(text)]
  const isEmpty = inside.trim() === ''
  const here = /[ \t]*$/.exec(text.slice(0, text.indexOf('"', object.offset + 1)))?.[0] ?? ''
  const begins = lineIndent(text, object.offset)
  const isOneLine = !isEmpty && !inside.includes('\n')
  if (isOneLine) return applyEdits(text, [at(object.offset + 1, `${JSON.stringify(name)}: ${JSON.stringify(value)}, `)])
  const inner = isEmpty ? begins + indent : here
  const written = `${JSON.stringify(name)}: ${pretty(value, indent, eol).replaceAll(eol, eol + inner)}`
  if (!isEmpty) return applyEdits(text, [at(object.offset + 1, `${eol}${inner}${written},`)])
  const length = object.length - 2
  return applyEdits(text, [{ offset: object.offset + 1, length, content: `${eol}${inner}${written}${eol}${begins}` }])
}

const at = (offset: number, content: string): Edit => ({ offset, length: 0, content })

const pretty = (value: unknown, indent: string, eol: string): string =>
  JSON.stringify(value, null, indent).replaceAll('\n', eol)

/** One step of indentation, as the file has it; two blanks where it says nothing. */
const indentOf = (text: string): string => /^(?<blanks>[ \t]+)\S/m.exec(text)?.groups?.blanks ?? '  '

/** What the line of a place begins with. */
function lineIndent(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset) + 1, offset)
  return /^[ \t]*/.exec(line)?.[0] ?? ''
}
