import type { SearchRequest } from '@forge-cascade/contract'
import type { Subjects } from '#identity'
import type { CapsuleFilter } from '../capsule-store.ts'

/** Members by which a request narrows what it asks of. */
export type FilterRequest = Partial<
  Pick<
    SearchRequest,
    'type' | 'tag' | 'owner' | 'identity' | 'lane' | 'fold' | 'status' | 'min_trust' | 'as_of' | 'known_at'
  >
>

/**
 * The filter a request means; nothing when it names an owner nobody has, so nothing can match.
 *
 * @param minTrust floor where the request names none.
 */
export async function toFilter(
  request: FilterRequest,
  subjects: Subjects,
  minTrust: number | undefined,
): Promise<CapsuleFilter | undefined> {
  const owner = request.owner === undefined ? undefined : await subjects.resolve(request.owner)
  if (request.owner !== undefined && !owner) return undefined
  const filter: CapsuleFilter = {
    owner: owner?.id,
    identity: request.identity,
    lane: request.lane,
    fold: request.fold,
    types: request.type,
    tags: request.tag,
    statuses: request.status,
    minTrust: request.min_trust ?? minTrust,
    // What was known at a time is, unless said otherwise, what was known about that time.
    asOf: timeOf(request.as_of ?? request.known_at),
    knownAt: timeOf(request.known_at),
  }
  return filter
}

const timeOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Date.parse(text))
