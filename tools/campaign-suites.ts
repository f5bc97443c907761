import { listFiles, readText } from './checks/check.ts'

const TEST = /^packages\/.*\.test\.ts$/
/** Runs the contract suites of a port, where the counts stand in the suites. */
const CONTRACT = /\.contract\.test\.ts$/
/** How a test says how often: a sample, and the full count of a campaign. */
const COUNT = /\bcampaign\(/

/** The test files that do more in a campaign than in `npm test`, as paths from the root of the repository. */
export const campaignSuites = async (root: string): Promise<readonly string[]> =>
  (await listFiles(root)).filter((path) => TEST.test(path) && (CONTRACT.test(path) || COUNT.test(readText(root, path))))

const LINE =
  '- [Campaigns](reference/campaigns.md): what the full count of the long tests came to, when, and on what machine\n'
/** The line of the index that the one about campaigns follows. */
const BEFORE = /^- \[Benchmarks\][^\n]*\n/m

/**
 * The index of the documentation with the page of campaigns in it, once.
 *
 * @throws Error when the index has no line about the benchmarks, which it would follow.
 */
export function withCampaigns(index: string): string {
  if (index.includes(LINE)) return index
  if (!BEFORE.test(index)) throw new Error('the index of the documentation lists no benchmarks')
  return index.replace(BEFORE, (line) => line + LINE)
}
