import type { RouteDefinition } from '@forge-cascade/contract'

/** The path of a row as Fastify writes it: `:name` for a segment, `*` for a rest. */
export const urlOf = ({ path, rest }: Pick<RouteDefinition, 'path' | 'rest'>): string =>
  (rest ? path.replace(/\{\w+\}$/, '*') : path).replaceAll(/\{(\w+)\}/g, ':$1')
