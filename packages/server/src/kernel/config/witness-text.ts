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

/** Reads `<verifier key>`, or `<verifier key> <origin>` where that is not the name of the key. Undefined for anything else. */
export function parseWitnessed(text: string): WitnessedText | undefined {
  const [, key = '', origin] = /^(\S+)(?:\s+(\S.*))?$/.exec(text) ?? []
  if (!VERIFIER_KEY.test(key)) return undefined
  return { key, origin: origin ?? key.slice(0, key.indexOf('+')) }
}

/** The name of a key: no white space, no plus sign, and no comma, which parts the members of a list. */
export const isWitnessName = (text: string): boolean => /^[^\s+,]+$/u.test(text)
