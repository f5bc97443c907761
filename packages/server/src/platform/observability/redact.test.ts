import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LOG_VALUE_LIMITS, REDACTED, redactText, redactValue } from './redact.ts'

const SECRET = 'Zx9-Qw7.Rt5_Yy3'

describe('a secret inside a text is masked', () => {
  test.for([
    ['as a bearer token', `sent Authorization: Bearer ${SECRET} to it`],
    ['as a bearer token without its header', `got "bearer  ${SECRET}", refused`],
    ['as a basic credential', `Authorization: Basic ${SECRET}`],
    ['as a cookie header with several cookies', `Cookie: a=1; session=${SECRET}; b=${SECRET}`],
    ['in a query', `GET /x?api_key=${SECRET}&q=1`],
    ['as the password of an address', `postgres://ann:${SECRET}@db:5432/x`],
    ['as the user of an address', `https://${SECRET}@host/x`],
    ['in JSON', `{"apiKey":"${SECRET} ${SECRET}","q":1}`],
    ['in JSON inside JSON', JSON.stringify({ body: JSON.stringify({ password: `${SECRET} ${SECRET}`, q: 1 }) })],
    ['in quotes', `password='${SECRET} and ${SECRET}'`],
    ['in YAML', `api_key: ${SECRET}`],
    ['as an environment variable', `CASCADE_EMBEDDING_API_KEY=${SECRET}`],
    ['as an access token', `access_token=${SECRET}`],
  ])('%s', ([, text]) => {
    expect(redactText(text!)).toContain(REDACTED)
    expect(redactText(text!)).not.toContain(SECRET)
  })

  test('as a token of this project', () => {
    const token = `fc_${'aB3_-'.repeat(9).slice(0, 43)}`
    expect(redactText(`No subject is called "${token}".`)).toBe(`No subject is called "${REDACTED}".`)
  })

  test('as a JSON Web Token', () => {
    const jwt = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl'
    expect(redactText(`it was ${jwt}.`)).not.toContain('c2lnbmF0dXJl')
  })

  test('exactly, when it is known, also across the cut of a long text', () => {
    const text = `${'a'.repeat(LOG_VALUE_LIMITS.textMax - 5)}${SECRET}`
    expect(redactText(text, [SECRET])).not.toContain(SECRET.slice(0, 5))
  })

  test('and what is no secret stays', () => {
    const text = 'imported 12 files from https://example.org/docs in 3.5 s, 2 skipped: too large'
    expect(redactText(text)).toBe(text)
  })
})

describe('a value', () => {
  test.for([
    'authorization',
    'Api-Key',
    'apiKey',
    'refreshToken',
    'user_password',
    'Set-Cookie',
    'client.secret',
    'privateKey',
  ])('under the name %s is masked whatever it is', (name) => {
    for (const value of [SECRET, 7, true, [SECRET], { deep: SECRET }])
      expect(redactValue({ [name]: value })).toEqual({ [name]: REDACTED })
  })

  test('becomes plain data: errors with causes, maps, sets, dates, bytes, big and odd numbers, functions', () => {
    const cause = new RangeError(`token=${SECRET}`)
    const error = Object.assign(new Error('outer', { cause }), { code: 'X1' })
    const plain = redactValue({
      error,
      map: new Map([['token', SECRET]]),
      set: new Set([1]),
      at: new Date(0),
      never: new Date(Number.NaN),
      bytes: new Uint8Array(3),
      big: 10n,
      nan: Number.NaN,
      url: new URL(`https://${SECRET}@host/`),
      call: () => 1,
      nothing: undefined,
    })
    expect(plain).toMatchObject({
      error: {
        name: 'Error',
        message: 'outer',
        code: 'X1',
        cause: { name: 'RangeError', message: `token=${REDACTED}` },
      },
      map: { token: REDACTED },
      set: [1],
      at: '1970-01-01T00:00:00.000Z',
      never: 'Invalid Date',
      bytes: '[3 bytes]',
      big: '10',
      nan: 'NaN',
      call: '[function]',
    })
    expect(JSON.stringify(plain)).not.toContain(SECRET)
  })

  test('that is a cycle, too deep, too wide or hostile ends', () => {
    const cycle: Record<string, unknown> = { name: 'a' }
    cycle.self = cycle
    expect(redactValue(cycle)).toEqual({ name: 'a', self: '[circular]' })
    let deep: unknown = 'bottom'
    for (let level = 0; level < 10_000; level++) deep = [deep]
    expect(JSON.stringify(redactValue(deep))).toContain('[too deep]')
    expect(redactValue(Array.from({ length: 1000 }, () => 1))).toHaveLength(LOG_VALUE_LIMITS.membersMax + 1)
    const hostile = {
      get boom() {
        throw new Error(SECRET)
      },
    }
    expect(redactValue({ hostile })).toEqual({ hostile: '[unreadable]' })
    expect(redactValue(new Proxy({}, { ownKeys: () => ['__proto__'] }))).toBeDefined()
  })

  test('that appears twice without a cycle is copied twice', () => {
    const part = { x: 1 }
    expect(redactValue([part, part])).toEqual([part, part])
  })
})

test('wherever a secret stands in any data, under a secret name or known by value, it does not come out', () => {
  const wrap = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', maxDepth: 5 },
      fc.constantFrom<unknown>(
        { token: SECRET },
        { apiKey: [SECRET] },
        `Bearer ${SECRET}`,
        `x ${SECRET} y`,
        new Error(SECRET),
      ),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4 }),
    ),
  }))
  fc.assert(
    fc.property(wrap.tree, (tree) => {
      expect(JSON.stringify(redactValue(tree, [SECRET]))).not.toContain(SECRET)
    }),
  )
})

test('masking takes no longer than the text deserves, whatever is in it', () => {
  const pieces = ['eyJ-', 'a://', 'token: ', '"', "'", 'bearer ', 'cookie:', 'password=', '@', '\\"', 'x']
  for (const piece of pieces) {
    const text = piece.repeat(LOG_VALUE_LIMITS.textMax)
    expect(redactText(text).length).toBeLessThan(text.length + LOG_VALUE_LIMITS.textMax)
  }
})
