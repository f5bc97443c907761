import { z } from 'zod'
import { probeAnswer } from '../system.ts'
import { PROBE_EXAMPLE, UNWELL_EXAMPLE } from './examples-answers.ts'
import { json, type RouteDefinition } from './route.ts'

const probe = <Id extends string>(id: Id, path: string, summary: string) =>
  ({
    id,
    method: 'GET',
    path,
    tag: 'Probes',
    summary,
    access: { exempt: 'probe' },
    responses: { 200: json('Well.', probeAnswer, PROBE_EXAMPLE), 503: json('Not well.', probeAnswer, UNWELL_EXAMPLE) },
  }) as const
const file = (description: string, contentType: string) => ({ 200: { description, contentType } })

/** What answers without a token. */
export const PROBES = [
  probe('health', '/health', 'All in one word'),
  probe('healthLive', '/health/live', 'The process runs'),
  probe('healthReady', '/health/ready', 'Requests are answered'),
  probe('healthStartup', '/health/startup', 'The start is over'),
  {
    id: 'metrics',
    method: 'GET',
    path: '/metrics',
    tag: 'Probes',
    summary: 'Metrics for Prometheus; no content, no names',
    access: { exempt: 'metrics' },
    responses: file('Metrics.', 'text/plain'),
  },
  {
    id: 'openapi',
    method: 'GET',
    path: '/v2/openapi.json',
    tag: 'Probes',
    summary: 'This description',
    access: { exempt: 'static' },
    responses: file('OpenAPI 3.1.', 'application/json'),
  },
  {
    id: 'reference',
    method: 'GET',
    path: '/reference',
    tag: 'Probes',
    summary: 'Interactive reference page',
    access: { exempt: 'static' },
    responses: file('The page.', 'text/html'),
  },
  {
    id: 'referenceAsset',
    method: 'GET',
    path: '/reference/{asset}',
    tag: 'Probes',
    summary: 'Scripts and styles of the reference page',
    access: { exempt: 'static' },
    params: z.object({ asset: z.string().max(100) }),
    responses: file('The file.', 'application/octet-stream'),
    errors: ['NOT_FOUND'],
  },
  {
    id: 'errorPage',
    method: 'GET',
    path: '/errors/{code}',
    tag: 'Probes',
    summary: 'What an error code means and what to do',
    access: { exempt: 'static' },
    params: z.object({ code: z.string().max(60) }),
    responses: file('The page.', 'text/html'),
    errors: ['NOT_FOUND'],
  },
  {
    id: 'favicon',
    method: 'GET',
    path: '/favicon.ico',
    tag: 'Probes',
    summary: 'The icon',
    access: { exempt: 'static' },
    responses: file('The icon.', 'image/svg+xml'),
  },
  {
    id: 'errorIndex',
    method: 'GET',
    path: '/errors',
    tag: 'Probes',
    summary: 'All error codes',
    access: { exempt: 'static' },
    responses: file('The page.', 'text/html'),
  },
  {
    id: 'home',
    method: 'GET',
    path: '/',
    tag: 'Probes',
    summary: 'Leads to the reference page',
    access: { exempt: 'static' },
    responses: { 302: { description: 'To /reference.' } },
  },
] as const satisfies readonly RouteDefinition[]
