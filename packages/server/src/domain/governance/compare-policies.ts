import type { PolicyBundle } from '#policy'
import { writeInteger } from './integer-json.ts'

/** Ids of the policies in which two bundles differ. */
export function comparePolicies(before: PolicyBundle, after: PolicyBundle) {
  const [old, fresh] = [before, after].map(
    ({ policies }) => new Map(policies.map(({ id, json }) => [id, JSON.stringify(json, writeInteger)])),
  ) as [Map<string, string>, Map<string, string>] // as many as bundles
  return {
    added: [...fresh.keys()].filter((id) => !old.has(id)).sort(),
    removed: [...old.keys()].filter((id) => !fresh.has(id)).sort(),
    changed: [...fresh]
      .filter(([id, json]) => old.has(id) && old.get(id) !== json)
      .map(([id]) => id)
      .sort(),
  }
}
