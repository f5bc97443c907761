import { CascadeError, type Random } from '#base'
import type { CapsuleStep } from '../import/capsule-step.ts'
import { makeVersionDraft } from '../use-cases/draft.ts'
import type { SaidVersion } from './export-digest.ts'
import { type ExportedWho, toExportedDraft } from './exported-draft.ts'
import type { ExportedHistory } from './exported-history.ts'

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
  const isApart = before.valid_to !== version.valid_from
  if (!isApart && !isAddedToArchived(version, history)) return [next]
  return [archive(id, before.version, endOf(before, now)), next]
}

/** A version that was added to what was archived is without an end, and the capsule is archived all the same. */
const isAddedToArchived = ({ version, valid_to }: SaidVersion, { capsule }: ExportedHistory): boolean =>
  capsule.status === 'ARCHIVED' && valid_to === null && version === capsule.versions.at(-1)

/** Status and end of a capsule whose last version is written. */
export function statusSteps(
  last: SaidVersion,
  { capsule, document }: ExportedHistory,
  { now, wasArchived }: { readonly now: number; readonly wasArchived: boolean },
): readonly CapsuleStep[] {
  const { id, version } = last
  if (capsule.status === 'ACTIVE') {
    return wasArchived ? [{ kind: 'restore', id, version, withChunks: false }] : []
  }
  const goesAlong = document?.status === capsule.status
  const isOwnEnd = last.valid_to !== null && !(goesAlong && document?.validTo === last.valid_to)
  const ended = isOwnEnd ? [archive(id, version, endOf(last, now))] : []
  if (capsule.status === 'ARCHIVED' || goesAlong) return ended
  return [...ended, { kind: 'quarantine', id, version, withChunks: false }]
}

/** A document and its chunks together, after the chunks are there. */
export function documentSteps(
  id: string,
  {
    status,
    version,
    validTo,
  }: { readonly status: 'ARCHIVED' | 'QUARANTINED'; version: string; validTo: string | null },
): readonly CapsuleStep[] {
  const ended: CapsuleStep[] =
    validTo === null ? [] : [{ ...archive(id, version, Date.parse(validTo)), withChunks: true }]
  return status === 'ARCHIVED' ? ended : [...ended, { kind: 'quarantine', id, version, withChunks: true }]
}

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
