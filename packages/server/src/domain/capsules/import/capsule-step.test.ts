import { expect, test } from 'vitest'
import { grantOf } from '../../../platform/store/testing.ts'
import { openWorld } from '../use-cases/testing.ts'
import { carryOut } from './capsule-step.ts'

test('a quarantine that comes in is a record of its own, and an event like every other quarantine', async () => {
  const { context } = await openWorld()
  const id = context.newId()
  const step = { kind: 'quarantine', id, version: '1.0.0', withChunks: false } as const
  const grant = grantOf('import.run')
  const { records, events } = carryOut(context.store.capsules, grant, [step])
  expect(records).toMatchObject([
    { category: 'capsule', type: 'capsule.quarantine_imported', subject: `capsule/${id}`, digests: {} },
  ])
  expect(records[0]?.payload).toEqual({ version: '1.0.0', decision_id: grant.decisionId })
  expect(events).toEqual([
    { type: 'cascade.capsule.quarantined', subject: `capsule/${id}`, data: { id, version: '1.0.0' } },
  ])
})
