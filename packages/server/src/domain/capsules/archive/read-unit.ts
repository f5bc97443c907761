import { CascadeError, isCascadeError } from '#base'
import type { CapsuleBody } from '../capsule-body.ts'
import { BODY_BYTES_MAX } from '../capsule-store.ts'
import { findCovering, refusalOf } from '../keeping/holds.ts'
import type { HoldRow } from '../keeping/legal-hold.ts'
import { listChunks } from '../use-cases/chunks.ts'
import type { CapsuleContext } from '../use-cases/context.ts'
import { getPlaced, inArchive } from '../use-cases/read-capsule.ts'
import { requireStatus } from '../use-cases/update-capsule.ts'
import { tooLargeToMove } from './too-large.ts'

/** What moves together: a capsule, or a document with all its chunks, which come after it. */
export interface Unit {
  readonly id: string
  readonly bodies: readonly CapsuleBody[]
}

/** Why a capsule stays in the store. */
export interface Refusal {
  readonly id: string
  readonly error: CascadeError
}

type Context = Pick<CapsuleContext, 'store' | 'subjects'>

/** Bodies read at once. */
const PER_READ = 50

const REFUSALS: ReadonlySet<string> = new Set([
  'NOT_FOUND',
  'ERASED',
  'IN_ARCHIVE',
  'CONFLICT',
  'LEGAL_HOLD',
  'UNPROCESSABLE',
])

/**
 * All that moves with a capsule, or why it stays: it is not there, erased, away already, a chunk, quarantined, under a legal
 * hold, or too large.
 */
export async function readUnit(
  context: Context,
  holds: readonly HoldRow[],
  id: string,
  bytesMax = BODY_BYTES_MAX,
): Promise<Unit | Refusal> {
  try {
    return await read(context, holds, id, bytesMax)
  } catch (error) {
    if (isCascadeError(error) && REFUSALS.has(error.code)) return { id, error }
    throw error
  }
}

async function read(context: Context, holds: readonly HoldRow[], id: string, bytesMax: number): Promise<Unit> {
  const head = await getPlaced(context, id)
  if (head.archivedIn !== null) throw await inArchive(context, head)
  if (head.partOf)
    throw new CascadeError('UNPROCESSABLE', `${id} is a chunk of the document ${head.partOf.id}; it moves with it.`)
  const heads = [head, ...(await listChunks(context, id))]
  for (const one of heads) requireStatus(one, ['ACTIVE', 'ARCHIVED'], 'move into an archive')
  const covering = findCovering(holds, heads)
  if (covering) throw await refusalOf(context, covering.hold, covering.capsule.id)
  const bodies: CapsuleBody[] = []
  for (let at = 0; at < heads.length; at += PER_READ)
    bodies.push(...(await context.store.capsules.readBodies(idsOf(heads.slice(at, at + PER_READ)), bytesMax)))
  const isSame = bodies.length === heads.length && bodies.every(({ revision }, at) => revision === heads[at]?.revision)
  if (!isSame) throw new CascadeError('CONFLICT', `${id} was changed while it was read; ask again.`)
  const bytes = contentBytesOf(bodies)
  if (bytes > bytesMax) throw tooLargeToMove(id, bytes, bytesMax)
  return { id, bodies }
}

const idsOf = (heads: readonly { readonly id: string }[]): string[] => heads.map(({ id }) => id)

/** Bytes of what all versions say. */
export const contentBytesOf = (bodies: readonly CapsuleBody[]): number =>
  bodies.flatMap(({ versions }) => versions).reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)
