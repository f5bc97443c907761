import type { Action, RouteDefinition } from '@forge-cascade/contract'
import { GOING_BACK } from '#governance'

/** Actions that are carried out capsule by capsule, or file by file. */
const LINE_ACTIONS: ReadonlySet<Action> = new Set(['import.run', 'capsule.erase', 'capsule.offload', 'capsule.reload'])

/** One decision covers all lines of a batch, all files of an import and all capsules of an erasure or a move. */
export const coversLines = (route: RouteDefinition): boolean =>
  route.body?.contentType === 'application/x-ndjson' ||
  ('action' in route.access && LINE_ACTIONS.has(route.access.action))

const RESOURCES = [
  { prefix: '/v2/capsules/{id}', kind: 'capsule' },
  { prefix: '/v2/imports/{id}', kind: 'import' },
  { prefix: '/v2/governance/approvals/{id}', kind: 'approval' },
  { prefix: '/v2/governance/decisions/{id}', kind: 'decision' },
  { prefix: '/v2/governance/proposals/{id}', kind: 'proposal' },
] as const

const APPLY = 'applyPolicies'

/** Whether the body may say that it is about the policies that come with the program. */
export const mayGoBack = ({ id }: RouteDefinition): boolean => id === APPLY

const goesBack = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'files' in body && body.files === null

/** `<kind>/<id>` of the table, or `*` where the resource comes into being or is no single one. */
export function resourceOf(
  { id, path }: RouteDefinition,
  params: Readonly<Record<string, unknown>>,
  body?: unknown,
): string {
  if (id === APPLY && goesBack(body)) return GOING_BACK
  const found = RESOURCES.find(({ prefix }) => path.startsWith(prefix))
  return found ? `${found.kind}/${String(params.id)}` : '*'
}
