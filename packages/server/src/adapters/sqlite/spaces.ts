import { CascadeError } from '#base'
import type { Embedding } from '#capsules'
import type { Database } from './database.ts'
import { assertVector } from './stored-vector.ts'

/** A space is a model with its number of dimensions. */
export interface Space {
  readonly key: number
  readonly model: string
  readonly dimensions: number
}

/** The spaces as the writer knows them: there are few, so all of them are kept in memory. */
export class Spaces {
  readonly #database: Database
  readonly #byModel = new Map<string, Space>()
  /** Made in the open transaction, so that a rollback can forget them. */
  #fresh: Space[] = []

  constructor(database: Database) {
    this.#database = database
    for (const space of database.all<Space>('SELECT key, model, dimensions FROM spaces')) {
      this.#byModel.set(space.model, space)
    }
  }

  /**
   * The space of a vector, made when its model is new.
   *
   * @throws CascadeError EMBEDDING_MISMATCH when the vector is not one, or has another length than others of its model.
   */
  intern({ model, vector }: Embedding): number {
    assertVector(vector)
    const known = this.#byModel.get(model)
    if (!known) return this.#make(model, vector.length)
    assertFits(known, vector)
    return known.key
  }

  mark(): number {
    return this.#fresh.length
  }

  /** Forgets the spaces made since the mark: their rows are gone. */
  rollbackTo(mark: number): void {
    for (const { model } of this.#fresh.splice(mark)) this.#byModel.delete(model)
  }

  /** The spaces that the transaction made, once it is durable. */
  committed(): readonly Space[] {
    return this.#fresh.splice(0)
  }

  #make(model: string, dimensions: number): number {
    const key = this.#database.insert('INSERT INTO spaces (model, dimensions) VALUES (?, ?)', model, dimensions)
    const space = { key, model, dimensions }
    this.#byModel.set(model, space)
    this.#fresh.push(space)
    return key
  }
}

/** @throws CascadeError EMBEDDING_MISMATCH. */
export function assertFits({ model, dimensions }: Space, vector: Float32Array): void {
  if (vector.length === dimensions) return
  throw new CascadeError(
    'EMBEDDING_MISMATCH',
    `vectors of ${model} have ${dimensions} dimensions, this one has ${vector.length}`,
  )
}
