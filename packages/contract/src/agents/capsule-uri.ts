import { semver, uuid } from '../capsule.ts'

/** Addresses of capsules as MCP resources, as RFC 6570 templates. */
export const CAPSULE_URI_TEMPLATES = {
  head: 'cascade://capsule/{id}',
  version: 'cascade://capsule/{id}/versions/{version}',
} as const

/** The address of a version, or of the newest one. */
export const capsuleUri = (id: string, version?: string): string =>
  version === undefined ? `cascade://capsule/${id}` : `cascade://capsule/${id}/versions/${version}`

const ADDRESS = /^cascade:\/\/capsule\/([^/?#]+)(?:\/versions\/([^/?#]+))?$/

/** What an address means; undefined for one that is none of ours. */
export function parseCapsuleUri(text: string): { readonly id: string; readonly version?: string } | undefined {
  const [, id, version] = ADDRESS.exec(text) ?? []
  if (!uuid.safeParse(id).success) return undefined
  if (version === undefined) return { id: id ?? '' }
  return semver.safeParse(version).success ? { id: id ?? '', version } : undefined
}
