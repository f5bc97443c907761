import type { CascadeEvent } from '#store'
import { fulfils } from './event-filter.ts'
import { MESH_TYPE_PREFIX } from './lane-store.ts'
import type { MeshRoute } from './mesh-config.ts'
import { compileTypePattern } from './type-pattern.ts'

/** By pattern and filter; what tells of this route's own failures would feed itself. */
export function matcherOf({ name, match, filter }: MeshRoute, sink: string): (event: CascadeEvent) => boolean {
  const patterns = match.map(compileTypePattern)
  const isOwn = ({ type, data }: CascadeEvent) =>
    type.startsWith(MESH_TYPE_PREFIX) && data.route === name && data.sink === sink
  return (event) =>
    patterns.some((matches) => matches(event.type)) && !isOwn(event) && (filter === undefined || fulfils(filter, event))
}
