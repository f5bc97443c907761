import type { z } from 'zod'
import type { RECORD_CATEGORIES, RecordType } from '../../record-categories.ts'
import type { RECORDS_V1 } from './index.ts'

type Kinds = typeof RECORDS_V1

// Tables of types, each looked up by the kind: so that what holds for each kind of a family holds for the family.
type Subjects = { readonly [T in RecordType]: z.input<Kinds[T]['subject']> }
type Payloads = { readonly [T in RecordType]: DeepReadonly<z.input<Kinds[T]['payload']>> }
type Digests = { readonly [T in RecordType]: Readonly<z.input<Kinds[T]['digests']>> }
type DigestArguments = {
  readonly [T in RecordType]: Record<never, never> extends Digests[T]
    ? readonly [digests?: Digests[T]]
    : readonly [digests: Digests[T]]
}

/** What a record of a kind is about: `capsule/<id>`. */
export type RecordSubject<T extends RecordType> = Subjects[T]
/** What a writer states in the record of a kind; the decision stands there besides. */
export type RecordPayload<T extends RecordType> = Payloads[T]
/** Name → salted digest. */
export type RecordDigests<T extends RecordType> = Digests[T]
/** The digests as last argument: it may be left out where a kind has none. */
export type DigestArgument<T extends RecordType> = DigestArguments[T]

interface StatedRecordOf<T extends RecordType> {
  readonly category: (typeof RECORD_CATEGORIES)[T]
  readonly type: T
  /** Subject id of who acted. */
  readonly actor: string
  readonly correlationId: string
  readonly subject: RecordSubject<T>
  readonly digests: RecordDigests<T>
  readonly payload: RecordPayload<T> & { readonly decision_id: string }
}

/** A record as its writer states it: of one of the kinds, with what that kind says. */
export type StatedRecord<T extends RecordType = RecordType> = { readonly [K in T]: StatedRecordOf<K> }[T]

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Member in keyof T]: DeepReadonly<T[Member]> }
    : T
