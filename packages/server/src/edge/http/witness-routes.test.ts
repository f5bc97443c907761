import { LEDGER_LIMITS } from '@forge-cascade/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cosignersOf, originHash, parseVerifierKey } from '#ledger'
import { parseNote } from '../../platform/ledger/note/index.ts'
import { ForkedLog } from '../../platform/ledger/witness/testing.ts'
import type { Witness } from '../jobs/index.ts'
import { openWitnessWorld } from '../jobs/testing/witness-world.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const log = new ForkedLog('log.example/1', 60, [30])
const stranger = new ForkedLog('log.example/unknown', 60)
const forged = new ForkedLog('log.example/1', 60)
const ADD = '/v2/witness/add-checkpoint'

let http: HttpWorld
let witness: Witness
beforeAll(async () => {
  ;({ witness } = await openWitnessWorld({ logs: [{ origin: log.origin, keys: log.keys }] }))
  const desk = {
    addCheckpoint: (body: Uint8Array) => witness.addCheckpoint(body),
    checkpoint: (hash: string) => witness.checkpoint(hash),
  }
  http = await openHttpWorld({ context: (context) => ({ ...context, witness: { ...context.witness, ...desk } }) })
})
afterAll(() => http[Symbol.asyncDispose]())

/** Without a token, as a log sends it. */
const add = (payload: Buffer | string, type: string | undefined = 'text/plain; charset=utf-8') =>
  http.send('POST', ADD, { payload, headers: { authorization: undefined, 'content-type': type } })

const PLAIN = [undefined, 'application/octet-stream', 'text/x.other', 'application/x-www-form-urlencoded'] as const
const PARSED_ELSEWHERE = ['application/json', 'application/json; charset=utf-8', 'application/x-ndjson'] as const

describe('what a log submits', () => {
  test('is cosigned in order, and what is out of order is told the size, in the words of the protocol', async () => {
    const first = await add(log.request(0, 20))
    expect([first.statusCode, first.headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8'])
    const keys = witness.keys.map((text) => parseVerifierKey(text)!)
    expect(cosignersOf(log.checkpoint(20).note + first.payload, keys).size).toBe(keys.length)

    const again = await add(log.request(0, 25))
    expect([again.statusCode, again.headers['content-type'], again.payload]).toEqual([409, 'text/x.tlog.size', '20\n'])
    expect((await add(log.request(20, 25))).statusCode).toBe(200)
    expect((await add(log.request(25, 25))).statusCode).toBe(200)
  })

  // tlog-witness says nothing of the type of a body.
  test.for([...PLAIN, ...PARSED_ELSEWHERE])('is read whatever it is called: %s', async (type) => {
    expect((await add(log.request(25, 25), type)).statusCode).toBe(200)
  })

  test.for(
    PARSED_ELSEWHERE.flatMap((type) =>
      ['{"a":1}', '{"old":0}', '5', 'null', '"x"', '[', ''].map((body) => ({ type, body })),
    ),
  )('is not parsed as what it is called: $type $body', async ({ type, body }) => {
    const answer = await add(body, type)
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'VALIDATION_FAILED'])
  })

  test.for([...PLAIN, ...PARSED_ELSEWHERE])('is no longer than a submission may be, called %s', async (type) => {
    const send = async (bytes: number) => (await add(Buffer.alloc(bytes, '1'), type)).json().code
    expect(await send(LEDGER_LIMITS.submissionBytesMax)).toBe('VALIDATION_FAILED')
    expect(await send(LEDGER_LIMITS.submissionBytesMax + 1)).toBe('PAYLOAD_TOO_LARGE')
  })

  test.for([
    { name: 'nothing', body: '', status: 400, code: 'VALIDATION_FAILED' },
    { name: 'an object of JSON', body: '{"old":0}', status: 400, code: 'VALIDATION_FAILED' },
    {
      name: 'a size with a zero before',
      body: `old 025\n\n${log.checkpoint(26).note}`,
      status: 400,
      code: 'VALIDATION_FAILED',
    },
    { name: 'a negative size', body: `old -1\n\n${log.checkpoint(26).note}`, status: 400, code: 'VALIDATION_FAILED' },
    {
      name: 'a hash that is cut',
      body: `old 25\nAAAA\n\n${log.checkpoint(26).note}`,
      status: 400,
      code: 'VALIDATION_FAILED',
    },
    {
      name: 'more hashes than any proof has',
      body: `old 25\n${`${'A'.repeat(43)}=\n`.repeat(64)}\n${log.checkpoint(26).note}`,
      status: 400,
      code: 'VALIDATION_FAILED',
    },
    {
      name: 'a checkpoint without a signature',
      body: 'old 0\n\nlog.example/1\n1\nAAAA\n',
      status: 400,
      code: 'VALIDATION_FAILED',
    },
    { name: 'bytes that are no text', body: Buffer.from([0xff, 0xfe, 0x0a]), status: 400, code: 'VALIDATION_FAILED' },
    { name: 'an old size above the new one', body: log.request(26, 25), status: 400, code: 'VALIDATION_FAILED' },
    { name: 'a log that nobody configured', body: stranger.request(0, 20), status: 404, code: 'NOT_FOUND' },
    { name: 'a signature of another key', body: forged.request(25, 26), status: 403, code: 'FORBIDDEN' },
    { name: 'a signature that was altered', body: altered(log.request(25, 26)), status: 403, code: 'FORBIDDEN' },
    {
      name: 'another history',
      body: log.request(25, 40, { history: 1, proof: log.proof(25, 40) }),
      status: 422,
      code: 'UNPROCESSABLE',
    },
    { name: 'no proof', body: log.request(25, 40, { proof: [] }), status: 422, code: 'UNPROCESSABLE' },
  ])('is refused when it is $name', async ({ body, status, code }) => {
    const answer = await add(body)
    expect([answer.statusCode, answer.json().code]).toEqual([status, code])
    expect((await add(log.request(25, 25))).statusCode).toBe(200)
  })

  test('is refused when it is another tree of the size that was cosigned', async () => {
    expect((await add(log.request(25, 45))).statusCode).toBe(200)
    const answer = await add(log.request(45, 45, { history: 1 }))
    expect([answer.statusCode, answer.json().code]).toEqual([422, 'UNPROCESSABLE'])
  })

  test('may bear signatures of others, which are neither believed nor passed on', async () => {
    const { origin } = log
    const note = `${log.checkpoint(46).note}— ${origin} ${Buffer.alloc(76, 7).toString('base64')}\n`
    const proof = log.proof(45, 46).map((hash) => `${Buffer.from(hash).toString('base64')}\n`)
    expect((await add(`old 45\n${proof.join('')}\n${note}`)).statusCode).toBe(200)
    const shown = await http.send('GET', `/v2/witness/${originHash(origin)}/checkpoint`)
    const names = parseNote(shown.payload)?.signatures.map(({ name }) => name)
    expect(names).toEqual([origin, ...witness.keys.map(() => 'witness.example/w')])
  })
})

describe('the witness', () => {
  test('shows what it cosigned to everybody, and knows nothing of other hashes', async () => {
    const shown = await http.send('GET', `/v2/witness/${originHash(log.origin)}/checkpoint`, {
      headers: { authorization: undefined },
    })
    expect(shown.statusCode).toBe(200)
    for (const hash of [originHash(stranger.origin), '0'.repeat(64)])
      expect((await http.send('GET', `/v2/witness/${hash}/checkpoint`)).statusCode).toBe(404)
    for (const hash of ['x', '0'.repeat(63), 'A'.repeat(64), '..%2f..%2ftoken'])
      expect((await http.send('GET', `/v2/witness/${hash}/checkpoint`)).json().code).toBe('VALIDATION_FAILED')
  })

  test('does not change what a token is for', async () => {
    const headers = { authorization: undefined }
    expect((await http.send('GET', '/v2/ledger/witness', { headers })).statusCode).toBe(401)
    const member = { authorization: `Bearer ${http.memberToken}` }
    expect((await http.send('GET', '/v2/ledger/witness', { headers: member })).statusCode).toBe(403)
    expect((await http.send('GET', '/v2/ledger/witness')).statusCode).toBe(200)
  })

  test('has a budget for each address, of which other routes know nothing', async () => {
    await using busy = await openHttpWorld({ app: { clock: () => 1000 } })
    const ask = () => busy.send('POST', ADD, { payload: 'x', headers: { authorization: undefined } })
    for (let sent = 0; sent < 120; sent++) expect((await ask()).statusCode).toBe(404)
    const refused = await ask()
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '1'])
    expect((await busy.send('GET', '/v2/ledger/witness')).statusCode).toBe(200)
  })

  test('is not there where it is not configured, whatever is sent', async () => {
    await using plain = await openHttpWorld()
    for (const type of ['text/plain', ...PARSED_ELSEWHERE])
      for (const payload of ['', 'x', '{"a":1}', log.request(0, 20)]) {
        const headers = { authorization: undefined, 'content-type': type }
        expect((await plain.send('POST', ADD, { payload, headers })).json().code).toBe('NOT_FOUND')
      }
  })

  test('cosigns nothing that the gate does not allow', async () => {
    const refusing = await openWitnessWorld({ logs: [{ origin: log.origin, keys: log.keys }], isAllowed: false })
    await expect(refusing.witness.addCheckpoint(log.request(0, 20))).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(await refusing.store.ledger.checkpoint(log.origin)).toBeUndefined()
  })
})

/** The last signature with another byte in it. */
function altered(request: Buffer): Buffer {
  const text = request.toString()
  const at = text.length - 10
  return Buffer.from(text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1))
}
