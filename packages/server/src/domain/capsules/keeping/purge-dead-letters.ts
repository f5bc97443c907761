import { DEAD_LETTERS } from '#mesh'
import type { Change, Grant, Records } from '#store'
import { listAllBy } from '../access/share.ts'

/**
 * The changes that take away dead letters about erased capsules, and of an erased subject: about it, or of its doing.
 *
 * @param owner the erased subject; null where capsules alone are erased.
 */
export async function* purgeDeadLetters(
  records: Records,
  grant: Grant,
  ids: readonly string[],
  owner: string | null,
): AsyncGenerator<Change, void, undefined> {
  const looks = [
    ...ids.map((id) => ['subject', `capsule/${id}`] as const),
    ...(owner === null
      ? []
      : ([
          ['subject', `subject/${owner}`],
          ['actor', owner],
        ] as const)),
  ]
  const seen = new Set<string>()
  for (const [index, value] of looks)
    for await (const { key } of listAllBy(records, DEAD_LETTERS, index, value)) {
      if (!seen.has(key)) yield records.delete(grant, DEAD_LETTERS, key)
      seen.add(key)
    }
}
