import type { EntityRef, Value, ValueRecord } from './value.ts'

type Members = ReadonlyMap<string, Value>

/** What is known of an entity while a request is decided. */
export class KnownEntity {
  readonly attributes: Members
  readonly tags: Members
  /** Keys. */
  readonly parents: readonly string[]
  #ancestors: ReadonlySet<string> | undefined

  constructor(attributes: Members, tags: Members, parents: readonly string[]) {
    this.attributes = attributes
    this.tags = tags
    this.parents = parents
  }

  /** Keys of its parents, theirs, and so on; worked out when it is first asked, because few entities ever are. */
  ancestors(entities: KnownEntities): ReadonlySet<string> {
    this.#ancestors ??= this.#gather(entities)
    return this.#ancestors
  }

  #gather(entities: KnownEntities): ReadonlySet<string> {
    if (this.parents.length === 0) return NONE
    const found = new Set(this.parents)
    // A set hands out what is added while it is walked.
    for (const key of found) for (const parent of entities.get(key)?.parents ?? []) found.add(parent)
    return found
  }
}

const NONE: ReadonlySet<string> = new Set()

/** Entities by their keys. */
export interface KnownEntities {
  get(key: string): KnownEntity | undefined
}

/** Those of a request, above those that all requests know: nothing is copied. */
export class LayeredEntities implements KnownEntities {
  readonly #own = new Map<string, KnownEntity>()
  readonly #below: KnownEntities

  constructor(below: KnownEntities) {
    this.#below = below
  }

  get(key: string): KnownEntity | undefined {
    return this.#own.get(key) ?? this.#below.get(key)
  }

  add(key: string, entity: KnownEntity): void {
    this.#own.set(key, entity)
  }

  /** The request's own, in the order in which they came. */
  own(): Iterable<readonly [string, KnownEntity]> {
    return this.#own
  }
}

/** A request as the compiled policies read it. */
export interface Frame {
  readonly principal: EntityRef
  readonly action: EntityRef
  readonly resource: EntityRef
  readonly context: ValueRecord
  readonly entities: KnownEntities
  /** It holds values that only the engine of the fallback can tell to be well-formed. */
  readonly hasExtensions: boolean
}

/** Whether the entity is the one with this key, or below it. */
export const isWithin = ({ entities }: Frame, { key }: EntityRef, target: string): boolean =>
  key === target || entities.get(key)?.ancestors(entities).has(target) === true

/** Keys of everything that the entity is below. */
export const ancestorsOf = ({ entities }: Frame, { key }: EntityRef): ReadonlySet<string> =>
  entities.get(key)?.ancestors(entities) ?? NONE
