import { expect, test } from 'vitest'
import { canonicalJson } from '#base'
import { decisionsOf, digestOfInput } from '#evidence'
import { decideFrom } from '../../domain/governance/decide-from.ts'
import { BUILT_IN, inputOf } from '../../domain/governance/testing/draw-inputs.ts'
import { DecisionCarrier, type KeptDecisions } from './decision-carrier.ts'

const ID = '01900000-0000-7000-8000-000000000001'
const input = inputOf()
const row = { key: '0'.repeat(64), input, verdict: decideFrom(input, BUILT_IN) }
const told = { action: input.action, resource: '*', decision: 'allow', mode: 'enforce', reasons: [], trust: 1, risk: 1 }

/** An entry that tells of one decision, and something that does not belong to this. */
const entry = (bundle = BUILT_IN.digest) =>
  Buffer.from(
    canonicalJson({
      ...{ type: 'decision.made', index: 7, subject: `decision/${ID}`, digests: { inputs: digestOfInput(row) } },
      payload: { ...told, bundle, decision_id: ID },
    }),
  )

function carrierOf(find: KeptDecisions['find']) {
  const asked: string[] = []
  const policies: KeptDecisions['policies'] = async (digest) => {
    asked.push(digest)
    return digest === BUILT_IN.digest ? BUILT_IN.files : undefined
  }
  return { carrier: new DecisionCarrier({ find, policies }), asked }
}

test('what is kept of a decision is not carried where the log has the digest of something else', async () => {
  const { carrier } = carrierOf(async () => ({ ...row, input: inputOf({ risk: 11 }) }))
  await expect(carrier.carry(7, entry())).rejects.toMatchObject({
    code: 'DATA_CORRUPT',
    detail: expect.stringContaining(`decision ${ID}`),
  })
})

test('what is erased between the two readings breaks the bundle off: its manifest has the digest of what was there', async () => {
  let found: typeof row | undefined = row
  const { carrier } = carrierOf(async () => found)
  const first = await carrier.carry(7, entry())
  expect(await carrier.carry(7, entry())).toEqual(first)
  found = undefined
  await expect(carrier.carry(7, entry())).rejects.toMatchObject({ code: 'CONFLICT' })
})

test('of an entry that tells of no decision nothing is carried, and nothing is looked for', async () => {
  const { carrier } = carrierOf(() => Promise.reject(new Error('nothing is to be looked for')))
  for (const text of ['{"type":"capsule.created"}', '{}', 'null', 'no JSON'])
    expect(await carrier.carry(1, Buffer.from(text))).toBeUndefined()
})

test('policies are found once for each digest, and those that are not kept are left out', async () => {
  const { carrier, asked } = carrierOf(async () => undefined)
  const other = 'f'.repeat(64)
  for (const [at, bundle] of [other, BUILT_IN.digest, other].entries()) await carrier.carry(at, entry(bundle))
  const files = await carrier.policies()
  expect(files.map(({ path }) => path)).toEqual([`policies/${BUILT_IN.digest}.json`])
  expect(asked.toSorted()).toEqual([BUILT_IN.digest, other].toSorted())
})

test('a decision whose entry is none that is read tells of none, and is found so by whoever verifies', () => {
  expect(decisionsOf('{"type":"decision.made"}')).toEqual([])
})
