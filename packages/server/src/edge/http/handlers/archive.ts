import { ARCHIVE_LIMITS, type ArchiveRequest, type ArchiveSegment } from '@forge-cascade/contract'
import { toRfc3339 } from '#base'
import { type ArchiveTarget, olderThan, requireWhole, type SegmentRow } from '#capsules'
import type { HandlersFor, OperationsOf } from '../handler.ts'
import type { HandlerContext } from './handler-context.ts'

/** Segments of the archive. */
export function archiveHandlers({ capsules, archive }: HandlerContext): HandlersFor<OperationsOf<'Archive'>> {
  const { archives, retention } = archive
  const present = async (row: SegmentRow): Promise<ArchiveSegment> => ({
    ...presentSegment(row),
    away: await archives.countAway(row),
  })
  const targetOf = (body: ArchiveRequest): ArchiveTarget => {
    if (body.ids) return { kind: 'named', ids: body.ids }
    if (body.older_than_days === undefined) return retention()
    return olderThan(body.older_than_days, body, capsules.clock())
  }
  return {
    archiveCapsules: async ({ call: asked, body, decideEach }) => {
      const call = { ...asked, decideEach: decideEach('capsule.offload') }
      const target = targetOf(body)
      const outcome = await (body.dry_run ? archives.plan(target) : archives.archive(call, target))
      const { rows, refused, capsules, chunks, versions, contentBytes, isMore } = outcome
      return {
        status: 200,
        body: {
          dry_run: body.dry_run,
          segments: await Promise.all(rows.map(present)),
          ...{ capsules, chunks, versions, content_bytes: contentBytes, more: isMore },
          refused: refused
            .slice(0, ARCHIVE_LIMITS.refusedMax)
            .map(({ id, error }) => ({ id, code: error.code, detail: error.detail })),
        },
      }
    },
    restoreArchived: async ({ call, body, decideEach }) => {
      const ids = body.ids ?? (await archives.get(body.segment ?? '')).ids
      const { here, ...restored } = await archives.restore({ ...call, decideEach: decideEach('capsule.reload') }, ids)
      return { status: 200, body: { ...restored, here: [...here] } }
    },
    verifyArchive: async ({ body }) => {
      const found = []
      for await (const { segment, ok, detail } of archives.verify(body.segment)) found.push({ segment, ok, detail })
      const unknown = (await archives.listUnknown()).slice(0, ARCHIVE_LIMITS.unknownMax)
      return { status: 200, body: { ok: found.every(({ ok }) => ok), place: archives.place, segments: found, unknown } }
    },
    listSegments: async ({ call, query }) => {
      await requireWhole(capsules, call.subject)
      const { items, next } = await archives.list(query)
      return { status: 200, body: { items: await Promise.all(items.map(present)), next_cursor: next ?? null } }
    },
    getSegment: async ({ params: { id }, call }) => {
      await requireWhole(capsules, call.subject)
      return { status: 200, body: await present(await archives.get(id)) }
    },
  }
}

const presentSegment = (row: SegmentRow): Omit<ArchiveSegment, 'away'> => ({
  id: row.id,
  state: row.state,
  reason: row.reason,
  requested_by: row.requestedBy,
  made_at: toRfc3339(row.madeAt),
  place: row.place,
  generation: row.generation,
  bytes: row.bytes,
  sha256: row.sha256,
  capsules: row.capsules,
  chunks: row.chunks,
  versions: row.versions,
  content_bytes: row.contentBytes,
  first_sequence: row.firstSequence,
  last_sequence: row.lastSequence,
})
