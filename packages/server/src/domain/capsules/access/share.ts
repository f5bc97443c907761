import type { ShareRight } from '@forge-cascade/contract'
import type { CollectionDefinition, Records } from '#store'
import type { Namespace } from './capsule-reach.ts'

/** A right to a capsule, or to what is in a namespace, that a subject was given. Over when its record is gone or has expired. */
export interface Share {
  readonly id: string
  readonly capsule: string | null
  readonly namespace: Namespace | null
  /** Id of the subject. */
  readonly with: string
  readonly right: ShareRight
  readonly grantedBy: string
  /** Milliseconds since 1970. */
  readonly grantedAt: number
  readonly until: number | null
  /** Who shared it, of a namespace alone: that list is asked for by this. */
  readonly namespaceBy: string | null
  readonly kind: 'capsule' | 'namespace'
  /** Hex; the key of the digest that the log has of the namespace. */
  readonly digestKey: string
}

/** That a subject accepted the terms of a capsule. */
export interface Acceptance {
  readonly capsule: string
  readonly subject: string
  readonly version: string
  /** SHA-256 of the terms, hex. */
  readonly termsDigest: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** Shares by id, in the order they were granted; acceptances by capsule and subject. */
export const ACCESS_COLLECTIONS = [
  { name: 'shares', indexes: ['with', 'capsule', 'grantedBy', 'namespaceBy', 'kind'] },
  { name: 'acceptances', indexes: ['subject', 'capsule'] },
] as const satisfies readonly CollectionDefinition[]

const PER_PAGE = 1000

/** All records of a collection whose member has this value. */
export async function* listAllBy<V>(
  records: Records,
  collection: string,
  index: string,
  value: string,
): AsyncGenerator<{ readonly key: string; readonly value: V; readonly revision: number }, void, undefined> {
  for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
    const page = { limit: PER_PAGE, ...(after !== undefined && { after }) }
    const { items, next } = await records.listBy<V>(collection, index, value, page)
    yield* items
    after = next
  }
}
