import { ACTIONS } from '@forge-cascade/contract'
import { type Clock, sha256Hex } from '#base'
import type { ConfigRow } from '#config'
import { isZipPath, writeLockedBill, type ZipFile } from '#evidence'
import type { EvidenceReport } from '#http'
import type { LedgerStore } from '#ledger'
import type { PolicyFile } from '#policy'
import { COVERS, type UnitOfWork } from '#store'
import { EvidenceDesk, type EvidenceDeskOptions } from './edge/jobs/index.ts'
import { findMaterials } from './home.ts'
import { VERSION } from './version.ts'

interface EvidenceParts {
  readonly desk: EvidenceDeskOptions['desk']
  readonly store: Pick<UnitOfWork, 'append' | 'head'> & { readonly ledger: LedgerStore }
  readonly clock: Clock
  /** Rows with secrets hidden. */
  readonly config: () => readonly ConfigRow[]
  /** The policies in force. */
  readonly policies: () => readonly PolicyFile[]
  /** What decisions were made from, and all policies that ever were. */
  readonly decisions: EvidenceDeskOptions['decisions']
  /** The report as a page and as text. */
  readonly pages: Readonly<Record<'evidencePage' | 'evidenceMarkdown', (report: EvidenceReport) => string>>
}

/** Makes evidence bundles of the log, with a report, what was in force, and what the program is made of. */
export const composeEvidence = ({
  desk,
  store,
  clock,
  config,
  policies,
  decisions,
  pages,
}: EvidenceParts): EvidenceDesk =>
  new EvidenceDesk({
    ...{ desk, store, ledger: store.ledger, head: () => store.head(), clock, madeBy: `forge-cascade ${VERSION}` },
    decisions,
    more: (told) => [
      file('report.html', pages.evidencePage(told)),
      file('report.md', pages.evidenceMarkdown(told)),
      ...rulesInForce(config(), policies()),
      ...materials(),
    ],
  })

/** The policies by which the gate decides, what the grant of each action may change, and the configuration. */
function rulesInForce(config: readonly ConfigRow[], policies: readonly PolicyFile[]): readonly ZipFile[] {
  const covers: Readonly<Record<string, readonly string[]>> = COVERS
  const actions = Object.entries(ACTIONS).map(([action, meaning]) => ({ action, meaning, may_change: covers[action] }))
  const rows = config.map(({ key, value = null, origin }) => ({ key, value, origin }))
  return [
    file('rules/actions.json', json({ actions })),
    ...policies.map(({ path, text }) => file(policyPath(path), text)),
    file('rules/configuration.json', json(rows)),
  ]
}

/** Where policies lie in a bundle: below a name of its own what has a path there that no bundle has. */
function policyPath(path: string): string {
  const own = `rules/policies/${path}`
  return isZipPath(own) ? own : `rules/policies/${sha256Hex(path)}.cedar`
}

/** The bill of materials; nothing where somebody has removed what it is made of. */
function materials(): readonly ZipFile[] {
  const found = findMaterials()
  if (!found) return []
  return [file('sbom.cdx.json', found.kind === 'bill' ? found.text : writeLockedBill(found.text))]
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
const file = (path: string, text: string): ZipFile => ({ path, bytes: Buffer.from(text) })
