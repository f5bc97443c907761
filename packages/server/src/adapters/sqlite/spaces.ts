import { CascadeError } from '#base'
import type { Embedding } from '#capsules'
import type { Database } from './database.ts'
import { assertVector } from './stored-vector.ts'
import { DIMENSIONS_MAX } from './vector/index.ts'

/** What a space is to the store, as its row says it; see `EmbeddingSpaces`. */
export const ROLES = { given: 0, active: 1, shadow: 2, retired: 3 } as const
export type Role = (typeof ROLES)[keyof typeof ROLES]

/** In place of the key of a space: the columns of all indexed heads, by which searches by words filter. No row has it. */
export const WORDS = 0

/** A space is a model with its number of dimensions. */
export interface Space {
  readonly key: number
  readonly model: string
  readonly dimensions: number
  readonly role: Role
}

/** Key of the active space in a statement; null where there is none. Looked up once a statement. */
export const ACTIVE_SPACE = `(SELECT key FROM spaces WHERE role = ${ROLES.active})`

export const SPACE_COLUMNS = 'key, model, dimensions, role'

/** What the transaction did to the spaces, once it is durable. */
export interface SpacesCommitted {
  readonly opened: readonly Space[]
  /** Keys of those that are gone; they come before what was opened. */
  readonly closed: readonly number[]
}

interface Step {
  readonly model: string
  readonly before: Space | undefined
  readonly opened?: Space
  readonly closed?: number
}

/** The spaces as the writer knows them: there are few, so all of them are kept in memory. */
export class Spaces {
  readonly #database: Database
  readonly #byModel = new Map<string, Space>()
  /** What the open transaction did, so that a rollback can take it back. */
  #steps: Step[] = []

  constructor(database: Database) {
    this.#database = database
    for (const space of database.all<Space>(`SELECT ${SPACE_COLUMNS} FROM spaces`)) {
      this.#byModel.set(space.model, space)
    }
  }

  find(model: string): Space | undefined {
    return this.#byModel.get(model)
  }

  /** The space that has the role; one at most is active, and one the shadow. */
  having(role: Role): Space | undefined {
    return this.#byModel.values().find((space) => space.role === role)
  }

  /** Keys of the spaces in which a capsule may have a slot: that of its given vector, else the store's own. */
  of({ space }: { readonly space: number | null }): readonly number[] {
    return space === null ? this.own().map(({ key }) => key) : [space]
  }

  /** The same with that of words: wherever the columns of an indexed head stand. */
  columnsOf(row: { readonly space: number | null }): readonly number[] {
    return [WORDS, ...this.of(row)]
  }

  /** The active space and the shadow, as far as there are any. */
  own(): readonly Space[] {
    return [this.having(ROLES.active), this.having(ROLES.shadow)].filter((space) => space !== undefined)
  }

  /**
   * The space of a vector, made when its model is new.
   *
   * @throws CascadeError EMBEDDING_MISMATCH when the vector is not one, or has another length than others of its model.
   */
  intern({ model, vector }: Embedding): Space {
    assertVector(vector)
    const known = this.#byModel.get(model)
    if (!known) return this.make(model, vector.length, ROLES.given)
    assertFits(known, vector)
    return known
  }

  /** @throws CascadeError EMBEDDING_MISMATCH for dimensions that no space has. */
  make(model: string, dimensions: number, role: Role): Space {
    if (dimensions < 1 || dimensions > DIMENSIONS_MAX) {
      throw new CascadeError('EMBEDDING_MISMATCH', `a space has 1 to ${DIMENSIONS_MAX} dimensions, not ${dimensions}`)
    }
    const sql = 'INSERT INTO spaces (model, dimensions, role) VALUES (?, ?, ?)'
    const space = { key: this.#database.insert(sql, model, dimensions, role), model, dimensions, role }
    this.#steps.push({ model, before: undefined, opened: space })
    this.#byModel.set(model, space)
    return space
  }

  setRole(space: Space, role: Exclude<Role, typeof ROLES.retired>): void {
    this.#setRole(space, role, {})
  }

  /** Nobody asks in the space any more: its memory is given back at once, its rows follow. */
  retire(space: Space): void {
    this.#setRole(space, ROLES.retired, { closed: space.key })
  }

  /** A retired space becomes one of given vectors; its slots are empty, for whoever fills them again. */
  giveBack(space: Space): void {
    this.#setRole(space, ROLES.given, { opened: { ...space, role: ROLES.given } })
  }

  remove(space: Space): void {
    this.#database.run('DELETE FROM spaces WHERE key = ?', space.key)
    this.#steps.push({ model: space.model, before: space })
    this.#byModel.delete(space.model)
  }

  mark(): number {
    return this.#steps.length
  }

  /** Takes back what was done since the mark: the rows are as they were. */
  rollbackTo(mark: number): void {
    for (const { model, before } of this.#steps.splice(mark).reverse()) {
      if (before) this.#byModel.set(model, before)
      else this.#byModel.delete(model)
    }
  }

  committed(): SpacesCommitted {
    const steps = this.#steps.splice(0)
    return {
      opened: steps.flatMap(({ opened }) => opened ?? []),
      closed: steps.flatMap(({ closed }) => closed ?? []),
    }
  }

  #setRole(space: Space, role: Role, effect: Pick<Step, 'opened' | 'closed'>): void {
    this.#database.run('UPDATE spaces SET role = ? WHERE key = ?', role, space.key)
    this.#steps.push({ model: space.model, before: space, ...effect })
    this.#byModel.set(space.model, { ...space, role })
  }
}

/** @throws CascadeError EMBEDDING_MISMATCH. */
export function assertFits({ model, dimensions }: SpaceSize, vector: Float32Array): void {
  if (vector.length === dimensions) return
  throw new CascadeError(
    'EMBEDDING_MISMATCH',
    `vectors of ${model} have ${dimensions} dimensions, this one has ${vector.length}`,
  )
}

type SpaceSize = Pick<Space, 'model' | 'dimensions'>
