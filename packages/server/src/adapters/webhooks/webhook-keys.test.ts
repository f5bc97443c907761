import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { CascadeError } from '#base'
import { parseWebhookKey, signWebhook } from './webhook-keys.ts'

/** The example of the reference libraries of Standard Webhooks (Apache-2.0). */
const EXAMPLE = {
  key: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  atMs: 1_614_265_330_000,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
}

describe('the signature of a webhook', () => {
  test('is that of the example of Standard Webhooks', () => {
    const { key, id, atMs, body, signature } = EXAMPLE
    expect(signWebhook([parseWebhookKey(key, 'key')], id, atMs, body)).toEqual({
      'webhook-id': id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': signature,
    })
  })

  test('is one of each key, with a space between, while one takes the place of another', () => {
    const { key, id, atMs, body, signature } = EXAMPLE
    const other = parseWebhookKey(`whsec_${Buffer.alloc(32, 7).toString('base64')}`, 'other')
    const listed = signWebhook([other, parseWebhookKey(key, 'key')], id, atMs, body)['webhook-signature'].split(' ')
    expect(listed).toHaveLength(2)
    expect(listed[1]).toBe(signature)
  })

  test('by an Ed25519 key is verified with its public key, whether or not that stands behind the seed', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
    for (const bytes of [seed, Buffer.concat([seed, raw])]) {
      const key = parseWebhookKey(`whsk_${bytes.toString('base64')}`, 'key')
      const signed = signWebhook([key], 'id', 1000, 'body')['webhook-signature']
      expect(signed.startsWith('v1a,')).toBe(true)
      const found = Buffer.from(signed.slice('v1a,'.length), 'base64')
      expect(
        verify(
          null,
          Buffer.from('id.1.body'),
          createPublicKey(publicKey.export({ format: 'pem', type: 'spki' })),
          found,
        ),
      ).toBe(true)
    }
  })
})

test.each([
  ['nothing', ''],
  ['no prefix', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  ['23 bytes', `whsec_${Buffer.alloc(23).toString('base64')}`],
  ['65 bytes', `whsec_${Buffer.alloc(65).toString('base64')}`],
  ['no base64', 'whsec_not base64 at all, but long enough to be'],
  ['a seed of 31 bytes', `whsk_${Buffer.alloc(31).toString('base64')}`],
  ['a public key', `whpk_${Buffer.alloc(32).toString('base64')}`],
])('a key with %s is refused, and is not in the message', (_, text) => {
  const parse = () => parseWebhookKey(text, 'The key in key.txt')
  expect(parse).toThrow(CascadeError)
  expect(parse).toThrow(/^(?:CONFIG_INVALID: )?The key in key\.txt is no key of webhooks/)
  if (text.length > 8) expect(parse).not.toThrow(text.slice(6))
})
