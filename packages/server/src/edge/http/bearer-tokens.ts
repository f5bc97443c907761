import { type AccessTokens, isSameToken, type Subjects } from '#identity'
import type { Authenticate } from './admission.ts'

export interface BearerTokens {
  /** SHA-256 of the token in the data folder. */
  readonly administratorDigest: Uint8Array
  /** Id of the subject that comes in with it. */
  readonly administrator: string
  readonly subjects: Pick<Subjects, 'findWhoMayEnter'>
  readonly tokens: Pick<AccessTokens, 'identify'>
}

/**
 * Knows the administrator's token, which is compared in constant time, and every token that was made. Those are looked up by
 * their SHA-256: what that takes tells nothing about 256 random bits.
 */
export const authenticateBy =
  ({ administratorDigest, administrator, subjects, tokens }: BearerTokens): Authenticate =>
  async (token) => {
    if (!isSameToken(token, administratorDigest)) return tokens.identify(token)
    const subject = await subjects.findWhoMayEnter(administrator)
    return subject && { subject, tokenId: null, scopes: null }
  }
