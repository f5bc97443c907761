import type { RouteDefinition } from '@forge-cascade/contract'
import { CascadeError } from '#base'

/**
 * Refuses to open a door that leads nowhere or that nobody guards.
 *
 * @throws CascadeError BOOT_FAILED with every fault: a route without a handler or without access, a handler without a
 * route, an operation or a path that is there twice.
 */
export function checkRoutes(routes: readonly RouteDefinition[], handlers: Readonly<Record<string, unknown>>): void {
  const ids = new Set(routes.map(({ id }) => id))
  const faults = [
    ...routes.filter(({ id }) => typeof handlers[id] !== 'function').map(({ id }) => `${id} has no handler`),
    ...routes.filter((route) => !isGuarded(route)).map(({ id }) => `${id} says neither its action nor its exemption`),
    ...Object.keys(handlers)
      .filter((id) => !ids.has(id))
      .map((id) => `the handler ${id} has no route`),
    ...twice(routes.map(({ id }) => id)).map((id) => `${id} is there twice`),
    ...twice(routes.map(({ method, path }) => `${method} ${path}`)).map((door) => `${door} is there twice`),
  ]
  if (faults.length > 0) throw new CascadeError('BOOT_FAILED', `The routes are not complete: ${faults.join('; ')}.`)
}

/** Asked of values, not of types: a row from elsewhere may lack what its type promises. */
function isGuarded({ access }: Partial<RouteDefinition>): boolean {
  if (access === undefined) return false
  return 'action' in access ? typeof access.action === 'string' : typeof access.exempt === 'string'
}

const twice = (names: readonly string[]): readonly string[] => [
  ...new Set(names.filter((name, index) => names.indexOf(name) !== index)),
]
