import type { Severity } from '@forge-cascade/contract'
import type { DoctorFinding } from '../doctor/finding.ts'
import { oneLine, printable, wrap, wrapAdvice } from './text.ts'
import type { View } from './view.ts'
import { plural } from './words.ts'

/** What was looked at, what is wrong with it and what to do. */
export function doctorLines(findings: readonly DoctorFinding[], { paint, width }: View): string[] {
  const verdict = verdictOf(findings, paint)
  return [...findings.flatMap((finding) => findingLines(finding, paint, width)), '', verdict]
}

/** What people call the checks of the store and the machine; the others are named plainly already. */
const NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    access: 'access to the data folder',
    disk: 'free space',
    user: 'user of the data folder',
    port: 'port of the HTTP interface',
    store: 'the store',
    owner: 'process that has the data folder',
    file: 'database file, every page',
    'file, quickly': 'database file',
    heads: 'newest version of each capsule',
    versions: 'unbroken version history',
    lineage: 'lineage between capsules',
    links: 'links between capsules',
    vectors: 'index for search by meaning',
    words: 'index for search by words',
    'words, one by one': 'words of each version',
    digests: 'contents as they were recorded',
    'ledger chain': 'tamper-evident log of changes',
    'ledger tree': 'tree over the log, for proofs',
    'backup keys': 'keys of backups',
    'shipping target': 'where the log is shipped to',
    shipping: 'log as it was shipped',
    erasures: 'erasures that have begun',
  }),
)

/** A check as people call it. */
export const nameOfCheck = (check: string): string => NAMES.get(check) ?? oneLine(check)

const SIGNS: Readonly<Record<Severity, { readonly word: string; readonly style: keyof View['paint'] }>> = {
  fine: { word: 'ok   ', style: 'good' },
  warning: { word: 'warns', style: 'warn' },
  problem: { word: 'fails', style: 'bad' },
  damage: { word: 'fails', style: 'bad' },
}

function findingLines({ check, severity, detail, means, fix }: DoctorFinding, paint: View['paint'], width: number) {
  const [first = '', ...rest] = wrap(`${nameOfCheck(check)}: ${printable(detail)}`, width - 6)
  const { word, style } = SIGNS[severity]
  return [
    `${paint[style](word)} ${first}`,
    ...rest.map((line) => `      ${line}`),
    ...(means === undefined ? [] : wrap(means, width, '      ')),
    ...(fix === undefined ? [] : wrapAdvice(`fix: ${fix}`, width, '      ').map((line) => paint.strong(line))),
  ]
}

function verdictOf(findings: readonly DoctorFinding[], paint: View['paint']): string {
  const count = (severities: readonly Severity[]) =>
    findings.filter(({ severity }) => severities.includes(severity)).length
  const [bad, odd] = [count(['problem', 'damage']), count(['warning'])]
  const looked = plural(findings.length, 'check')
  if (bad > 0)
    return paint.bad(`${plural(bad, 'problem')}${odd > 0 ? ` and ${plural(odd, 'warning')}` : ''} in ${looked}.`)
  return odd > 0
    ? paint.warn(`It works; ${plural(odd, 'warning')} in ${looked}.`)
    : paint.good(`All is well: ${looked}.`)
}
