import type { Action, CapsuleCreate, CapsuleUpdate } from '@forge-cascade/contract'
import type { Clock, Random } from '#base'
import type { GrantSubjectCreation, Subject, Subjects } from '#identity'
import type { Grant } from '#store'
import type { Store } from '../../store.ts'
import type { ReadPolicy, ReadRights } from '../access/read-rights.ts'
import type { Embedder } from '../embedding/index.ts'

/** What the use cases of this context work with. */
export interface CapsuleContext {
  readonly store: Store
  /** Makes the vectors that questions are asked with. */
  readonly embedder: Embedder
  /** While the model of the vectors is being changed: that of the model to come. */
  readonly shadowEmbedder?: Embedder | undefined
  readonly subjects: Subjects
  readonly clock: Clock
  readonly newId: () => string
  readonly random: Random
  /** Where the store holds what a caller may read alone: the context with all, for what a change carries along unseen. */
  readonly whole?: CapsuleContext | undefined
  /** What policies say of reading; left out where they say no more than who owns, shares and publishes. */
  readonly readPolicy?: ReadPolicy | undefined
  /** What the caller may do with what it reads; all where it is left out. */
  readonly rights?: ReadRights | undefined
}

/** Identity of the command that a call becomes: the same twice is carried out once. */
export interface CommandIdentity {
  /** 32 hex digits. */
  readonly id: string
  readonly bodyDigest?: string
}

/**
 * Has the gate decide on one capsule, by its id.
 *
 * @param change of what policies know of it; left out where that stays as it is.
 * @throws CascadeError FORBIDDEN, APPROVAL_REQUIRED with the reasons.
 */
export type DecideCapsule = (id: string, change?: Pick<CapsuleUpdate, 'tags'>) => Promise<void>

/**
 * Has the gate decide on one capsule that is to be created.
 *
 * @throws CascadeError FORBIDDEN, APPROVAL_REQUIRED with the reasons.
 */
export type DecideNew = (
  capsule: Pick<CapsuleCreate, 'type' | 'owner' | 'trust' | 'tags' | 'licence' | 'identity' | 'lane' | 'fold'>,
) => Promise<void>

/** One call: who, with which grant, as which command. */
export interface Call<A extends Action = Action> {
  readonly grant: Grant<A>
  readonly subject: Subject
  readonly command: CommandIdentity
  /** Asks the gate when an owner's name is new and becomes a subject. */
  readonly grantSubject: GrantSubjectCreation
  /** Asked about each capsule where the grant is for several; left out where the grant is for the very one. */
  readonly decideEach?: DecideCapsule
  /** Asked about each capsule that is to be created where the grant was decided without it. */
  readonly decideNew?: DecideNew
  /** The id that the one capsule to be created was decided on by; a new one where it is left out. */
  readonly newCapsule?: string
}
