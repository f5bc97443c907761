import { CascadeError, type Clock, isUuid, sha256Hex } from '#base'
import type { Change, Command, Grant, Records, StoredRecord, UnitOfWork } from '#store'
import { KnownSubjects } from './known-subjects.ts'
import {
  ADMINISTRATOR_NAME,
  ADMINISTRATOR_TRUST,
  actingFor,
  readSubject,
  SUBJECT_TRUST_NEW,
  type Subject,
  type SubjectKind,
  type SubjectRole,
  type SubjectRow,
  TOKEN_COLLECTION,
} from './subject.ts'
import { isSubjectName, SUBJECT_NAME_LENGTH_MAX, subjectNameKey } from './subject-name.ts'
import { checkChange, checkOwner, checkRegistration, type SubjectChange } from './subject-rules.ts'
import { isUnchanged, tellRegistered, tellSubjectChanged } from './tell-subject.ts'

export interface SubjectQuery {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly kind?: SubjectKind | undefined
}

export interface SubjectPage {
  readonly items: readonly RevisedSubject[]
  /** Key to continue after. */
  readonly next: string | undefined
}

export interface SubjectsOptions {
  readonly store: UnitOfWork & { readonly records: Records }
  readonly clock: Clock
  readonly newId: () => string
  /** Subjects kept at hand; at the bound all are let go at once. */
  readonly keptMax?: number
}

/** Decides on registering a subject, on behalf of whoever caused it. */
export type GrantSubjectCreation = () => Grant<'subject.create'> | Promise<Grant<'subject.create'>>

/** Who asks for a change, with which grant, as which command. */
export interface SubjectCall<G extends Grant = Grant> {
  readonly grant: G
  readonly subject: Subject
  readonly command: Pick<Command, 'id' | 'bodyDigest'>
}

/** What a subject is registered with. */
export interface SubjectFields {
  readonly kind: SubjectKind
  readonly name: string
  readonly roles: readonly SubjectRole[]
  readonly trust: number
  /** Of an agent: a person, by id or name. */
  readonly owner?: string | undefined
}

/** A subject at one of its revisions. */
export interface RevisedSubject {
  readonly subject: Subject
  /** Counts from 1. */
  readonly revision: number
}

/** What others keep of a change, in its transaction. */
type Along = (before: Subject, after: Subject) => Promise<Pick<Command, 'changes' | 'records' | 'events'>>

const NOTHING = { changes: [], records: [], events: [] } as const
const KEPT_MAX = 10_000
const ROWS_AT_ONCE = 1000

/** The registry of subjects: found by id or name, registered on purpose or by the first use of a name, and changed. */
export class Subjects {
  readonly #store: SubjectsOptions['store']
  readonly #clock: Clock
  readonly #newId: () => string
  readonly #known: KnownSubjects
  #founder: string | undefined

  constructor({ store, clock, newId, keptMax = KEPT_MAX }: SubjectsOptions) {
    this.#store = store
    this.#clock = clock
    this.#newId = newId
    this.#known = new KnownSubjects(store, keptMax)
  }

  async find(id: string): Promise<Subject | undefined> {
    return this.#known.byId(id) ?? this.#known.keep(async () => (await this.#read(id))?.subject)
  }

  async findByName(name: string): Promise<Subject | undefined> {
    const spelled = this.#known.byName(name)
    if (spelled?.name === name) return spelled
    if (!isSubjectName(name)) return undefined
    const key = subjectNameKey(name)
    const known = this.#known.byName(key)
    if (known) return known
    const entry = await this.#store.records.find<{ id: string }>('subject_names', key)
    return entry ? this.find(entry.value.id) : undefined
  }

  /** Names of those ids that are known. */
  async names(ids: Iterable<string>): Promise<ReadonlyMap<string, string>> {
    const names = new Map<string, string>()
    for (const id of new Set(ids)) {
      const subject = await this.find(id)
      if (subject) names.set(id, subject.name)
    }
    return names
  }

  /** The subject that an id or a name means; nothing when there is none. */
  async resolve(idOrName: string): Promise<Subject | undefined> {
    return isUuid(idOrName) ? this.find(idOrName) : this.findByName(idOrName)
  }

  /**
   * As `resolve`, for an id or a name that `resolveOrRegister` would take.
   *
   * @throws CascadeError UNPROCESSABLE for an id that nobody has, and for what cannot be a name.
   */
  async resolveOrCheck(idOrName: string): Promise<Subject | undefined> {
    const found = await this.resolve(idOrName)
    if (found) return found
    if (isUuid(idOrName)) throw new CascadeError('UNPROCESSABLE', `No subject has the id ${idOrName}.`)
    if (!isSubjectName(idOrName)) throw notAName()
    return undefined
  }

  /** As `resolveOrCheck`; a name that is new becomes a subject without credentials. */
  async resolveOrRegister(idOrName: string, grant: GrantSubjectCreation): Promise<Subject> {
    const found = await this.resolveOrCheck(idOrName)
    if (found) return found
    return this.#registerFirst({ ...NEWCOMER, name: idOrName }, await grant())
  }

  /** The administrator of this instance, registered at its first start. */
  async openAdministrator(grant: (id: string) => Grant<'subject.create'>): Promise<Subject> {
    const found = await this.findByName(ADMINISTRATOR_NAME)
    const id = found?.id ?? this.#newId()
    const administrator = found ?? (await this.#registerFirst({ ...ADMINISTRATOR, id }, grant(id)))
    this.#founder = administrator.id
    return administrator
  }

  /** The subject that an id or a name means, as it is stored now. @throws CascadeError NOT_FOUND. */
  async get(idOrName: string): Promise<RevisedSubject> {
    const found = await this.resolve(idOrName)
    const revised = found && (await this.#read(found.id))
    if (!revised) throw new CascadeError('NOT_FOUND', `No subject has the id or the name ${JSON.stringify(idOrName)}.`)
    return { subject: revised.subject, revision: revised.revision }
  }

  /** In the order of their registration. @throws CascadeError CURSOR_INVALID. */
  async list({ limit, cursor, kind }: SubjectQuery): Promise<SubjectPage> {
    if (cursor !== undefined && !isUuid(cursor))
      throw new CascadeError('CURSOR_INVALID', 'The cursor is none of this list.')
    const page = { limit, ...(cursor !== undefined && { after: cursor }) }
    const { records } = this.#store
    const { items, next } =
      kind === undefined
        ? await records.list<SubjectRow>('subjects', page)
        : await records.listBy<SubjectRow>('subjects', 'kind', kind, page)
    return { items: items.map(({ value, revision }) => ({ subject: readSubject(value), revision })), next }
  }

  /** All agents of a person, in the order of their registration. */
  async listOwned(owner: string): Promise<readonly RevisedSubject[]> {
    const items = await this.#allBy<SubjectRow>('subjects', 'owner', owner)
    return items.map(({ value, revision }) => ({ subject: readSubject(value), revision }))
  }

  /**
   * Registers a subject on purpose.
   *
   * @throws CascadeError FORBIDDEN for more trust or another role than whoever asks has to give; UNPROCESSABLE for what cannot be
   *   a name, and for an owner where none belongs or none that can be; CONFLICT for a name that somebody has.
   */
  async register(
    call: SubjectCall<Grant<'subject.create' | 'agent.own'>>,
    fields: SubjectFields,
  ): Promise<RevisedSubject> {
    const { kind, name, roles, trust } = fields
    if (!isSubjectName(name)) throw notAName()
    checkRegistration(call.subject, fields)
    const owner = fields.owner === undefined ? undefined : await this.#getOwner(fields.owner)
    checkOwner(kind, owner)
    if (await this.findByName(name)) throw nameTaken(name)
    const made = { id: this.#newId(), kind, name, roles, trust, owner: owner?.id ?? null, active: true }
    const subject: Subject = { ...made, createdAt: this.#clock() }
    const [outcome] = await this.#store.append([{ ...this.#registration(subject, call.grant), ...call.command }])
    if (outcome?.ok) return { subject, revision: 1 }
    throw (await this.findByName(name)) ? nameTaken(name) : (outcome?.error ?? unanswered())
  }

  /**
   * Changes what a subject may be. Deactivating it ends all its tokens for good.
   *
   * @param matches whether the revision is the one that whoever asks has seen.
   * @param along what goes with the change, told before it.
   * @throws CascadeError NOT_FOUND, REVISION_MISMATCH; CONFLICT for the administrator of the instance; FORBIDDEN for what whoever
   *   asks may not give or take; UNPROCESSABLE for an owner that cannot be.
   */
  async change(
    call: SubjectCall<Grant<'subject.update' | 'proposal.execute'>>,
    idOrName: string,
    { roles, trust, active, owner: ownerName }: SubjectChange,
    matches: (revision: number) => boolean,
    along: Along = async () => NOTHING,
  ): Promise<RevisedSubject> {
    const { id } = (await this.get(idOrName)).subject
    const { subject: before, revision, row } = (await this.#read(id)) ?? unanswered()
    if (!matches(revision)) throw changedMeanwhile(before, revision)
    const owner = ownerName === undefined ? undefined : await this.#getOwner(ownerName)
    if (owner !== undefined) checkOwner(before.kind, owner)
    const after: Subject = {
      ...before,
      roles: roles ?? before.roles,
      trust: trust ?? before.trust,
      active: active ?? before.active,
      owner: owner?.id ?? before.owner,
    }
    if (isUnchanged(before, after)) return { subject: before, revision }
    checkChange(call.subject, before, after, id === this.#founder)
    // Made after the row was read, and stored only while the row is at that revision: every token of the subject is older.
    const over = before.active && !after.active ? { tokensOverBefore: this.#newId() } : {}
    const put = this.#store.records.put(
      call.grant,
      'subjects',
      id,
      { ...row, ...after, ...over },
      { expectedRevision: revision },
    )
    const { changes, records, events } = await along(before, after)
    const told = tellSubjectChanged(call.grant, before, after)
    const [outcome] = await this.#store.append([
      {
        ...{ ...call.command, grant: call.grant, changes: [put, ...changes] },
        ...{ records: [...records, ...told.records], events: [...events, ...told.events] },
      },
    ])
    this.forget(id)
    if (!outcome?.ok) throw outcome?.error ?? unanswered()
    return { subject: after, revision: revision + 1 }
  }

  /** The subject as it acts now: an agent with no more trust than the person behind it, and inactive where they let none in. */
  async asActing(subject: Subject): Promise<Subject> {
    return actingFor(subject, subject.owner === null ? undefined : await this.find(subject.owner))
  }

  /** The subject of a credential, as it acts: one that is active, of an agent whose owner is active and trusted to begin with. */
  async findWhoMayEnter(id: string): Promise<Subject | undefined> {
    const subject = await this.find(id)
    const acting = subject && (await this.asActing(subject))
    return acting?.active ? acting : undefined
  }

  /** The id before which every token of a subject is over; undefined for one that was never deactivated. */
  async tokensOverBefore(id: string): Promise<string | undefined> {
    return (await this.#read(id))?.row.tokensOverBefore
  }

  /**
   * A subject that is to get something, with a change that fails where the subject is changed meanwhile; it raises the revision.
   *
   * @throws CascadeError UNPROCESSABLE for one that there is not, and for one that is not active.
   */
  async hold(grant: Grant, idOrName: string): Promise<{ readonly subject: Subject; readonly unchanged: Change }> {
    const found = await this.resolve(idOrName)
    const read = found && (await this.#read(found.id))
    if (!read)
      throw new CascadeError(
        'UNPROCESSABLE',
        `No subject has the id or the name ${JSON.stringify(idOrName)}: register it first.`,
      )
    const { subject, revision, row } = read
    if (!subject.active)
      throw new CascadeError(
        'UNPROCESSABLE',
        `${subject.name} is not active: activate it first, or choose another subject.`,
      )
    const { records } = this.#store
    return { subject, unchanged: records.put(grant, 'subjects', subject.id, row, { expectedRevision: revision }) }
  }

  /**
   * The changes that take a subject's name away, and its tokens. Its id stays, for what refers to it; what is left of the name says that it was
   * erased. None for a subject that is unknown, or has none any more.
   */
  async withoutName(grant: Grant, id: string): Promise<readonly Change[]> {
    const { records } = this.#store
    const found = await records.find<SubjectRow>('subjects', id)
    const name = `erased ${id}`
    const tokens = await this.#allBy(TOKEN_COLLECTION.name, 'subject', id)
    const ended = tokens.map(({ key }) => records.delete(grant, TOKEN_COLLECTION.name, key))
    if (!found || found.value.name === name) return ended
    return [
      ...ended,
      records.delete(grant, 'subject_names', subjectNameKey(found.value.name)),
      records.put(grant, 'subject_names', subjectNameKey(name), { id }),
      records.put(grant, 'subjects', id, { ...found.value, name }, { expectedRevision: found.revision }),
    ]
  }

  /** Has every registry over the store read it anew from now on: to be called when it was changed or lost its name. */
  forget(id: string): void {
    this.#known.forget(id)
  }

  async #allBy<T>(collection: string, index: string, value: string): Promise<readonly StoredRecord<T>[]> {
    const all: StoredRecord<T>[] = []
    for (let after: string | undefined, isMore = true; isMore; isMore = after !== undefined) {
      const page = { limit: ROWS_AT_ONCE, ...(after !== undefined && { after }) }
      const { items, next } = await this.#store.records.listBy<T>(collection, index, value, page)
      all.push(...items)
      after = next
    }
    return all
  }

  async #read(id: string): Promise<(RevisedSubject & { readonly row: SubjectRow }) | undefined> {
    const found = await this.#store.records.find<SubjectRow>('subjects', id)
    return found && { subject: readSubject(found.value), revision: found.revision, row: found.value }
  }

  /** @throws CascadeError UNPROCESSABLE for one that there is not. */
  async #getOwner(idOrName: string): Promise<Subject> {
    const owner = await this.resolve(idOrName)
    if (owner) return owner
    throw new CascadeError(
      'UNPROCESSABLE',
      `No subject has the id or the name ${JSON.stringify(idOrName)}: register the owner first.`,
    )
  }

  async #registerFirst(
    fields: Omit<Subject, 'id' | 'createdAt' | 'owner' | 'active'> & { readonly id?: string },
    grant: Grant,
  ): Promise<Subject> {
    const { id = this.#newId(), ...given } = fields
    const subject: Subject = { id, ...given, owner: null, active: true, createdAt: this.#clock() }
    const [outcome] = await this.#store.append([this.#registration(subject, grant)])
    if (outcome?.ok) {
      this.#known.add(subject)
      return subject
    }
    // Two first uses of a name at once: the one that came second finds what the other registered.
    const other = await this.findByName(subject.name)
    if (other) return other
    throw outcome?.error ?? unanswered()
  }

  #registration(subject: Subject, grant: Grant): Command {
    const { records } = this.#store
    return {
      id: sha256Hex(`subject:${subject.id}`).slice(0, 32),
      grant,
      changes: [
        records.put(grant, 'subject_names', subjectNameKey(subject.name), { id: subject.id }, { expectedRevision: 0 }),
        records.put(grant, 'subjects', subject.id, subject, { expectedRevision: 0 }),
      ],
      ...tellRegistered(grant, subject),
    }
  }
}

const NEWCOMER = { kind: 'person', roles: ['member'], trust: SUBJECT_TRUST_NEW } as const
const ADMINISTRATOR = {
  kind: 'person',
  name: ADMINISTRATOR_NAME,
  roles: ['administrator'],
  trust: ADMINISTRATOR_TRUST,
} as const

const nameTaken = (name: string): CascadeError =>
  new CascadeError(
    'CONFLICT',
    `A subject is called ${JSON.stringify(name)} already: change that one, or choose another name.`,
  )

const changedMeanwhile = ({ name }: Subject, revision: number): CascadeError =>
  new CascadeError('REVISION_MISMATCH', `${name} was changed meanwhile: it is at revision ${revision}. Read it again.`)

const unanswered = (): never => {
  throw new CascadeError('INTERNAL', 'The store answered nothing to a change of a subject.')
}

const notAName = (): CascadeError =>
  new CascadeError(
    'UNPROCESSABLE',
    `A subject's name is one line of 1 to ${SUBJECT_NAME_LENGTH_MAX} characters, without blanks at its ends or control characters, and no UUID.`,
  )
