import type { Grant } from '#store'
import { type Telling, tellOf } from '../use-cases/tell.ts'

/** Tells of an erasure as a whole: `erasure.begun`, `erasure.completed`. */
export const tellErasure = (
  grant: Grant,
  type: `erasure.${string}`,
  id: string,
  payload: Readonly<Record<string, unknown>>,
): Telling => tellOf(grant, 'governance', type, `erasure/${id}`, payload)
