import { type AccessTokenAnswer, OWN_AGENT_LIMITS, type SubjectAnswer } from '@forge-cascade/contract'
import { CascadeError, inTurn, toRfc3339 } from '#base'
import { checkOwnAgent, type ListedToken, type RevisedSubject, SUBJECT_TRUST_NEW, type Subject } from '#identity'
import { matchesStrongly } from '../entity-tag.ts'
import type { HandlersFor, OperationsOf } from '../handler.ts'
import type { HandlerContext } from './handler-context.ts'

/** Who there is, and what each comes in with. */
export function identityHandlers({
  capsules: { subjects },
  tokens,
  trust: engine,
  ledger,
  version,
}: HandlerContext): HandlersFor<OperationsOf<'Identity'>> {
  const presentToken = async (row: ListedToken): Promise<AccessTokenAnswer> => ({
    id: row.id,
    name: row.name,
    subject: row.subject,
    subject_name: (await subjects.find(row.subject))?.name ?? null,
    scopes: row.scopes && [...row.scopes],
    state: row.state,
    created_by: row.createdBy,
    created_at: toRfc3339(row.createdAt),
    expires_at: toRfc3339(row.expiresAt),
    revoked_at: row.revokedAt === null ? null : toRfc3339(row.revokedAt),
  })
  const present = async ({ subject, revision }: RevisedSubject): Promise<SubjectAnswer> => ({
    id: subject.id,
    kind: subject.kind,
    name: subject.name,
    roles: [...subject.roles],
    trust: subject.trust,
    owner: subject.owner,
    owner_name: subject.owner === null ? null : ((await subjects.find(subject.owner))?.name ?? null),
    active: subject.active,
    created_at: toRfc3339(subject.createdAt),
    revision,
  })
  const answer = async (revised: RevisedSubject) => ({
    body: await present(revised),
    headers: { etag: tagOf(revised.revision) },
  })
  return {
    getSelf: async ({ getCredential }) => {
      const { subject, tokenId } = getCredential()
      const [revised, token, [key = '']] = await Promise.all([
        subjects.get(subject.id),
        tokenId === null ? undefined : tokens.find(tokenId),
        ledger.keys(),
      ])
      const told = { subject: await present(revised), token: token ? await presentToken(token) : null }
      return { status: 200, body: { ...told, instance: { version, log: key.replace(KEY_TAIL, '') } } }
    },
    ...ownAgentHandlers({ subjects, tokens, present, presentToken, answer }),
    listSubjects: async ({ query }) => {
      const { items, next } = await subjects.list(query)
      return { status: 200, body: { items: await Promise.all(items.map(present)), next_cursor: next ?? null } }
    },
    createSubject: async ({ call, body }) => {
      const { body: shown, headers } = await answer(await subjects.register(call, body))
      return { status: 201, body: shown, headers: { ...headers, location: `/v2/subjects/${shown.id}` } }
    },
    getSubject: async ({ params: { id } }) => ({ status: 200, ...(await answer(await subjects.get(id))) }),
    updateSubject: async ({ params: { id }, call, body, ifMatch }) => {
      const matches = (revision: number) => matchesStrongly(ifMatch, tagOf(revision))
      const along = async (before: Subject, { trust }: Subject) =>
        trust === before.trust ? NOTHING : engine.given(call.grant, call.subject, before, trust)
      return { status: 200, ...(await answer(await subjects.change(call, id, body, matches, along))) }
    },
    listTokens: async ({ query }) => {
      const { items, next } = await tokens.list(query)
      return { status: 200, body: { items: await Promise.all(items.map(presentToken)), next_cursor: next ?? null } }
    },
    createToken: async ({ call, body, getCredential }) => {
      const { subject, name, scopes = null, expires_in_days: days } = body
      const made = await tokens.create({ ...call, held: getCredential().scopes }, { subject, name, scopes, days })
      return { status: 201, body: { ...(await presentToken(made.row)), token: made.token } }
    },
    revokeToken: async ({ params: { id }, call }) => {
      await tokens.revoke(call, id)
      return { status: 204 }
    },
  }
}

const NOTHING = { changes: [], records: [], events: [] } as const

interface OwnAgentParts {
  readonly subjects: HandlerContext['capsules']['subjects']
  readonly tokens: HandlerContext['tokens']
  readonly present: (revised: RevisedSubject) => Promise<SubjectAnswer>
  readonly presentToken: (row: ListedToken) => Promise<AccessTokenAnswer>
  readonly answer: (revised: RevisedSubject) => Promise<{ body: SubjectAnswer; headers: { etag: string } }>
}

/** Agents of whoever asks. */
function ownAgentHandlers({
  subjects,
  tokens,
  present,
  presentToken,
  answer,
}: OwnAgentParts): HandlersFor<'listOwnAgents' | 'createOwnAgent' | 'createOwnToken' | 'revokeOwnToken'> {
  const tokensOf = async (subject: string): Promise<readonly ListedToken[]> => {
    const all: ListedToken[] = []
    for (let cursor: string | undefined, isMore = true; isMore; isMore = cursor !== undefined) {
      const { items, next } = await tokens.list({ subject, limit: OWN_AGENT_LIMITS.tokensMax, cursor })
      all.push(...items)
      cursor = next
    }
    return all
  }
  return {
    listOwnAgents: async ({ call }) => {
      const own = await subjects.listOwned(call.subject.id)
      const items = await Promise.all(
        own.map(async (revised) => ({
          agent: await present(revised),
          tokens: await Promise.all((await tokensOf(revised.subject.id)).map(presentToken)),
        })),
      )
      return { status: 200, body: { items } }
    },
    // What one person makes is made one by one, so that what is counted is what there is.
    createOwnAgent: ({ call, body: { name, trust } }) =>
      inTurn(subjects, call.subject.id, async () => {
        const { id, trust: own } = call.subject
        if ((await subjects.listOwned(id)).length >= OWN_AGENT_LIMITS.agentsMax)
          throw tooMany(`You have ${OWN_AGENT_LIMITS.agentsMax} agents or more`)
        const fields = {
          kind: 'agent',
          name,
          roles: ['member'],
          trust: trust ?? Math.min(own, SUBJECT_TRUST_NEW),
          owner: id,
        } as const
        const { body, headers } = await answer(await subjects.register(call, fields))
        return { status: 201, body, headers: { ...headers, location: `/v2/subjects/${body.id}` } }
      }),
    createOwnToken: ({ params: { id: ref }, call, body, getCredential }) =>
      inTurn(subjects, call.subject.id, async () => {
        const agent = await subjects.resolve(ref)
        checkOwnAgent(call.subject, agent, ref)
        if ((await tokensOf(agent.id)).length >= OWN_AGENT_LIMITS.tokensMax)
          throw tooMany(`${agent.name} has ${OWN_AGENT_LIMITS.tokensMax} tokens or more, with those that are over`)
        const { name, scopes = null, expires_in_days: days } = body
        const held = getCredential().scopes
        const made = await tokens.create({ ...call, held, forOwn: true }, { subject: agent.id, name, scopes, days })
        return { status: 201, body: { ...(await presentToken(made.row)), token: made.token } }
      }),
    revokeOwnToken: async ({ params: { id }, call }) => {
      const row = await tokens.find(id)
      const owner = row && (await subjects.find(row.subject))?.owner
      if (row === undefined || (row.subject !== call.subject.id && owner !== call.subject.id))
        throw new CascadeError('NOT_FOUND', `No token of yours, or of an agent of yours, has the id ${id}.`)
      await tokens.revoke(call, id)
      return { status: 204 }
    },
  }
}

const tooMany = (what: string): CascadeError =>
  new CascadeError('CONFLICT', `${what}, which is as many as there may be: ask an administrator to take some away.`)

/** What follows the name of the log in a key that verifies it. @see https://c2sp.org/signed-note */
const KEY_TAIL = /\+[0-9a-f]{8}\+.*$/

/** The entity tag of a subject at a revision. */
const tagOf = (revision: number): string => `"${revision}"`
