import type { AccessTokenAnswer, SubjectAnswer } from '@forge-cascade/contract'
import { toRfc3339 } from '#base'
import type { ListedToken, RevisedSubject } from '#identity'
import { matchesStrongly } from '../entity-tag.ts'
import type { HandlersFor, OperationsOf } from '../handler.ts'
import type { HandlerContext } from './handler-context.ts'

/** Who there is, and what each comes in with. */
export function identityHandlers({
  capsules: { subjects },
  tokens,
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
      return { status: 200, ...(await answer(await subjects.change(call, id, body, matches))) }
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

/** What follows the name of the log in a key that verifies it. @see https://c2sp.org/signed-note */
const KEY_TAIL = /\+[0-9a-f]{8}\+.*$/

/** The entity tag of a subject at a revision. */
const tagOf = (revision: number): string => `"${revision}"`
