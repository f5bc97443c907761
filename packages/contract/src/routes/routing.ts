import { routing, routingAnswer, routingBody, routingChange, routingQuestion } from '../routing.ts'
import { json, type RouteDefinition } from './route.ts'

const DIGEST = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const NEW_DIGEST = '5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'
const RULES = `version: 1
providers:
  east: { url: "http://east.example:11434/v1", model: nomic-embed-text }
rules:
  - name: half
    split: [{ provider: configured, weight: 1 }, { provider: east, weight: 1 }]
`
const EXAMPLE = {
  ...{ file: '/srv/cascade/config/routing.yml', digest: DIGEST, text: null, applied_at: null, applied_by: null },
  ...{ findings: [], model: 'nomic-embed-text', dimensions: 768, rules: [] },
  providers: [
    {
      ...{ name: 'configured', address: null, circuit: 'closed' as const, open_until: null },
      ...{ calls: 0, failures: 0, drift: null, factor: 1 },
    },
  ],
}

/** Which provider makes a vector. */
export const ROUTING = [
  {
    id: 'getRouting',
    method: 'GET',
    path: '/v2/routing',
    tag: 'Routing',
    summary: 'The rules of routing, and how the providers stand',
    access: { action: 'routing.read' },
    responses: { 200: json('The rules.', routing, EXAMPLE) },
    etag: true,
  },
  {
    id: 'applyRouting',
    method: 'PUT',
    path: '/v2/routing',
    tag: 'Routing',
    summary: 'Put other rules of routing in force',
    description:
      'They are written into the file of the rules, on record with who did it, and count from the next text on. What is not sound is refused with its findings, each with its line, and what counted stays. Whoever may do this decides where texts are sent: keys stand in variables whose names begin with ROUTING_KEY_, or in files beside the rules, and in no rule.',
    access: { action: 'routing.apply' },
    body: { schema: routingBody, example: { text: RULES } },
    responses: {
      200: json('What changed, or would.', routingChange, {
        ...{ applied: true, digest: NEW_DIGEST, previous: DIGEST, findings: [] },
      }),
    },
    errors: ['UNPROCESSABLE', 'STORAGE_FULL'],
    ifMatch: 'required',
    etag: true,
  },
  {
    id: 'previewRouting',
    method: 'POST',
    path: '/v2/routing:preview',
    tag: 'Routing',
    summary: 'Which provider would make a vector, and why',
    description:
      'The function that chooses, with the circuits and the drift of this moment; nothing is asked of any provider.',
    access: { action: 'routing.read' },
    body: { schema: routingQuestion, example: { subject: 'scout', purpose: 'query' } },
    responses: {
      200: json('Who would be asked.', routingAnswer, {
        ...{ rule: 'half', bucket: 4711, arm: 'east', provider: 'east', fallbacks: ['configured'] },
        reasons: [{ code: 'RULE', message: 'Rule half is the first that fits.' }],
      }),
    },
    errors: ['UNPROCESSABLE'],
  },
] as const satisfies readonly RouteDefinition[]
