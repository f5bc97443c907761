import { CAPSULE_LIMITS } from '@forge-cascade/contract'
import { FAILED_SIGN_INS } from '../../packages/server/src/edge/http/admission.ts'
import type { HttpWorld, HttpWorldOptions } from '../../packages/server/src/edge/http/testing.ts'
import { LIMITS, type LimitName } from './index.ts'

/** One more than the limit, sent through the door that a caller uses. */
export interface Door {
  /** How the instance is set up; the limit itself is left as it is, or is the injected value. */
  readonly world?: HttpWorldOptions
  /** Sends what is beyond the limit and gives the problem's code. */
  readonly exceed: (http: HttpWorld) => Promise<string>
}

const ABSENT = '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'
const beyond = (name: LimitName): string => 'x'.repeat(LIMITS[name].value + 1)
const many = <T>(name: LimitName, item: (index: number) => T): T[] =>
  Array.from({ length: LIMITS[name].value + 1 }, (_, index) => item(index))

const codeOf = async (answer: ReturnType<HttpWorld['send']>): Promise<string> => (await answer).json().code
const create = (body: Readonly<Record<string, unknown>>, headers = {}): Door => ({
  exceed: (http) =>
    codeOf(http.send('POST', '/v2/capsules', { body: { content: 'A note.', type: 'knowledge', ...body }, headers })),
})
const get = (url: string, headers = {}): Door => ({ exceed: (http) => codeOf(http.send('GET', url, { headers })) })
const post = (url: string, body: Readonly<Record<string, unknown>>): Door => ({
  exceed: (http) => codeOf(http.send('POST', url, { body })),
})
const importOf = (body: Readonly<Record<string, unknown>>): Door => post('/v2/imports', { path: '/srv/x', ...body })

/** Metadata that is `bytes` long as JSON. */
const jsonOf = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) })
const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)])

/** Sends a request as often as is named and gives the code of the last answer, the first that is refused. */
async function repeat(http: HttpWorld, times: number, headers = {}): Promise<string> {
  for (let sent = 0; sent < times; sent++) await http.send('GET', '/v2/capsules', { headers })
  return codeOf(http.send('GET', '/v2/capsules', { headers }))
}

const standing = { app: { clock: () => 1000 } }

/** The limits that a request can run into at once. */
export const DOORS = {
  body: {
    exceed: (http) =>
      codeOf(
        http.send('POST', '/v2/capsules', {
          payload: Buffer.alloc(LIMITS.body.value + 1, ' '),
          headers: { 'content-type': 'application/json' },
        }),
      ),
  },
  pathPart: get(`/v2/capsules/${beyond('pathPart')}`),
  auditFilter: get(`/v2/system/audit-log?operation=${beyond('auditFilter')}`),
  verifiedEntries: post(`/v2/ledger/verify?newest=${LIMITS.verifiedEntries.value + 1}`, {}),
  keyOverlap: post('/v2/ledger/key/rotate', { overlap_days: LIMITS.keyOverlap.value + 1 }),
  cosignedBy: get(`/v2/ledger/checkpoint?cosigned=${LIMITS.cosignedBy.value + 1}`),
  submission: {
    exceed: (http) =>
      codeOf(
        http.send('POST', '/v2/witness/add-checkpoint', { payload: Buffer.alloc(LIMITS.submission.value + 1, 'x') }),
      ),
  },
  submissions: {
    world: standing,
    exceed: async (http) => {
      const ask = () => http.send('GET', `/v2/witness/${'0'.repeat(64)}/checkpoint`)
      for (let sent = 0; sent < LIMITS.submissions.value; sent++) await ask()
      return codeOf(ask())
    },
  },
  jsonDepth: create({ metadata: { a: nested(LIMITS.jsonDepth.value) } }),
  idempotencyKey: create({}, { 'idempotency-key': beyond('idempotencyKey') }),
  entityTags: {
    exceed: (http) =>
      codeOf(
        http.send('PUT', `/v2/capsules/${ABSENT}`, {
          body: { title: 'x' },
          headers: { 'if-match': many('entityTags', (index) => `"${index}"`).join(', ') },
        }),
      ),
  },
  page: get(`/v2/capsules?limit=${LIMITS.page.value + 1}`),
  cursor: get(`/v2/capsules?cursor=${beyond('cursor')}`),
  burst: {
    world: { ...standing, rate: { requests_per_minute: 60, burst: 5 } },
    exceed: (http) => repeat(http, 5),
  },
  failedSignIns: {
    world: standing,
    exceed: (http) => repeat(http, FAILED_SIGN_INS.burst, { authorization: 'Bearer wrong' }),
  },
  content: create({ content: beyond('content') }),
  metadata: create({ metadata: jsonOf(CAPSULE_LIMITS.metadataBytesMax + 1) }),
  source: create({
    // Each member is within its own limit; together they are too much.
    source: { kind: 'file', path: 'é'.repeat(2000), root: 'é'.repeat(2000), heading: 'h'.repeat(400) },
  }),
  title: create({ title: beyond('title') }),
  tags: create({ tags: many('tags', String) }),
  tag: create({ tags: [beyond('tag')] }),
  category: create({ category: beyond('category') }),
  scope: create({ lane: beyond('scope') }),
  owner: create({ owner: beyond('owner') }),
  parents: create({ parents: many('parents', () => ({ id: ABSENT, reason: 'r' })) }),
  reason: create({ parents: [{ id: ABSENT, reason: beyond('reason') }] }),
  licenceTerms: create({ licence_terms: beyond('licenceTerms') }),
  embedding: create({ embedding: many('embedding', () => 1), embedding_model: 'm' }),
  embeddingModel: create({ embedding: [1], embedding_model: beyond('embeddingModel') }),
  query: get(`/v2/capsules/search?q=${beyond('query')}`),
  question: post('/v2/ask', { question: beyond('question') }),
  hits: get(`/v2/capsules/search?q=a&limit=${LIMITS.hits.value + 1}`),
  filterTags: get(`/v2/capsules/search?q=a&${many('filterTags', (index) => `tag=t${index}`).join('&')}`),
  tokens: get(`/v2/capsules/search?q=a&max_tokens=${LIMITS.tokens.value + 1}`),
  quotes: post('/v2/ask', { question: 'a?', quotes: LIMITS.quotes.value + 1 }),
  lineageNodes: get(`/v2/capsules/${ABSENT}/lineage?limit=${LIMITS.lineageNodes.value + 1}`),
  lineageDepth: get(`/v2/capsules/${ABSENT}/lineage?depth=${LIMITS.lineageDepth.value + 1}`),
  importPath: importOf({ path: `/${beyond('importPath')}` }),
  importPatterns: importOf({ exclude: many('importPatterns', (index) => `${index}.md`) }),
  importPattern: importOf({ include: [beyond('importPattern')] }),
  importLabel: importOf({ label: beyond('importLabel') }),
  importFilesPage: get(`/v2/imports/${ABSENT}/files?limit=${LIMITS.importFilesPage.value + 1}`),
} as const satisfies Partial<Record<LimitName, Door>>
