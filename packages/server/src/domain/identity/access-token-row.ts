import type { Scopes } from './scopes.ts'
import type { Subject } from './subject.ts'

/** A token as it is stored: everything but the token. */
export interface AccessTokenRow {
  /** UUIDv7; also the key. */
  readonly id: string
  /** SHA-256 of the token, hex. */
  readonly digest: string
  /** Id of the subject that comes in with it. */
  readonly subject: string
  /** What people call it. */
  readonly name: string
  readonly scopes: Scopes
  /** Id of the subject that made it. */
  readonly createdBy: string
  /** Milliseconds since 1970, as the other times. */
  readonly createdAt: number
  readonly expiresAt: number
  readonly revokedAt: number | null
}

/** Who comes in, with what, for what. */
export interface Credential {
  readonly subject: Subject
  /** Null: the administrator's token file. */
  readonly tokenId: string | null
  readonly scopes: Scopes
}
