import type { ArchiveOutcome, ArchiveRestored, ArchiveSegment, ArchiveVerified } from '@forge-cascade/contract'
import { oneLine } from './text.ts'
import type { View } from './view.ts'
import { byteSize, minuteOf, plural } from './words.ts'

/** Capsules that stay, and objects of others, that are named one by one. */
const SHOWN = 10

/** What moved, or would. */
export function archivedLines(outcome: ArchiveOutcome, view: View): string[] {
  const { dry_run, segments, refused, more } = outcome
  const head = dry_run
    ? `Would move ${whatMoves(outcome)} (${byteSize(outcome.content_bytes)}). Nothing was moved.`
    : `Moved ${whatMoves(outcome)} (${byteSize(outcome.content_bytes)}).`
  return [
    head,
    ...segments.flatMap((segment) => segmentLines(segment, view)),
    ...refused
      .slice(0, SHOWN)
      .map(({ id, code, detail }) => `  ${id}  stays  ${view.paint.warn(code)}: ${oneLine(detail)}`),
    ...(refused.length > SHOWN ? [`  and ${refused.length - SHOWN} more that stay`] : []),
    ...(more ? [view.paint.faint('More are due: run it again.')] : []),
  ]
}

/** One segment. */
export const segmentLines = (segment: ArchiveSegment, { paint }: View): string[] => [
  `${paint.strong(segment.id)}  ${minuteOf(segment.made_at)}  ${segment.state}  ${segment.reason}`,
  `  ${whatMoves(segment)}, ${segment.away} of them away; ${byteSize(segment.bytes)} in ${oneLine(segment.place)}`,
]

/** What a look at segments came to. */
export function verifiedLines({ ok, segments, unknown, place }: ArchiveVerified, { paint }: View): string[] {
  const bad = segments.filter((segment) => !segment.ok)
  return [
    ...bad.map(({ segment, detail }) => `${segment}  ${paint.bad('damaged')}: ${oneLine(detail)}`),
    ok
      ? paint.good(`${plural(segments.length, 'segment')} in ${oneLine(place)}: whole.`)
      : `${bad.length} of ${plural(segments.length, 'segment')} in ${oneLine(place)} are damaged.`,
    ...unknown.slice(0, SHOWN).map((name) => paint.faint(`  of no segment of this store: ${name}`)),
    ...(unknown.length > SHOWN ? [paint.faint(`  and ${unknown.length - SHOWN} more`)] : []),
  ]
}

/** What came back. */
export const archiveRestoredLines = (restored: ArchiveRestored): string[] => [
  `Brought back ${whatMoves(restored)}.`,
  ...restored.here.slice(0, SHOWN).map((id) => `  ${id}  is here already`),
]

const whatMoves = ({ capsules, chunks, versions }: Pick<ArchiveRestored, 'capsules' | 'chunks' | 'versions'>): string =>
  [plural(capsules, 'capsule'), ...(chunks > 0 ? [plural(chunks, 'chunk')] : []), plural(versions, 'version')].join(
    ', ',
  )
