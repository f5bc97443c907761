import { oneLine, printable, wrap } from './text.ts'
import type { View } from './view.ts'
import { plural } from './words.ts'

/** One thing that was looked at. */
export interface DoctorFinding {
  readonly check: string
  readonly ok: boolean
  readonly detail: string
  /** What to do about it; for what is not well. */
  readonly fix?: string
}

/** What was looked at, what is wrong with it and what to do. */
export function doctorLines(findings: readonly DoctorFinding[], { paint, width }: View): string[] {
  const bad = findings.filter(({ ok }) => !ok)
  const verdict =
    bad.length === 0
      ? paint.good(`All is well: ${plural(findings.length, 'check')}.`)
      : paint.bad(`${plural(bad.length, 'problem')} in ${plural(findings.length, 'check')}.`)
  return [...findings.flatMap((finding) => findingLines(finding, paint, width)), '', verdict]
}

/** What people call the checks of the store and the machine; the others are named plainly already. */
const NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    access: 'access to the data folder',
    disk: 'free space',
    owner: 'process that has the data folder',
    file: 'database file, every page',
    'file, quickly': 'database file',
    heads: 'newest version of each capsule',
    versions: 'unbroken version history',
    lineage: 'lineage between capsules',
    links: 'links between capsules',
    vectors: 'index for search by meaning',
    words: 'index for search by words',
    digests: 'contents as they were recorded',
    'ledger chain': 'tamper-evident log of changes',
  }),
)

function findingLines({ check, ok, detail, fix }: DoctorFinding, paint: View['paint'], width: number): string[] {
  const [first = '', ...rest] = wrap(`${NAMES.get(check) ?? oneLine(check)}: ${printable(detail)}`, width - 6)
  const sign = ok ? paint.good('ok   ') : paint.bad('fails')
  return [
    `${sign} ${first}`,
    ...rest.map((line) => `      ${line}`),
    ...(fix === undefined ? [] : wrap(`fix: ${fix}`, width, '      ').map((line) => paint.strong(line))),
  ]
}
