import { GOVERNANCE_LIMITS } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { openHttpWorld } from './testing.ts'

const { resourceLengthMax, policyFilesMax, evaluationsMax } = GOVERNANCE_LIMITS
const KIND = 'import/'
const question = {
  subject: { type: 'person', id: 'administrator' },
  action: { name: 'import.read' },
  resource: { type: 'import', id: '*' },
}

test.for([
  {
    name: 'a resource',
    method: 'POST',
    url: '/v2/governance/decisions:preview',
    bodyOf: (over: number) => ({
      action: 'import.read',
      resource: KIND + 'x'.repeat(resourceLengthMax - KIND.length + over),
    }),
  },
  {
    name: 'files of policies',
    method: 'PUT',
    url: '/v2/governance/policies',
    bodyOf: (over: number) => ({
      files: Array.from({ length: policyFilesMax + over }, (_, at) => ({ path: `${at}.cedar`, text: '' })),
      dry_run: true,
    }),
  },
  {
    name: 'questions at once',
    method: 'POST',
    url: '/access/v1/evaluations',
    bodyOf: (over: number) => ({ ...question, evaluations: Array.from({ length: evaluationsMax + over }, () => ({})) }),
  },
] as const)('the gate is asked about $name, one too many, in vain', async ({ method, url, bodyOf }) => {
  await using http = await openHttpWorld()
  const [most, more] = [
    await http.send(method, url, { body: bodyOf(0) }),
    await http.send(method, url, { body: bodyOf(1) }),
  ]
  expect(most.json().code).not.toBe('VALIDATION_FAILED')
  expect([more.statusCode, more.json().code]).toEqual([400, 'VALIDATION_FAILED'])
})
