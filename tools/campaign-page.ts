/** A hard thing that was repeated. */
export interface PartResult {
  readonly name: string
  readonly runs: number
  readonly checks: number
  readonly seconds: number
}

export interface SuiteResult {
  /** Path from the root of the repository. */
  readonly file: string
  readonly passed: number
  readonly failed: readonly string[]
  readonly seconds: number
}

export interface CampaignResult {
  readonly date: Date
  readonly seconds: number
  readonly suites: readonly SuiteResult[]
  readonly parts: readonly PartResult[]
}

/** The page that shows the newest campaign: what was done, how often, on what, and what came of it. */
export function campaignPage({ date, seconds, suites, parts }: CampaignResult, machine: string): string {
  const failed = suites.flatMap((suite) => suite.failed)
  const verdict = failed.length === 0 ? 'all passed' : `${failed.length} FAILED`
  const day = date.toISOString().slice(0, 10)
  return [
    '# Campaigns',
    '',
    INTRODUCTION,
    '',
    `## ${day}: ${verdict}`,
    '',
    `${machine}; ${Math.round(seconds / 60)} min.`,
    '',
    ...table(['what', 'runs', 'facts checked', 'seconds'], parts.map(partRow)),
    '',
    ...table(['suite', 'passed', 'failed', 'seconds'], suites.map(suiteRow)),
    ...(failed.length > 0 ? ['', 'Failed:', '', ...failed.map((name) => `- ${name}`)] : []),
    '',
  ].join('\n')
}

const INTRODUCTION = `What must never happen is tried often. \`npm test\` holds a sample of each campaign, \`npm run campaign\` the full count, and
\`npm run campaign -- --write\` writes this page. Random choices come from fixed seeds, which the tests name; the moments at
which a process dies depend on the machine as well.

- **kill -9 of the store's process**: a process that owns a store has 64 commands under way (creates, pairs, versions, links,
  changes of trust) and prints each receipt. It is killed while it opens, at a random moment, or after some receipts, many
  times on the same folder. Then every receipt, record and effect that it printed must be there, every capsule whole (text,
  vector, its half of a pair), \`doctor --full\` content, and the log without a gap.
- **kill -9 of the whole server**: the same with 16 HTTP clients. Requests without an answer are repeated with their
  Idempotency-Key and must count once.
- **kill -9 of a signed log**: a process that appends to the log and signs it is killed before and after each thing that it
  does for that, by name, and at random moments, many times on the same folder. Every entry that it printed must be there,
  the log must contain every checkpoint that was printed or mirrored, and no start may be refused.
- **kill -9 between an approval and what it approves**: a process has requests wait, approves each three times at once, and is killed
  at or within a write, many times on the same folder. After the next start what was approved is there once, and told of once.
- **kill -9 between a vote and what it decided**: a process proposes, votes, closes and carries out, three times at once, and is killed at
  or within each write in turn, many times on the same folder. After the next start every vote comes to its end, and what was passed is
  there once, and told of once.
- **kill -9 during an import**, by every door that knowledge comes in by: the import is run again until it ends; the result must
  be that of an import without interruption.
- **torn write-ahead logs**: the log is cut at random places, half of them garbled before the cut. The store must open as it
  was at some commit.
- **read-your-writes, lowered trust**: what one connection was told is found, or no longer found, by every search that begins
  afterwards on another.
- **the other suites**: random operations, filters, histories and names against a model that is plain enough to be believed, many
  processes that want one folder, and exports that come back.`

const partRow = ({ name, runs, checks, seconds }: PartResult): readonly string[] => [
  name,
  String(runs),
  String(checks),
  seconds.toFixed(0),
]

const suiteRow = ({ file, passed, failed, seconds }: SuiteResult): readonly string[] => [
  `\`${file}\``,
  String(passed),
  String(failed.length),
  String(seconds),
]

const table = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] =>
  rows.length === 0
    ? []
    : [head, head.map((_, at) => (at === 0 ? '---' : '--:')), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
