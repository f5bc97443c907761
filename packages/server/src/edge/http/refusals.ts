import { CascadeError } from '#base'
import { absent } from '#capsules'
import type { ResourceFacts } from '#governance'

export const isErased = (facts: ResourceFacts | 'absent' | undefined): boolean =>
  typeof facts === 'object' && 'status' in facts && facts.status === 'ERASED'

/** Of a capsule that was erased. */
export const gone = (resource: string): CascadeError => {
  const id = resource.slice('capsule/'.length)
  return new CascadeError('ERASED', `Capsule ${id} was erased.`, { extensions: { capsule_id: id } })
}

/** The error with the id of the decision that it tells of. */
export const naming = ({ code, detail, errors, extensions, cause, retryAfterS }: CascadeError, decisionId: string) =>
  new CascadeError(code, detail, {
    ...{ errors, cause, extensions: { ...extensions, decision_id: decisionId } },
    ...(retryAfterS !== undefined && { retryAfterS }),
  })

/** What there is not, or whoever asks may not see. */
export function hidden(resource: string): CascadeError {
  const id = resource.slice(resource.indexOf('/') + 1)
  if (resource.startsWith('approval/'))
    return new CascadeError('NOT_FOUND', `No request that you may see has the id ${id}.`)
  if (!resource.startsWith('decision/')) return absent(id)
  return new CascadeError(
    'NOT_FOUND',
    `No decision that you may see has the id ${id}: there was none, it expired, or it was erased.`,
  )
}
