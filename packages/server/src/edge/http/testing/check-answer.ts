import { heldAnswer, problem, ROUTES, type RouteDefinition } from '@forge-cascade/contract'
import type { LightMyRequestResponse } from 'fastify'
import { AllowedMethods } from '../allowed-methods.ts'

/**
 * Every answer a test gets is one that the contract promises: its status is listed, its body has the shape.
 *
 * @throws TypeError naming what the contract does not say.
 */
export function checkAgainstContract(
  method: string,
  url: string,
  { statusCode, headers, body }: LightMyRequestResponse,
): void {
  if (String(headers['content-type']).startsWith('application/problem+json')) {
    if (method !== 'HEAD') problem.parse(JSON.parse(body))
    return
  }
  const route = findRoute(method, url)
  if (statusCode === 202 && body !== '' && isHeld(JSON.parse(body))) return void heldAnswer.parse(JSON.parse(body))
  const response = route?.responses[statusCode]
  if (!route || (statusCode !== 304 && !response)) throw new TypeError(`${method} ${url} answered ${statusCode}`)
  if (!response?.schema || method === 'HEAD' || String(headers['content-type']).includes('ndjson')) return
  response.schema.parse(JSON.parse(body))
}

const isHeld = (body: object): boolean => 'approval' in body

function findRoute(method: string, url: string): RouteDefinition | undefined {
  const path = url.split('?', 1)[0] ?? ''
  const wanted = method === 'HEAD' ? 'GET' : method
  const fits = (row: RouteDefinition) => new AllowedMethods([row]).of(path).includes(wanted)
  // A row with a fixed last part stands before one with a parameter there, as in the router.
  return ROUTES.filter(fits).toSorted((a, b) => parameters(a) - parameters(b))[0]
}

const parameters = ({ path }: RouteDefinition): number => path.split('{').length
