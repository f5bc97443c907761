import { createHmac, createPrivateKey, createSecretKey, type KeyObject, sign } from 'node:crypto'
import { CascadeError } from '#base'

/** What a webhook is signed with. */
export interface WebhookKey {
  /** One signature, as the header `webhook-signature` lists it. */
  sign(content: string): string
}

const SYMMETRIC = 'whsec_'
const ASYMMETRIC = 'whsk_'
const SECRET_BYTES_MIN = 24
const SECRET_BYTES_MAX = 64
const SEED_BYTES = 32
/** The key of Ed25519 as PKCS #8 stands before its seed (RFC 8410, section 7). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/**
 * Reads a key as Standard Webhooks writes it: `whsec_` and 24 to 64 bytes in base64 for HMAC-SHA256 (`v1`), `whsk_` and the seed of an
 * Ed25519 key, alone or with its public key behind it, for `v1a`.
 *
 * @param name what the caller calls it; the key itself is in no message.
 * @throws CascadeError CONFIG_INVALID for anything else.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function parseWebhookKey(text: string, name: string): WebhookKey {
  const given = text.trim()
  if (given.startsWith(SYMMETRIC)) {
    const bytes = decode(given.slice(SYMMETRIC.length))
    if (bytes !== undefined && bytes.length >= SECRET_BYTES_MIN && bytes.length <= SECRET_BYTES_MAX)
      return hmacKey(createSecretKey(bytes))
  }
  if (given.startsWith(ASYMMETRIC)) {
    const bytes = decode(given.slice(ASYMMETRIC.length))
    if (bytes !== undefined && (bytes.length === SEED_BYTES || bytes.length === SEED_BYTES * 2))
      return ed25519Key(bytes.subarray(0, SEED_BYTES))
  }
  throw new CascadeError(
    'CONFIG_INVALID',
    `${name} is no key of webhooks: expected ${SYMMETRIC} and ${SECRET_BYTES_MIN} to ${SECRET_BYTES_MAX} random bytes in base64, or ${ASYMMETRIC} and the ${SEED_BYTES} bytes of an Ed25519 key.`,
  )
}

/**
 * The headers by which a receiver tells who sent a body, when, and whether it saw it before: each key signs, so that a receiver goes on
 * while one key takes the place of another.
 *
 * @param id of the event; it stays the same when the event is sent again.
 * @param atMs milliseconds since 1970 of this sending.
 */
export function signWebhook(keys: readonly WebhookKey[], id: string, atMs: number, body: string) {
  const timestamp = String(Math.floor(atMs / 1000))
  const content = `${id}.${timestamp}.${body}`
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': keys.map((key) => key.sign(content)).join(' '),
  }
}

const decode = (text: string): Buffer | undefined =>
  text.length > 0 && BASE64.test(text) ? Buffer.from(text, 'base64') : undefined

const hmacKey = (key: KeyObject): WebhookKey => ({
  sign: (content) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`,
})

function ed25519Key(seed: Buffer): WebhookKey {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' })
  return { sign: (content) => `v1a,${sign(null, Buffer.from(content), key).toString('base64')}` }
}
