import type { EntityRef, Value, ValueRecord } from './value.ts'

/** What is known of an entity while a request is decided. */
export interface KnownEntity {
  readonly attributes: ReadonlyMap<string, Value>
  readonly tags: ReadonlyMap<string, Value>
  readonly parents: readonly string[]
  /** Keys of its parents, theirs, and so on. */
  readonly ancestors: ReadonlySet<string>
}

export type KnownEntities = ReadonlyMap<string, KnownEntity>

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
  key === target || entities.get(key)?.ancestors.has(target) === true
