import type { RouteDefinition } from '@forge-cascade/contract'

/** The path of a row as Fastify writes it: `:name` for a segment, `*` for a rest. */
export const urlOf = ({ path: written, rest }: Pick<RouteDefinition, 'path' | 'rest'>): string => {
  // A colon that is written is a colon.
  const path = written.replaceAll(':', '::')
  return (rest ? path.replace(/\{\w+\}$/, '*') : path).replaceAll(/\{(\w+)\}/g, ':$1')
}
