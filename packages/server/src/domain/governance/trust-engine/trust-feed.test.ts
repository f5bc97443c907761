import { ERRORS, type ErrorCode } from '@forge-cascade/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CascadeError } from '#base'
import type { Subject } from '#identity'
import { type HttpWorld, openHttpWorld } from '../../../edge/http/testing.ts'
import { TrustEngine } from './trust-engine.ts'
import { DENIALS_COUNTED, DENIALS_MS, TrustFeed } from './trust-feed.ts'

let http: HttpWorld
let feed: TrustFeed
let engine: TrustEngine
let troubles: string[]
beforeEach(async () => {
  http = await openHttpWorld({ recorded: {}, rate: { requests_per_minute: 0, burst: 1 } })
  const { context, administrator, call } = http.world
  engine = new TrustEngine({ ...context, forget: (id) => context.subjects.forget(id) })
  troubles = []
  feed = new TrustFeed({
    ...{ engine, clock: context.clock, newId: context.newId, findSubject: (id) => context.subjects.find(id) },
    grant: () =>
      http.governing.standing({ action: 'trust.change', resource: '*', subject: administrator, correlationId: 'c' }),
    onTrouble: (message) => troubles.push(message),
  })
  http.governing.witnessBy(feed)
  for (const [name, kind] of [
    ['ada', 'person'],
    ['scout', 'agent'],
  ] as const)
    await context.subjects.register(call('subject.create'), {
      ...{ name, kind, roles: ['steward', 'auditor'], trust: 70 },
      ...(kind === 'agent' && { owner: 'ada' }),
    })
})
afterEach(() => http[Symbol.asyncDispose]())

const known = async (name: string): Promise<Subject> => (await http.world.context.subjects.get(name)).subject
const told = async (name: string) => {
  await feed.settle()
  return engine.explain((await known(name)).id)
}

/** Asks for what nobody but an administrator may do. */
async function beDenied(name: string, times: number): Promise<void> {
  const subject = await known(name)
  for (let count = 0; count < times; count++)
    http.governing.decide({ action: 'policy.apply', resource: '*', subject, correlationId: 'c' })
}

/** Has the gate carry out what acts outside the store. */
async function act(name: string, error?: CascadeError): Promise<void> {
  const request = { action: 'evidence.export', resource: '*', subject: await known(name), correlationId: 'c' } as const
  const decision = http.governing.decide(request)
  if (decision.applied !== 'allow') throw new Error(`it is ${decision.applied}`)
  const work = () => {
    if (error) throw error
  }
  await Promise.allSettled([http.governing.carryOut(decision.grant, work)])
  await feed.settle()
}
const FAULT = new CascadeError('FORBIDDEN', 'That is not its own.')

describe('denials', () => {
  test('cost a point where they are many within an hour, and a slip costs none', async () => {
    await beDenied('ada', DENIALS_COUNTED - 1)
    http.world.time.advance(DENIALS_MS)
    await beDenied('ada', DENIALS_COUNTED - 1)
    expect((await told('ada'))?.history).toEqual([])
    await beDenied('ada', 10 * DENIALS_COUNTED)
    expect(await told('ada')).toMatchObject({
      ...{ subject: { trust: 69 }, recomputed: 69 },
      history: [{ kind: 'denial', isOwn: true, note: '10 denials within an hour' }],
    })
    expect(troubles).toEqual([])
  })

  test('never touch CORE, and say nothing where trust, a limit or the moment is what denies', async () => {
    const { administrator } = http.world
    const request = { action: 'capsule.erase', resource: '*', correlationId: 'c' } as const
    for (let count = 0; count < 3 * DENIALS_COUNTED; count++) {
      http.governing.decide({ ...request, subject: { ...administrator, roles: [] } })
      http.governing.decide({ ...request, subject: await known('ada'), rateExceeded: true })
      http.governing.decide({ ...request, subject: await known('ada'), emergency: true })
    }
    expect((await told('ada'))?.history).toEqual([])
    expect((await told('administrator'))?.history).toEqual([])
  })

  test('of a preview are none', async () => {
    const subject = await known('ada')
    for (let count = 0; count < 3 * DENIALS_COUNTED; count++)
      http.governing.preview({ action: 'policy.apply', resource: '*', subject, correlationId: 'c' })
    expect((await told('ada'))?.history).toEqual([])
  })
})

describe('failures of an agent', () => {
  test('quarantine it after three in a row, and nothing but a person gives its trust back', async () => {
    for (let count = 0; count < 3; count++) await act('scout', FAULT)
    expect(await told('scout')).toMatchObject({
      subject: { trust: 0 },
      isQuarantined: true,
      failures: 3,
      recomputed: 0,
    })
    const answer = await http.send('PUT', '/v2/subjects/scout', {
      body: { trust: 60 },
      headers: { 'if-match': String((await http.send('GET', '/v2/subjects/scout')).headers.etag) },
    })
    expect(answer.statusCode).toBe(200)
    expect(await told('scout')).toMatchObject({ subject: { trust: 60 }, isQuarantined: false, recomputed: 60 })
  })

  test('are broken by a success of its own, which gives it no point', async () => {
    for (const error of [FAULT, FAULT, undefined, FAULT]) await act('scout', error)
    expect(await told('scout')).toMatchObject({ subject: { trust: 61 }, failures: 1, recomputed: 61 })
    for (let count = 0; count < 5; count++) await act('scout')
    expect(await told('scout')).toMatchObject({ subject: { trust: 61 }, failures: 0 })
    expect((await told('scout'))?.history).toHaveLength(5)
  })

  test('that are the fault of the instance, of others or of the question, or of a person who mistypes, are no evidence', async () => {
    for (let count = 0; count < 4; count++) {
      await act('ada', FAULT)
    }
    for (const code of (Object.keys(ERRORS) as ErrorCode[]).filter((code) => code !== 'FORBIDDEN'))
      await act('scout', new CascadeError(code, 'Others caused it, or the moment.'))
    expect((await told('scout'))?.history).toEqual([])
    expect((await told('ada'))?.history).toEqual([])
  })
})

test('evidence that cannot be kept keeps nobody from anything, and is told of', async () => {
  await http.send('PUT', '/v2/governance/policies', {
    body: {
      files: [
        {
          path: 'own.cedar',
          text: '@id("own") permit(principal, action, resource) unless { action == Action::"trust.change" };',
        },
      ],
    },
  })
  for (let count = 0; count < 3; count++) await act('scout', FAULT)
  expect((await told('scout'))?.subject.trust).toBe(70)
  expect(troubles).toHaveLength(3)
})

test('over a recorded run, what is told of each subject is what the log alone comes to', async () => {
  const outcomes = [FAULT, undefined, FAULT, FAULT, undefined, FAULT, FAULT, FAULT]
  for (const [at, error] of outcomes.entries()) {
    http.world.time.advance(9 * 24 * DENIALS_MS)
    await beDenied('ada', (at % 3) * DENIALS_COUNTED)
    if ((await known('scout')).trust > 0) await act('scout', error)
  }
  for (const name of ['ada', 'scout', 'administrator']) {
    const answer = (await http.send('GET', `/v2/subjects/${name}/trust`)).json()
    expect(answer).toMatchObject({ recomputed: { trust: answer.trust, same: true } })
  }
})
