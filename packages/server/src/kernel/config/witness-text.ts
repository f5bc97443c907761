/** A verifier key as C2SP signed-note writes it; whether its hash and its key fit is asked by who uses it. */
const VERIFIER_KEY = /^[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+={0,2}$/

/** A witness of this log: one of its keys, and its submission prefix without a slash at the end. */
export interface WitnessText {
  readonly key: string
  readonly url: string
}

/** A log that this instance witnesses: one of its keys, and its origin. */
export interface WitnessedText {
  readonly key: string
  readonly origin: string
}

/** Reads `<verifier key> <address>`. Undefined for anything else, an address with a password or a query among it. */
export function parseWitness(text: string): WitnessText | undefined {
  const [key = '', address = '', ...more] = text.split(/\s+/)
  const url = URL.parse(address)
  if (more.length > 0 || !VERIFIER_KEY.test(key) || url === null) return undefined
  const isPlain = /^https?:$/.test(url.protocol) && `${url.username}${url.password}${url.search}${url.hash}` === ''
  return isPlain ? { key, url: url.href.replace(/\/+$/, '') } : undefined
}

/** What a name may have in what a witness signs: `opaque<1..255>` of C2SP tlog-cosignature. */
const NAME_BYTES_MAX = 255
const isSignable = (name: string): boolean => Buffer.byteLength(name) <= NAME_BYTES_MAX

/**
 * Reads `<verifier key>`, or `<verifier key> <origin>` where that is not the name of the key. Undefined for anything else, and
 * for an origin of more than 255 bytes, which no witness can sign.
 */
export function parseWitnessed(text: string): WitnessedText | undefined {
  const [, key = '', given] = /^(\S+)(?:\s+(\S.*))?$/.exec(text) ?? []
  if (!VERIFIER_KEY.test(key)) return undefined
  const origin = given ?? key.slice(0, key.indexOf('+'))
  return isSignable(origin) ? { key, origin } : undefined
}

/** The name of a key: no white space, no plus sign, no comma, which parts the members of a list, and at most 255 bytes. */
export const isWitnessName = (text: string): boolean => /^[^\s+,]+$/u.test(text) && isSignable(text)
