import type { Grant } from '#store'
import { type Telling, tellOf } from '../use-cases/tell.ts'

/** Tells of a segment as a whole: `segment.begun`, `segment.stored`, `segment.dropped`, `segment.rewritten`. */
export const tellArchive = (
  grant: Grant,
  type: `segment.${string}`,
  segment: string,
  payload: Readonly<Record<string, unknown>>,
): Telling => tellOf(grant, 'governance', type, `segment/${segment}`, payload)
