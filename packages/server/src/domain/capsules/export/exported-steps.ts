import { CascadeError, type Random } from '#base'
import type { CapsuleStep } from '../import/capsule-step.ts'
import { makeVersionDraft } from '../use-cases/draft.ts'
import type { SaidVersion } from './export-digest.ts'
import { type ExportedWho, toExportedDraft } from './exported-draft.ts'
import { type ExportedDocument, type ExportedHistory, goesAlong } from './exported-history.ts'

/** A version that is to be written, with what is needed to do so. */
export interface ExportedStep {
  readonly version: SaidVersion
  readonly before: SaidVersion | undefined
  readonly who: ExportedWho
}

/** The capsule begins, or goes on. Where there was a time without a valid version, it is archived over that time. */
export function versionSteps(
  { version, before, who }: ExportedStep,
  history: ExportedHistory,
  { random, now }: { readonly random: Random; readonly now: number },
): readonly CapsuleStep[] {
  const draft = toExportedDraft(version, who, random)
  if (!before) return [{ kind: 'create', draft, dedupe: 'none' }]
  const { id } = version
  const next: CapsuleStep = {
    kind: 'version',
    draft: makeVersionDraft(draft, version.version, version.version_reason),
    before: before.version,
  }
  const isLeftArchived = isAddedToArchived(version, history)
  if (before.valid_to === version.valid_from && !isLeftArchived) return [next]
  const ended = archive(id, before.version, endOf(before, now))
  // What is archived is not archived again: so that it can be, it comes back with its next version.
  const back = { kind: 'restore', id, version: version.version, withChunks: false } as const
  return isLeftArchived ? [ended, next] : [ended, next, back]
}

/** A version that was added to what was archived is without an end, and the capsule is archived all the same. */
const isAddedToArchived = ({ version, valid_to }: SaidVersion, { capsule }: ExportedHistory): boolean =>
  capsule.status === 'ARCHIVED' && valid_to === null && version === capsule.versions.at(-1)

/** Status and end of a capsule whose last version is written. */
export function statusSteps(
  last: SaidVersion,
  { capsule, document }: ExportedHistory,
  now: number,
): readonly CapsuleStep[] {
  const { id, version } = last
  if (capsule.status === 'ACTIVE') return []
  const isAlong = goesAlong({ status: capsule.status, validTo: last.valid_to }, document)
  const hasOwnEnd = last.valid_to !== null && !(isAlong && document?.validTo === last.valid_to)
  const ended = hasOwnEnd ? [archive(id, version, endOf(last, now))] : []
  if (capsule.status === 'ARCHIVED' || isAlong) return ended
  return [...ended, { kind: 'quarantine', id, version, withChunks: false }]
}

/** A document and its chunks together, after the chunks are there; those with a status of their own get it back. */
export function documentSteps(
  id: string,
  { status, version, validTo, apart, unended }: ExportedDocument,
): readonly CapsuleStep[] {
  const ended: CapsuleStep[] =
    validTo === null ? [] : [{ ...archive(id, version, Date.parse(validTo)), withChunks: true }]
  const back = apart.map((chunk) => alone(chunk, chunk.status === 'ACTIVE' ? 'restore' : 'archive'))
  if (status === 'ARCHIVED') return [...ended, ...back]
  const begun = validTo === null ? [] : unended.map((chunk) => alone(chunk, 'restore'))
  return [...ended, ...begun, { kind: 'quarantine', id, version, withChunks: true }, ...back]
}

const alone = (
  { id, version }: { readonly id: string; readonly version: string },
  kind: 'restore' | 'archive',
): CapsuleStep => ({ kind, id, version, withChunks: false })

const archive = (id: string, version: string, at: number) =>
  ({ kind: 'archive', id, version, withChunks: false, at }) as const satisfies CapsuleStep

/** @throws CascadeError UNPROCESSABLE for an end that has not come: it cannot have been recorded. */
function endOf({ version, valid_from, valid_to }: SaidVersion, now: number): number {
  const at = Date.parse(valid_to ?? valid_from)
  if (at <= now || valid_to === valid_from) return at
  throw new CascadeError('UNPROCESSABLE', `version ${version} ends at ${valid_to}, which has not come yet`)
}

/**
 * Checks that versions can follow each other as they say.
 *
 * @throws CascadeError UNPROCESSABLE saying what cannot be.
 */
export function checkSuccession(version: SaidVersion, before: SaidVersion | undefined, isLast: boolean): void {
  const [from, to] = [Date.parse(version.valid_from), version.valid_to === null ? null : Date.parse(version.valid_to)]
  if (!before && version.version !== '1.0.0') throw unfit(version, 'a first version is 1.0.0')
  if (to !== null && to < from) throw unfit(version, 'it ends before it begins')
  if (to === null && !isLast) throw unfit(version, 'it has no end, and another one follows')
  if (before && Date.parse(before.valid_to ?? '') > from)
    throw unfit(version, 'it begins before the one before it ends')
}

const unfit = ({ version }: SaidVersion, why: string): CascadeError =>
  new CascadeError('UNPROCESSABLE', `version ${version} cannot be: ${why}`)
