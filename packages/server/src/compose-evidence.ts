import { ACTIONS } from '@forge-cascade/contract'
import type { Clock } from '#base'
import type { ConfigRow } from '#config'
import type { ZipFile } from '#evidence'
import { BOOTSTRAP_RULE } from '#governance'
import type { LedgerStore } from '#ledger'
import { COVERS, type UnitOfWork } from '#store'
import { EvidenceDesk, type LedgerDesk } from './edge/jobs/index.ts'
import { VERSION } from './version.ts'

interface EvidenceParts {
  readonly desk: LedgerDesk
  readonly store: Pick<UnitOfWork, 'append' | 'head'> & { readonly ledger: LedgerStore }
  readonly clock: Clock
  /** Rows with secrets hidden. */
  readonly config: () => readonly ConfigRow[]
}

/** Makes evidence bundles of the log, with what was in force. */
export const composeEvidence = ({ desk, store, clock, config }: EvidenceParts): EvidenceDesk =>
  new EvidenceDesk({
    ...{ desk, store, ledger: store.ledger, head: () => store.head(), clock, madeBy: `forge-cascade ${VERSION}` },
    more: () => rulesInForce(config()),
  })

/** The rule by which the gate decides, what the grant of each action may change, and the configuration. */
function rulesInForce(config: readonly ConfigRow[]): readonly ZipFile[] {
  const actions = Object.entries(ACTIONS).map(([action, meaning]) => ({
    action,
    meaning,
    may_change: COVERS[action as keyof typeof ACTIONS],
  }))
  const rows = config.map(({ key, value = null, origin }) => ({ key, value, origin }))
  return [jsonFile('rules/actions.json', { gate: BOOTSTRAP_RULE, actions }), jsonFile('rules/configuration.json', rows)]
}

const jsonFile = (path: string, value: unknown): ZipFile => ({
  path,
  bytes: Buffer.from(`${JSON.stringify(value, null, 2)}\n`),
})
