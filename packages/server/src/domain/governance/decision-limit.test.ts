import { expect, test } from 'vitest'
import { CascadeError, createUuidV7, systemClock, systemRandom } from '#base'
import type { Subject } from '#identity'
import { DecisionJournal, UNRECORDED_MAX } from './decision-journal.ts'
import { GovernanceGate } from './governance-gate.ts'

const ADA: Subject = {
  ...{ id: '01900000-0000-7000-8000-00000000000a', kind: 'person', name: 'ada', roles: ['administrator'] },
  ...{ trust: 100, owner: null, active: true, createdAt: 0 },
}

test('who cannot put decisions on record decides nothing', () => {
  const newId = createUuidV7(systemClock, systemRandom)
  const journal = new DecisionJournal({
    store: { append: () => Promise.reject(new CascadeError('STORAGE_FULL', 'No space is left.')) },
    ...{ clock: systemClock, random: systemRandom, newId, keepDays: () => 400, onTrouble: () => undefined },
  })
  const gate = new GovernanceGate({ clock: systemClock, newId, journal })
  const ask = (n: number) =>
    gate.decide({ action: 'import.read', resource: `import/${n}`, subject: ADA, correlationId: 'c' })
  for (let n = 0; n < UNRECORDED_MAX; n++) expect(ask(n).applied).toBe('allow')
  expect(() => ask(UNRECORDED_MAX)).toThrowError('UNAVAILABLE')
})
