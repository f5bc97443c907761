import { expect, test } from 'vitest'
import { systemClock } from '../../packages/server/src/base/index.ts'
import { GovernanceGate } from '../../packages/server/src/domain/governance/index.ts'
import { founderOf } from '../../packages/server/src/domain/identity/index.ts'
import { OpenGate } from './open-gate.ts'

const newId = (): string => 'an id'
const subject = founderOf('ada', 0)
const asked = { action: 'capsule.search', resource: '*', subject, correlationId: 'one' } as const
const real = new GovernanceGate({ clock: systemClock, newId })

test('the open gate allows what the real one refuses, with a grant for that alone', () => {
  const nobody = { ...subject, roles: [], trust: 0 }
  const erase = {
    ...asked,
    action: 'capsule.erase',
    resource: 'capsule/c',
    subject: nobody,
    correlationId: 'two',
  } as const
  expect(real.decide(erase).applied).not.toBe('allow')
  const decision = new OpenGate(real, asked, newId).decide(erase)
  expect(decision).toMatchObject({
    applied: 'allow',
    grant: { action: 'capsule.erase', resource: 'capsule/c', subject: 'ada', correlationId: 'two' },
  })
})

test('even the open gate gives nobody in particular no grant', () => {
  expect(() => new OpenGate(real, asked, newId).decide({ ...asked, subject: undefined })).toThrow('subjects alone')
})
