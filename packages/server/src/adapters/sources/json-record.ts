import { CAPSULE_LIMITS, type CapsuleCreate, capsuleCreate } from '@forge-cascade/contract'
import { toRfc3339 } from '#base'
import { toLabel } from '../../domain/capsules/import/index.ts'
import { isObject, type JsonObject, toObject, toText, toTime } from './chat-value.ts'

/** Names under which other programs write what a capsule has; the first that is there counts. */
const NAMES = {
  content: ['content', 'text', 'body', 'memory'],
  title: ['title', 'name'],
  date: ['date', 'created_at', 'valid_from'],
  id: ['id'],
} as const

type Known = Readonly<Record<keyof typeof NAMES, unknown>>

/** Members that are the capsule's own; what is left over is metadata. */
const NOT_METADATA: ReadonlySet<string> = new Set([
  ...Object.values(NAMES)
    .flat()
    .filter((name) => name !== 'id'),
  'tags',
  'metadata',
])

/**
 * The body of `POST /v2/capsules` for one element of a list: one that is such a body already, a text, or an object with a
 * text in it (as mem0 and others write them). Otherwise the reason why it is none.
 */
export function bodyOfRecord(value: unknown): CapsuleCreate | string {
  if (typeof value === 'string') return bodyOfObject({ content: value })
  if (!isObject(value)) return 'it is neither a text nor an object'
  return 'type' in value && capsuleCreate.safeParse(value).success ? (value as CapsuleCreate) : bodyOfObject(value)
}

function bodyOfObject(value: JsonObject): CapsuleCreate | string {
  const known = knownOf(value)
  const content = toText(known.content)
  if (content === undefined) return `it has no text: none of ${NAMES.content.join(', ')} holds one`
  const title = toLabel(known.title)
  const at = toTime(known.date)
  const tags = tagsOf(value.tags)
  const metadata = metadataOf(value)
  return {
    content: content.toWellFormed(),
    type: 'knowledge',
    ...(title === undefined ? {} : { title }),
    ...(tags.length === 0 ? {} : { tags: [...tags] }),
    ...(at === undefined ? {} : { valid_from: toRfc3339(at) }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  }
}

const knownOf = (value: JsonObject): Known => {
  const first = (names: readonly string[]): unknown => {
    const name = names.find((one) => Object.hasOwn(value, one))
    return name === undefined ? undefined : value[name]
  }
  return { content: first(NAMES.content), title: first(NAMES.title), date: first(NAMES.date), id: first(NAMES.id) }
}

function tagsOf(given: unknown): readonly string[] {
  const list = Array.isArray(given) ? given : typeof given === 'string' ? given.split(',') : []
  const labels = list.flatMap((tag) => toLabel(tag, CAPSULE_LIMITS.tagLengthMax) ?? [])
  return [...new Set(labels)].slice(0, CAPSULE_LIMITS.tagsMax)
}

/** What is left over beside what the object itself calls metadata; nothing when that is too much. */
function metadataOf(value: JsonObject): NonNullable<CapsuleCreate['metadata']> {
  const rest = Object.entries(value).filter(([name, one]) => !NOT_METADATA.has(name) && one !== null)
  // What was read as JSON is JSON.
  const metadata = { ...toObject(value.metadata), ...Object.fromEntries(rest) } as NonNullable<
    CapsuleCreate['metadata']
  >
  return Buffer.byteLength(JSON.stringify(metadata)) <= CAPSULE_LIMITS.metadataBytesMax ? metadata : {}
}
