import type { OpenedDigest } from '@forge-cascade/contract'
import { CascadeError, saltedDigest } from '#base'
import { type CapsuleContext, getVersion } from '#capsules'
import type { LedgerStore, StoredLeaf } from '#ledger'

const LOOKED_AT_ONCE = 1000

/**
 * The digest of a version's content, by the key that lies beside it, and the one that the log recorded.
 *
 * @throws CascadeError NOT_FOUND, ERASED, IN_ARCHIVE; UNPROCESSABLE for a capsule whose versions are too large together.
 */
export async function openDigest(context: CapsuleContext, id: string, version: string): Promise<OpenedDigest> {
  const { store } = context
  const { content } = await getVersion(context, id, version)
  const [body] = await (context.whole ?? context).store.capsules.readBodies([id])
  const key = body?.versions.find((each) => each.version === version)?.digestKey
  if (!key) throw new CascadeError('NOT_FOUND', `Capsule ${id} has no version ${version} any more.`)
  const computed = saltedDigest(key, content)
  const told = await findTelling(store.ledger, id, version)
  const recorded = told?.leaf.digests.content ?? null
  return {
    ...{ id, version, algorithm: 'HMAC-SHA-256', key: Buffer.from(key).toString('hex'), computed, recorded },
    ...{ ledger_index: told?.leaf.index ?? null, leaf_hash: told?.hash ?? null, matches: recorded === computed },
    ...{ actor: told?.leaf.actor ?? null, decision_id: decisionOf(told) },
  }
}

/** A kind that only a later version knows may have none, or something else there. */
function decisionOf(told: StoredLeaf | undefined): string | null {
  const found = told?.leaf.payload.decision_id
  return typeof found === 'string' ? found : null
}

/** The entry that tells of the version, with its digest. */
async function findTelling(ledger: LedgerStore, id: string, version: string): Promise<StoredLeaf | undefined> {
  for (let before: number | undefined; ; ) {
    const more = before === undefined ? {} : { before }
    const page = await ledger.list({ subject: `capsule/${id}` }, { limit: LOOKED_AT_ONCE, ...more })
    const found = page.find(({ leaf }) => leaf.payload.version === version && leaf.digests.content !== undefined)
    if (found || page.length < LOOKED_AT_ONCE) return found
    before = page.at(-1)?.leaf.index
  }
}
