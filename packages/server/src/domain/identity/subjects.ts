import { CascadeError, type Clock, isUuid, sha256Hex } from '#base'
import { type Change, type Command, type Grant, type Records, toRecord, type UnitOfWork } from '#store'
import { ADMINISTRATOR_NAME, ADMINISTRATOR_TRUST, SUBJECT_TRUST_NEW, type Subject } from './subject.ts'
import { isSubjectName, SUBJECT_NAME_LENGTH_MAX, subjectNameKey } from './subject-name.ts'

export interface SubjectsOptions {
  readonly store: UnitOfWork & { readonly records: Records }
  readonly clock: Clock
  readonly newId: () => string
  /** Subjects kept at hand; at the bound all are let go at once. */
  readonly keptMax?: number
}

/** Decides on registering a subject, on behalf of whoever caused it. */
export type GrantSubjectCreation = () => Grant<'subject.create'>

const KEPT_MAX = 10_000

/** The registry of subjects: found by id or name, registered by the first use of a name. */
export class Subjects {
  readonly #store: SubjectsOptions['store']
  readonly #clock: Clock
  readonly #newId: () => string
  readonly #keptMax: number
  // Nothing but an erasure changes a subject once it is registered, so what was read stays true. What is absent is not kept:
  // it may be registered at any moment.
  readonly #byId = new Map<string, Subject>()
  readonly #byName = new Map<string, Subject>()

  constructor({ store, clock, newId, keptMax = KEPT_MAX }: SubjectsOptions) {
    this.#store = store
    this.#clock = clock
    this.#newId = newId
    this.#keptMax = keptMax
  }

  async find(id: string): Promise<Subject | undefined> {
    return this.#byId.get(id) ?? this.#remember((await this.#store.records.find<Subject>('subjects', id))?.value)
  }

  async findByName(name: string): Promise<Subject | undefined> {
    if (!isSubjectName(name)) return undefined
    const key = subjectNameKey(name)
    const known = this.#byName.get(key)
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
    return this.#register({ kind: 'person', name: idOrName, roles: ['member'], trust: SUBJECT_TRUST_NEW }, grant())
  }

  /** The administrator of this instance, registered at its first start. */
  async openAdministrator(grant: (id: string) => Grant<'subject.create'>): Promise<Subject> {
    const found = await this.findByName(ADMINISTRATOR_NAME)
    if (found) return found
    const id = this.#newId()
    const fields = {
      id,
      kind: 'person',
      name: ADMINISTRATOR_NAME,
      roles: ['administrator'],
      trust: ADMINISTRATOR_TRUST,
    } as const
    return this.#register(fields, grant(id))
  }

  /**
   * The changes that take a subject's name away. Its id stays, for what refers to it; what is left of the name says that it was
   * erased. None for a subject that is unknown, or has none any more.
   */
  async withoutName(grant: Grant, id: string): Promise<readonly Change[]> {
    const { records } = this.#store
    const found = await records.find<Subject>('subjects', id)
    const name = `erased ${id}`
    if (!found || found.value.name === name) return []
    return [
      records.delete(grant, 'subject_names', subjectNameKey(found.value.name)),
      records.put(grant, 'subject_names', subjectNameKey(name), { id }),
      records.put(grant, 'subjects', id, { ...found.value, name }, { expectedRevision: found.revision }),
    ]
  }

  /** Reads it anew from now on: to be called when its name was taken away. */
  forget(id: string): void {
    const known = this.#byId.get(id)
    this.#byId.delete(id)
    for (const [key, subject] of this.#byName) if (subject === known || subject.id === id) this.#byName.delete(key)
  }

  async #register(
    fields: Omit<Subject, 'id' | 'createdAt'> & { readonly id?: string },
    grant: Grant,
  ): Promise<Subject> {
    const subject: Subject = { id: fields.id ?? this.#newId(), ...fields, createdAt: this.#clock() }
    const [outcome] = await this.#store.append([this.#registration(subject, grant)])
    if (outcome?.ok) return this.#remember(subject) ?? subject
    // Two first uses of a name at once: the one that came second finds what the other registered.
    const other = await this.findByName(subject.name)
    if (other) return other
    throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to a registration.')
  }

  #registration(subject: Subject, grant: Grant): Command {
    const { records } = this.#store
    const { kind, roles, trust } = subject
    return {
      id: sha256Hex(`subject:${subject.id}`).slice(0, 32),
      grant,
      changes: [
        records.put(grant, 'subject_names', subjectNameKey(subject.name), { id: subject.id }, { expectedRevision: 0 }),
        records.put(grant, 'subjects', subject.id, subject, { expectedRevision: 0 }),
      ],
      records: [toRecord(grant, 'subject.registered', `subject/${subject.id}`, { kind, roles, trust }, {})],
      events: [{ type: 'cascade.subject.registered', subject: `subject/${subject.id}`, data: { id: subject.id } }],
    }
  }

  #remember(subject: Subject | undefined): Subject | undefined {
    if (!subject) return undefined
    if (this.#byId.size >= this.#keptMax) {
      this.#byId.clear()
      this.#byName.clear()
    }
    this.#byId.set(subject.id, subject)
    this.#byName.set(subjectNameKey(subject.name), subject)
    return subject
  }
}

const notAName = (): CascadeError =>
  new CascadeError(
    'UNPROCESSABLE',
    `A subject's name is one line of 1 to ${SUBJECT_NAME_LENGTH_MAX} characters, without blanks at its ends or control characters, and no UUID.`,
  )
