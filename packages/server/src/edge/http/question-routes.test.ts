import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const PREVIEW = '/v2/governance/decisions:preview'
const ABSENT = '01939b3e-0000-7000-8000-00000000dead'

let http: HttpWorld
const tokens = { ada: '', eve: '', auditor: '' }
let capsule: string

beforeAll(async () => {
  http = await openHttpWorld({ recorded: {}, rate: { requests_per_minute: 0, burst: 1 } })
  for (const name of ['ada', 'eve', 'auditor'] as const) {
    const roles = name === 'auditor' ? ['auditor'] : ['member']
    await http.send('POST', '/v2/subjects', { body: { name, kind: 'person', roles, trust: 60 } })
    const made = await http.send('POST', '/v2/tokens', { body: { subject: name, name: 'laptop' } })
    tokens[name] = made.json().token
  }
  const body = { content: 'What Ada knows.', type: 'knowledge' }
  capsule = (await http.send('POST', '/v2/capsules', { body, ...as('ada') })).json().id
})
afterAll(() => http[Symbol.asyncDispose]())

const as = (name: keyof typeof tokens) => ({ headers: { authorization: `Bearer ${tokens[name]}` } })
const preview = async (by: keyof typeof tokens, body: object) => {
  const answer = await http.send('POST', PREVIEW, { body, ...as(by) })
  return { status: answer.statusCode, body: answer.json() }
}
const evaluate = async (subject: string, action: string, type: string, id: string) => {
  const body = { subject: { type: 'person', id: subject }, action: { name: action }, resource: { type, id } }
  return (await http.send('POST', '/access/v1/evaluation', { body, ...as('auditor') })).json().decision
}

describe('a preview', () => {
  test('tells its own subject, by whatever it is called, what it may do with what it may read', async () => {
    const asked = { action: 'capsule.update', resource: `capsule/${capsule}` }
    expect(await preview('ada', asked)).toMatchObject({ status: 200, body: { decision: 'allow' } })
    expect(await preview('ada', { ...asked, subject: 'ada' })).toMatchObject({ body: { decision: 'allow' } })
  })

  test('of a capsule that one may not read is that of a capsule that there is not', async () => {
    const { reasons, decision } = (await preview('eve', { action: 'capsule.update', resource: `capsule/${capsule}` }))
      .body
    const other = (await preview('eve', { action: 'capsule.update', resource: `capsule/${ABSENT}` })).body
    expect({ reasons, decision }).toEqual({ reasons: other.reasons, decision: other.decision })
    expect(JSON.stringify(reasons)).not.toContain('ada')
  })

  test('for another is for those who read decisions', async () => {
    const asked = { action: 'capsule.update', resource: `capsule/${capsule}`, subject: 'ada' }
    expect(await preview('eve', asked)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } })
    expect(await preview('eve', { ...asked, subject: 'nobody at all' })).toMatchObject({ status: 403 })
    expect(await preview('auditor', { ...asked, subject: 'nobody at all' })).toMatchObject({ status: 422 })
    expect(await preview('auditor', asked)).toMatchObject({ status: 200, body: { decision: 'allow' } })
    expect(await preview('auditor', { ...asked, subject: 'eve' })).toMatchObject({ body: { decision: 'deny' } })
  })
})

describe('a question of AuthZEN about a capsule', () => {
  test('is answered by what is known of it', async () => {
    expect(await evaluate('ada', 'capsule.update', 'capsule', capsule)).toBe(true)
    expect(await evaluate('eve', 'capsule.update', 'capsule', capsule)).toBe(false)
  })

  test.for(['document', 'Capsule', 'capsules', 'approval', 'import', ''])(
    'by the type %j, of which nothing is known, is answered with no, as for one that there is not',
    async (type) => {
      for (const action of ['capsule.update', 'capsule.read', 'capsule.erase']) {
        expect([type, action, await evaluate('eve', action, type, capsule)]).not.toContain(true)
      }
    },
  )

  test('that there is not, is answered with no', async () => {
    expect(await evaluate('ada', 'capsule.update', 'capsule', ABSENT)).toBe(false)
  })
})
