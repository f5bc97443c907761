import { expect, test } from 'vitest'
import { decideFrom } from '../../packages/server/src/domain/governance/index.ts'
import { inputOf, openBundle } from './pure-decisions.ts'

test('the measured questions have the same answers at every number of policies, and both answers occur', async () => {
  const [few, many] = [await openBundle(10), await openBundle(100)]
  const asked = Array.from({ length: 200 }, (_, at) => at)
  const effects = asked.map((at) => decideFrom(inputOf(at, few.digest), few).effect)
  expect(asked.map((at) => decideFrom(inputOf(at, many.digest), many).effect)).toEqual(effects)
  expect(new Set(effects)).toEqual(new Set(['allow', 'deny']))
})

test('the policies of the teams stand beside those that come with the program', async () => {
  const [few, many] = [await openBundle(10), await openBundle(100)]
  expect(many.bundle.policies.length - few.bundle.policies.length).toBe(90)
  expect([...few.rules.keys()]).toEqual(expect.arrayContaining(['role.administrator', 'team.9.read']))
})
