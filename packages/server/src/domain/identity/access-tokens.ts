import { CascadeError, type Clock, isCascadeError, isUuid, type Random, sha256Hex, toRfc3339 } from '#base'
import { type Grant, type Records, toRecord, type UnitOfWork } from '#store'
import { createToken, isTokenShaped } from './access-token.ts'
import type { AccessTokenRow, Credential } from './access-token-row.ts'
import { onChanged, tellChanged } from './cache-news.ts'
import { isWithin, type Scopes } from './scopes.ts'
import { TOKEN_COLLECTION } from './subject.ts'
import { checkOwnAgent, checkRegistration } from './subject-rules.ts'
import type { SubjectCall, Subjects } from './subjects.ts'

export interface AccessTokensOptions {
  readonly store: UnitOfWork & { readonly records: Records }
  readonly subjects: Subjects
  readonly clock: Clock
  readonly newId: () => string
  readonly random: Random
  /** Tokens kept at hand; at the bound all are let go at once. */
  readonly keptMax?: number
}

/** What a token is made with. */
export interface AccessTokenFields {
  /** By id or name. */
  readonly subject: string
  readonly name: string
  readonly scopes: Scopes
  readonly days: number
}

/** A token in a list. */
export interface ListedToken extends AccessTokenRow {
  readonly state: 'active' | 'expired' | 'revoked'
}

/** Who makes a token, and the scopes of the token that they came in with themselves. */
export type TokenCreation = SubjectCall<Grant<'token.create' | 'agent.own'>> & {
  readonly held: Scopes
  /** True: only for an agent of whoever makes it. */
  readonly forOwn?: boolean
}

/** Tokens looked at in one page. */
const PER_PAGE = 100
const KEPT_MAX = 10_000
const DAY_MS = 86_400_000
/** How long a token that is over is still listed. */
const LISTED_DAYS_AFTER = 30
const { name: COLLECTION } = TOKEN_COLLECTION

/** The tokens of subjects: made, listed, revoked, and looked up by whoever brings one. */
export class AccessTokens {
  readonly #options: AccessTokensOptions
  readonly #keptMax: number
  /** By digest. What is unknown is not kept: guesses would push out what is known. */
  readonly #known = new Map<string, AccessTokenRow>()
  #changes = 0

  constructor({ keptMax = KEPT_MAX, ...options }: AccessTokensOptions) {
    this.#options = options
    this.#keptMax = keptMax
    onChanged(options.store, (id) => this.#drop(id))
  }

  /** Who comes in with a token; nobody with one that is unknown, expired or revoked, or whose subject may not come in. */
  async identify(token: string): Promise<Credential | undefined> {
    if (!isTokenShaped(token)) return undefined
    const digest = sha256Hex(token)
    const row = this.#known.get(digest) ?? (await this.#load(digest))
    if (row === undefined || row.revokedAt !== null || row.expiresAt <= this.#options.clock()) return undefined
    const subject = await this.#options.subjects.findWhoMayEnter(row.subject)
    return subject && { subject, tokenId: row.id, scopes: row.scopes }
  }

  /**
   * Makes a token. The answer is the only place where it is ever seen.
   *
   * @throws CascadeError UNPROCESSABLE for a subject that there is not, or that is not active; FORBIDDEN for scopes beyond those of
   *   the token that whoever asks came in with, and for a subject of more trust or other roles than whoever asks; NOT_FOUND for what is no
   *   agent of theirs where it has to be; CONFLICT where the subject is changed at the same moment.
   */
  async create(
    { grant, subject: by, command, held, forOwn = false }: TokenCreation,
    { subject: ref, name, scopes, days }: AccessTokenFields,
  ): Promise<{ readonly token: string; readonly row: ListedToken }> {
    const { store, subjects, clock, newId, random } = this.#options
    if (!isWithin(scopes, held))
      throw new CascadeError('FORBIDDEN', 'A token hands on no more than its own scopes: name scopes that it has.')
    const { subject, unchanged } = await subjects.hold(grant, ref)
    if (forOwn) checkOwnAgent(by, subject, ref)
    // Else whoever may make tokens comes in as somebody who may do more, whatever the mode of the gate.
    if (subject.id !== by.id) checkRegistration(by, subject)
    const token = createToken(random)
    const now = clock()
    const row: AccessTokenRow = {
      // Made after the subject was read, and stored only while it is as it was read: a deactivation ends every older one.
      id: newId(),
      digest: sha256Hex(token),
      subject: subject.id,
      name,
      scopes: scopes && [...new Set(scopes)].toSorted(),
      createdBy: by.id,
      createdAt: now,
      expiresAt: now + days * DAY_MS,
      revokedAt: null,
    }
    const expiresAt = listedUntil(row)
    const put = store.records.put(grant, COLLECTION, row.id, row, { expectedRevision: 0, expiresAt })
    const [outcome] = await store.append([{ ...command, grant, changes: [put, unchanged], ...tellCreated(grant, row) }])
    tellChanged(store, subject.id)
    if (outcome?.ok) return { token, row: { ...row, state: 'active' } }
    throw isMismatch(outcome?.error) ? changedMeanwhile(subject.name) : (outcome?.error ?? unanswered())
  }

  /** Undefined for one that there is not. */
  async find(id: string): Promise<ListedToken | undefined> {
    const found = await this.#options.store.records.find<AccessTokenRow>(COLLECTION, id)
    return found && this.#listed(found.value)
  }

  /** In the order in which they were made. @throws CascadeError CURSOR_INVALID, NOT_FOUND for the subject. */
  async list({
    limit,
    cursor,
    subject,
  }: {
    readonly limit: number
    readonly cursor?: string | undefined
    readonly subject?: string | undefined
  }): Promise<{ readonly items: readonly ListedToken[]; readonly next: string | undefined }> {
    if (cursor !== undefined && !isUuid(cursor))
      throw new CascadeError('CURSOR_INVALID', 'The cursor is none of this list.')
    const page = { limit, ...(cursor !== undefined && { after: cursor }) }
    const { store, subjects } = this.#options
    const { items, next } =
      subject === undefined
        ? await store.records.list<AccessTokenRow>(COLLECTION, page)
        : await store.records.listBy<AccessTokenRow>(
            COLLECTION,
            'subject',
            (await subjects.get(subject)).subject.id,
            page,
          )
    return { items: await Promise.all(items.map(({ value }) => this.#listed(value))), next }
  }

  /** The scopes of each token with which the subject can come in. */
  async activeScopes(subject: string): Promise<readonly Scopes[]> {
    const active: Scopes[] = []
    for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
      const page = { limit: PER_PAGE, ...(after !== undefined && { after }) }
      const found = await this.#options.store.records.listBy<AccessTokenRow>(COLLECTION, 'subject', subject, page)
      for (const { value } of found.items) if ((await this.#listed(value)).state === 'active') active.push(value.scopes)
      after = found.next
    }
    return active
  }

  /** Whether its subject still comes in with the token of this id; false for one that there is not. */
  async isActive(id: string): Promise<boolean> {
    const row = (await this.#options.store.records.find<AccessTokenRow>(COLLECTION, id))?.value
    return row !== undefined && (await this.#listed(row)).state === 'active'
  }

  /** Ends a token at once; one that was revoked stays as it is. @throws CascadeError NOT_FOUND. */
  async revoke(
    { grant, command }: Omit<SubjectCall<Grant<'token.revoke' | 'agent.withdraw'>>, 'subject'>,
    id: string,
  ): Promise<void> {
    const { store, clock } = this.#options
    const found = await store.records.find<AccessTokenRow>(COLLECTION, id)
    if (!found) throw new CascadeError('NOT_FOUND', `No token has the id ${id}.`)
    if (found.value.revokedAt !== null) return
    const row: AccessTokenRow = { ...found.value, revokedAt: clock() }
    const put = store.records.put(grant, COLLECTION, id, row, {
      expectedRevision: found.revision,
      expiresAt: listedUntil(row),
    })
    const told = {
      records: [toRecord(grant, 'token.revoked', `token/${id}`, { subject: row.subject }, {})],
      events: [{ type: 'cascade.token.revoked', subject: `token/${id}`, data: { id, subject: row.subject } }],
    }
    const [outcome] = await store.append([{ ...command, grant, changes: [put], ...told }])
    tellChanged(store, id)
    // A token is changed by being revoked and by nothing else.
    if (outcome?.ok || isMismatch(outcome?.error)) return
    throw outcome?.error ?? unanswered()
  }

  async #load(digest: string): Promise<AccessTokenRow | undefined> {
    const changes = this.#changes
    const { items } = await this.#options.store.records.listBy<AccessTokenRow>(COLLECTION, 'digest', digest, {
      limit: 1,
    })
    const row = items[0]?.value
    if (row === undefined || (await this.#isOver(row))) return undefined
    // What was changed while it was read may be of before: it is not kept, and read again next time.
    if (changes !== this.#changes) return this.#reload(row)
    if (this.#known.size >= this.#keptMax) this.#known.clear()
    this.#known.set(digest, row)
    return row
  }

  async #reload({ id }: AccessTokenRow): Promise<AccessTokenRow | undefined> {
    const row = (await this.#options.store.records.find<AccessTokenRow>(COLLECTION, id))?.value
    return row === undefined || (await this.#isOver(row)) ? undefined : row
  }

  /** Whether its subject was deactivated since it was made. */
  async #isOver({ id, subject }: AccessTokenRow): Promise<boolean> {
    const before = await this.#options.subjects.tokensOverBefore(subject)
    return before !== undefined && id < before
  }

  async #listed(row: AccessTokenRow): Promise<ListedToken> {
    if (row.revokedAt !== null || (await this.#isOver(row))) return { ...row, state: 'revoked' }
    return { ...row, state: row.expiresAt <= this.#options.clock() ? 'expired' : 'active' }
  }

  /** @param changed id of a token or of a subject. */
  #drop(changed: string): void {
    this.#changes += 1
    for (const [digest, { id, subject }] of this.#known)
      if (id === changed || subject === changed) this.#known.delete(digest)
  }
}

const listedUntil = ({ expiresAt }: AccessTokenRow): number => expiresAt + LISTED_DAYS_AFTER * DAY_MS

/** Neither the token nor its digest nor its name goes into the log. */
function tellCreated(grant: Grant, { id, subject, scopes, expiresAt }: AccessTokenRow) {
  const about = `token/${id}` as const
  const payload = { subject, scopes: scopes && [...scopes], expires_at: toRfc3339(expiresAt) }
  return {
    records: [toRecord(grant, 'token.created', about, payload, {})],
    events: [{ type: 'cascade.token.created', subject: about, data: { id, ...payload } }],
  }
}

const isMismatch = (error: unknown): boolean => isCascadeError(error) && error.code === 'REVISION_MISMATCH'

const changedMeanwhile = (name: string): CascadeError =>
  new CascadeError('CONFLICT', `${name} was changed, or got another token, at the same moment: ask again.`)

const unanswered = (): CascadeError =>
  new CascadeError('INTERNAL', 'The store answered nothing to a change of a token.')
