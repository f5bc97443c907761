import type { RouteDefinition } from '@forge-cascade/contract'
import type { FastifyRequest } from 'fastify'
import { validate, validationFailed } from '../validate.ts'

/** Reads the names in the path into the visit. @throws CascadeError VALIDATION_FAILED. */
export function parsePath(route: RouteDefinition, request: FastifyRequest): void {
  if (!route.params) return
  const parsed = validate(route.params, namedParams(route, request.params), 'path')
  if (!parsed.ok) throw validationFailed(parsed.problems)
  request.visit.params = parsed.value
}

/** Fastify names a rest `*`; it is the last parameter of the row. */
function namedParams({ params, rest }: RouteDefinition, given: unknown): unknown {
  const name = rest && params ? Object.keys(params.shape).at(-1) : undefined
  if (name === undefined || typeof given !== 'object' || given === null || !('*' in given)) return given
  const { '*': value, ...others } = given
  return { ...others, [name]: value }
}
