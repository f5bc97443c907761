import { join } from 'node:path'
import { expect, test } from 'vitest'
import { campaignSuites, withCampaigns } from './campaign-suites.ts'
import { listFiles, readText } from './checks/check.ts'

const root = join(import.meta.dirname, '..')

test('a campaign runs every file that has a full count, and no file twice', async () => {
  const suites = await campaignSuites(root)
  const counting = (await listFiles(root)).filter(
    (path) => path.endsWith('.test.ts') && /import \{[^}]*\bcampaign\b[^}]*\} from/.test(readText(root, path)),
  )
  expect(counting.length).toBeGreaterThan(8)
  expect(suites).toEqual(expect.arrayContaining(counting))
  expect(new Set(suites).size).toBe(suites.length)
})

test('a full count in a suite of a port is reached by the tests of its adapters', async () => {
  const suites = (await campaignSuites(root)).filter((path) => path.endsWith('.contract.test.ts'))
  expect(suites.map((path) => path.split('/').at(-1)).toSorted()).toEqual([
    'capsule-store.contract.test.ts',
    'memory-store.contract.test.ts',
    'outbox-carrier.contract.test.ts',
    'platform-store.contract.test.ts',
  ])
})

test('the page of campaigns is listed after the benchmarks, once, and never in an index that has none', () => {
  const index = '- [Limits](l.md)\n- [Benchmarks](b.md): x\n\n## Decisions\n'
  const listed = withCampaigns(index)
  expect(listed).toMatch(/Benchmarks.*\n- \[Campaigns\]\(reference\/campaigns\.md\).*\n\n## Decisions/)
  expect(withCampaigns(listed)).toBe(listed)
  expect(() => withCampaigns('# Documentation\n')).toThrow('lists no benchmarks')
})
