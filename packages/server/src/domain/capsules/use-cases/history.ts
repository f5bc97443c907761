import { setImmediate } from 'node:timers/promises'
import { toRfc3339 } from '#base'
import type { StoredCapsule } from '../capsule.ts'
import { VERSIONS_READ_MAX } from '../capsule-store.ts'
import {
  type BlamedLine,
  type BlameVersion,
  type Blaming,
  blamedLines,
  blameNext,
  NOTHING_BLAMED,
} from '../text/blame.ts'
import { diffFields, type FieldChange } from '../text/field-diff.ts'
import { type LineDiff, lineDiff, unifiedDiff } from '../text/line-diff.ts'
import { finishInTurns, STEPS_PER_YIELD, type Work } from '../text/turns.ts'
import type { CapsuleContext } from './context.ts'
import { namedBySource } from './named-by-source.ts'
import { getCapsule, getVersion } from './read-capsule.ts'

export interface CapsuleDiff {
  /** Null where there is nothing to compare with: `to` is the first version. */
  readonly from: string | null
  readonly to: string
  readonly lines: LineDiff
  readonly fields: readonly FieldChange[]
  readonly unified: string
}

/** What changed between two versions: by default, between the newest and the one before it. */
export async function diffVersions(
  context: CapsuleContext,
  id: string,
  from?: string,
  to?: string,
): Promise<CapsuleDiff> {
  const after = to === undefined ? await getCapsule(context, id) : await getVersion(context, id, to)
  const before = from === undefined ? await predecessor(context, after) : await getVersion(context, id, from)
  const lines = await finishInTurns(lineDiff(before?.content ?? '', after.content))
  const names = { from: before ? `${id}@${before.version}` : NO_FILE, to: `${id}@${after.version}` }
  const unified = await finishInTurns(unifiedDiff(lines, names))
  const fields = before ? diffFields(fieldsOf(before), fieldsOf(after)) : addedFields(after)
  return { from: before?.version ?? null, to: after.version, lines, fields, unified }
}

/** How a unified diff calls the side that is not there. */
const NO_FILE = '/dev/null'

/** Everything that the first version says; what it leaves open is nothing new. */
const addedFields = (version: StoredCapsule): readonly FieldChange[] =>
  diffFields({}, fieldsOf(version)).filter((change) => 'to' in change && !isOpen(change.to))

const isOpen = (value: unknown): boolean =>
  value === null || (typeof value === 'object' && Object.keys(value).length === 0)

async function predecessor(context: CapsuleContext, version: StoredCapsule): Promise<StoredCapsule | undefined> {
  if (version.ordinal === 1) return undefined
  const [name] = await numbersUpTo(context, version.id, version.ordinal - 1, 1)
  return name === undefined ? undefined : getVersion(context, version.id, name)
}

const SUMMARIES_PER_PAGE = 100

/** Numbers of the versions up to the one of that order, oldest first; of many the newest `most`. */
async function numbersUpTo(
  { store }: CapsuleContext,
  id: string,
  ordinal: number,
  most: number,
): Promise<readonly string[]> {
  const numbers: string[] = []
  let cursor: string | undefined
  do {
    const page = { limit: SUMMARIES_PER_PAGE, ...(cursor === undefined ? {} : { cursor }) }
    const { items, next } = await store.capsules.listVersions(id, page)
    for (const item of items) if (item.ordinal <= ordinal && numbers.length < most) numbers.push(item.version)
    cursor = numbers.length < most ? next : undefined
  } while (cursor !== undefined)
  return numbers.reverse()
}

const fieldsOf = ({
  type,
  title,
  tags,
  category,
  licence,
  licenceTerms,
  identity,
  lane,
  fold,
  metadata,
  source,
  parents,
}: StoredCapsule) => ({
  type,
  title,
  tags,
  category,
  licence,
  licence_terms: licenceTerms,
  identity,
  lane,
  fold,
  metadata,
  source,
  parents: parents.map(({ id, version, reason }) => ({ id, version, reason })),
})

export interface BlameResult {
  readonly version: string
  readonly lines: readonly (BlamedLine & { readonly commit: string | null })[]
}

/**
 * Which version introduced which line, up to the newest version or the one that is named. Versions are read one by one:
 * all the texts of a long history together may be larger than the memory, and others have their turn between them.
 */
export async function blameCapsule(
  context: CapsuleContext,
  id: string,
  version?: string,
  { versionsMax = VERSIONS_READ_MAX } = {},
): Promise<BlameResult> {
  const target = version === undefined ? await getCapsule(context, id) : await getVersion(context, id, version)
  const commits = new Map<string, string | null>()
  let blaming = NOTHING_BLAMED
  for (const number of await numbersUpTo(context, id, target.ordinal, versionsMax)) {
    const one = number === target.version ? target : await getVersion(context, id, number)
    commits.set(number, one.source?.kind === 'file' ? (one.source.commit ?? null) : null)
    blaming = await finishInTurns(blameNext(blaming, await toBlameVersion(context, one)))
    await setImmediate()
  }
  return { version: target.version, lines: await finishInTurns(withCommits(blaming, commits)) }
}

type CommittedLine = BlameResult['lines'][number]

function* withCommits(blaming: Blaming, commits: ReadonlyMap<string, string | null>): Work<CommittedLine[]> {
  const lines: CommittedLine[] = []
  for (const line of yield* blamedLines(blaming)) {
    lines.push({ ...line, commit: commits.get(line.version) ?? null })
    if (lines.length % STEPS_PER_YIELD === 0) yield
  }
  return lines
}

async function toBlameVersion({ subjects }: CapsuleContext, version: StoredCapsule): Promise<BlameVersion> {
  const author = namedBySource(version.source) ?? (await subjects.find(version.author))?.name ?? version.author
  return { version: version.version, content: version.content, at: toRfc3339(version.validFrom), author }
}
