import { isUuid, saltedDigest } from '#base'
import { GOING_BACK } from './own-work.ts'

/** Kinds whose resources are named by an id. */
const KINDS: ReadonlySet<string> = new Set(['capsule', 'import', 'approval', 'subject'])

/** What the program itself asks about beside them. */
const FIXED: ReadonlySet<string> = new Set([
  ...['*', 'capsule/*', 'import/*', 'embedding/*', 'governance/decisions', 'governance/policies'],
  GOING_BACK,
  ...['ledger/keys', 'system/ledger', 'system/store', 'witness/keys'],
])

/**
 * A resource as another application names it, for what is kept: one that is named here stays as it is. Of all else, which may
 * be somebody's own words, the digest under the key stands in its place, HMAC-SHA-256 in hex: the same words under the
 * same key are the same.
 */
export function sealResource(key: Uint8Array, resource: string): string {
  if (FIXED.has(resource)) return resource
  const at = resource.indexOf('/')
  const [kind, id] = [resource.slice(0, Math.max(at, 0)), resource.slice(at + 1)]
  if (!KINDS.has(kind)) return `other/${saltedDigest(key, resource)}`
  return isUuid(id) ? resource : `${kind}/${saltedDigest(key, id)}`
}
