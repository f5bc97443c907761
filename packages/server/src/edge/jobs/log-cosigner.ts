import type { KeyObject } from 'node:crypto'
import type { Clock } from '#base'
import { createCosigner, formatVerifierKey, hasMlDsa44, type NoteSigner } from '#ledger'
import type { Grant, Records, UnitOfWork } from '#store'
import { findLogRecord, putLogIdentity } from './log-identity.ts'
import { tellOnce } from './tell-once.ts'

export interface LogCosignerOptions {
  readonly store: Pick<UnitOfWork, 'append'> & { readonly records: Pick<Records, 'find' | 'put'> }
  readonly origin: string
  /** The ML-DSA-44 key with which the log cosigns itself, made where there is none. */
  readonly openKey: () => KeyObject
  readonly grant: () => Grant<'ledger.sign'>
  readonly newId: () => string
  readonly clock: Clock
}

/**
 * Who adds to the log's own checkpoints a cosignature that outlasts quantum computers, under the name of the log. The log
 * records its key. Undefined where this runtime has no ML-DSA-44.
 *
 * @see https://c2sp.org/tlog-cosignature section "ML-DSA-44 signed message"
 */
export async function openLogCosigner(options: LogCosignerOptions): Promise<NoteSigner | undefined> {
  if (!hasMlDsa44()) return undefined
  const { key, cosign } = createCosigner(options.origin, options.openKey())
  await recordKey(options, formatVerifierKey(key))
  return { key, sign: (text) => cosign(text, Math.floor(options.clock() / 1000)) }
}

/** The key is durable by now: where the process ends before this, the next start records it. */
async function recordKey({ store, grant, newId }: LogCosignerOptions, cosigner: string): Promise<void> {
  const found = await findLogRecord(store.records)
  if (found === undefined || found.value.cosigner === cosigner) return
  const call = { grant: grant(), command: { id: newId().replaceAll('-', '') } }
  const changes = [putLogIdentity(store.records, call.grant, { ...found.value, cosigner }, found.revision)]
  const payload = { origin: found.value.origin, key: cosigner }
  await tellOnce(store, call, { subject: 'system/ledger', type: 'ledger.cosigner_changed', payload, changes })
}
