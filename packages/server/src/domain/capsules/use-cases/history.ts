import { CascadeError, toRfc3339 } from '#base'
import type { StoredCapsule } from '../capsule.ts'
import { type BlamedLine, type BlameVersion, blame } from '../text/blame.ts'
import { diffFields, type FieldChange } from '../text/field-diff.ts'
import { type LineDiff, lineDiff, unifiedDiff } from '../text/line-diff.ts'
import type { CapsuleContext } from './context.ts'
import { namedBySource } from './named-by-source.ts'
import { getCapsule, getVersion } from './read-capsule.ts'

export interface CapsuleDiff {
  readonly from: string
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
  const lines = lineDiff(before.content, after.content)
  const names = { from: `${id}@${before.version}`, to: `${id}@${after.version}` }
  const unified = unifiedDiff(before.content, after.content, names)
  return {
    from: before.version,
    to: after.version,
    lines,
    fields: diffFields(fieldsOf(before), fieldsOf(after)),
    unified,
  }
}

async function predecessor({ store }: CapsuleContext, version: StoredCapsule): Promise<StoredCapsule> {
  if (version.ordinal === 1) return { ...version, content: '' }
  const all = await store.capsules.readVersions(version.id)
  return all.find(({ ordinal }) => ordinal === version.ordinal - 1) ?? { ...version, content: '' }
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

/** Which version introduced which line, up to the newest version or the one that is named. */
export async function blameCapsule(context: CapsuleContext, id: string, version?: string): Promise<BlameResult> {
  const target = version === undefined ? await getCapsule(context, id) : await getVersion(context, id, version)
  const versions = (await context.store.capsules.readVersions(id)).filter(({ ordinal }) => ordinal <= target.ordinal)
  if (versions.length === 0) throw new CascadeError('NOT_FOUND', `Capsule ${id} has no versions to blame.`)
  const commits = new Map(
    versions.map((one) => [one.version, one.source?.kind === 'file' ? (one.source.commit ?? null) : null]),
  )
  const lines = blame(await Promise.all(versions.map((one) => toBlameVersion(context, one))))
  return {
    version: target.version,
    lines: lines.map((line) => ({ ...line, commit: commits.get(line.version) ?? null })),
  }
}

async function toBlameVersion({ subjects }: CapsuleContext, version: StoredCapsule): Promise<BlameVersion> {
  const author = namedBySource(version.source) ?? (await subjects.find(version.author))?.name ?? version.author
  return { version: version.version, content: version.content, at: toRfc3339(version.validFrom), author }
}
