import { timingSafeEqual } from 'node:crypto'
import { type Random, sha256 } from '#base'

const TOKEN_BYTES = 32
/** Marks the token as ours for people and for scanners that look for leaked secrets. */
const PREFIX = 'fc_'

/** A new bearer token: 256 random bits in base64url. */
export const createToken = (random: Random): string =>
  PREFIX + Buffer.from(random(new Uint8Array(TOKEN_BYTES))).toString('base64url')

const TOKEN = /^fc_[A-Za-z0-9_-]{43}$/

/** False for what no token of ours can be, however long it is. */
export const isTokenShaped = (text: string): boolean => text.length === PREFIX.length + 43 && TOKEN.test(text)

/** Compares digests in constant time, so that timing tells nothing about the token. */
export function isSameToken(given: string, digest: Uint8Array): boolean {
  return timingSafeEqual(sha256(given), digest)
}

export const tokenDigest = (token: string): Uint8Array => sha256(token)
