import { KEEPING_LIMITS } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { Erasures, placeHold } from '../../packages/server/src/domain/capsules/keeping/index.ts'
import { createErasureFiles } from '../../packages/server/src/domain/capsules/keeping/testing.ts'
import { openWorld } from '../../packages/server/src/domain/capsules/use-cases/testing.ts'
import { codeOf } from '../../packages/server/src/platform/store/testing.ts'

test('one legal hold more than there may be is refused', async () => {
  const { context, call } = await openWorld()
  const place = (fold: string) =>
    placeHold(context, call('capsule.hold'), { target: { kind: 'scope', fold }, reason: 'r' })
  for (let hold = 0; hold < KEEPING_LIMITS.holdsMax; hold++) await place(String(hold))
  expect(await codeOf(() => place('one more'))).toBe('UNPROCESSABLE')
})

test('a receipt names as many as it may', async () => {
  const { context, call, add } = await openWorld()
  const files = createErasureFiles()
  const erasures = new Erasures({ context, files, vaults: [], forget: () => undefined })
  const count = KEEPING_LIMITS.staysMax + 1
  for (let index = 0; index < count; index++) await add({ content: `capsule ${index}`, identity: 'many' })
  const target = { kind: 'subject', subject: 'many' } as const
  const receipt = await erasures.erase(call('capsule.erase'), { target, legalBasis: 'gdpr-17' })
  expect([receipt.capsules, receipt.capsule_ids.length]).toEqual([count, KEEPING_LIMITS.staysMax])
  const certificate = JSON.parse(files.certificates.get(receipt.id ?? '') ?? '')
  expect(certificate.capsule_ids).toHaveLength(count)
}, 60_000)
