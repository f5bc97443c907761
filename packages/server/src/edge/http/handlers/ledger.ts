import type { InclusionProof, LedgerIntegrity } from '@forge-cascade/contract'
import { CascadeError, toRfc3339 } from '#base'
import { seenBy } from '#capsules'
import {
  type DatedVerdict,
  entryBundle,
  formatLogProof,
  type Hash,
  hashLeaf,
  type LedgerStore,
  parseTilePath,
  type StoredCheckpoint,
  TILE_WIDTH,
  verifyInclusion,
} from '#ledger'
import type { HandlersFor, OperationsOf } from '../handler.ts'
import { progressLines } from '../progress-lines.ts'
import { listAudit } from './audit-log.ts'
import type { HandlerContext } from './handler-context.ts'
import { openDigest } from './open-digest.ts'

const TEXT = 'text/plain; charset=utf-8'

/** The log of everything that happened, what was signed of it, and its proofs. */
export function ledgerHandlers({
  capsules,
  ledger: desk,
  ledgerKeys,
  witness,
  evidence,
}: HandlerContext): HandlersFor<OperationsOf<'Ledger'>> {
  const { ledger } = capsules.store
  const text = (content: string) => ({ status: 200, file: { contentType: TEXT, bytes: Buffer.from(content) } }) as const
  return {
    getCheckpoint: async ({ query: { cosigned } }) =>
      text((await (cosigned === undefined ? desk.checkpoint() : desk.cosigned(cosigned))).note),
    getLedgerKey: async () => text((await desk.keys()).map((key) => `${key}\n`).join('')),
    rotateLedgerKey: async ({ call, body }) => ({
      status: 200,
      body: await ledgerKeys.rotate(call, body.overlap_days),
    }),
    getLedgerEntry: async ({ params: { index } }) => {
      const found = await findEntry(ledger, index)
      const body = { index, leaf_hash: found.hash, canonical: found.text, entry: { ...found.leaf } }
      return { status: 200, body }
    },
    proveInclusion: async ({ query: { index, size } }) => ({
      status: 200,
      body: await proveInclusion(ledger, index, size ?? (await desk.covering(index))),
    }),
    proveConsistency: async ({ query }) => {
      const to = query.to ?? (await desk.checkpoint()).size
      const [from_root, to_root] = [await ledger.rootAt(query.from), await ledger.rootAt(to)].map(hex)
      const hashes = (await ledger.proveConsistency(query.from, to)).map(hex)
      return { status: 200, body: { from: query.from, to, from_root: from_root!, to_root: to_root!, hashes } }
    },
    getTile: async ({ params: { tile } }) => {
      const bytes = await readTile(ledger, tile, (await desk.checkpoint()).size)
      return { status: 200, file: { contentType: 'application/octet-stream', bytes: Buffer.from(bytes) } }
    },
    getIntegrity: async () => ({ status: 200, body: presentVerdict(await desk.verdict()) }),
    verifyLedger: async ({ query: { newest }, signal }) => {
      const lines = await progressLines(
        (tell) => desk.verify({ newest, signal, onProgress: (checked, of) => tell({ checked, of }) }),
        presentVerdict,
      )
      return { status: 200, lines }
    },
    getLedgerWitness: async () => ({ status: 200, body: await witness.state() }),
    exportEvidence: async ({ call, body, signal, grantForLines }) => {
      // What a decision was made from is for who may read decisions.
      if (body.decisions) await grantForLines('governance.read')
      return {
        status: 200,
        file: { contentType: 'application/zip', bytes: await evidence.export(call, body, signal) },
        headers: { 'content-disposition': 'attachment; filename="evidence.zip"' },
      }
    },
    openDigest: async ({ params: { id, version }, call }) => {
      const seen = await seenBy(capsules, call.subject)
      return { status: 200, body: await openDigest(seen, id, version) }
    },
    getAuditLog: async ({ call, query }) => {
      const { store } = await seenBy(capsules, call.subject)
      return { status: 200, body: await listAudit(store, query) }
    },
  }
}

const hex = (hash: Hash): string => Buffer.from(hash).toString('hex')

async function findEntry(ledger: LedgerStore, index: number) {
  const found = await ledger.find(index)
  if (!found) throw new CascadeError('NOT_FOUND', `The log has no entry ${index}.`)
  return found
}

/** @param at a size, or the checkpoint whose size is meant. */
async function proveInclusion(
  ledger: LedgerStore,
  index: number,
  at: number | StoredCheckpoint,
): Promise<InclusionProof> {
  const { hash, text } = await findEntry(ledger, index)
  const size = typeof at === 'number' ? at : at.size
  const hashes = await ledger.proveInclusion(index, size)
  const root = await ledger.rootAt(size)
  const leafHash = hashLeaf(Buffer.from(text))
  if (!verifyInclusion({ index, size, leafHash, proof: hashes, root }))
    throw new CascadeError('DATA_CORRUPT', `Entry ${index} is not the one that the log holds: its proof fails.`)
  const file = typeof at === 'number' ? null : formatLogProof({ index, hashes, checkpoint: at.note })
  return { index, size, leaf_hash: hash, root: hex(root), hashes: hashes.map(hex), tlog_proof: file }
}

/** @param size entries that are signed: nothing beyond is published. */
async function readTile(ledger: LedgerStore, path: string, size: number): Promise<Uint8Array> {
  const tile = parseTilePath(`tile/${path}`)
  if (!tile) throw new CascadeError('NOT_FOUND', `"${path}" is no tile: one is <level>/<number> or entries/<number>.`)
  const { level, index, width } = tile
  const step = level === 'entries' ? 1 : TILE_WIDTH ** level
  const isSigned = index * TILE_WIDTH + width <= Math.floor(size / step)
  const bytes = !isSigned
    ? undefined
    : level === 'entries'
      ? await readBundle(ledger, index * TILE_WIDTH, width)
      : await ledger.tile(level, index, width)
  if (!bytes) throw new CascadeError('NOT_FOUND', `The log of ${size} entries has no tile ${path}.`)
  return bytes
}

/** @throws CascadeError DATA_CORRUPT where one of the entries is missing: what follows is not theirs to show. */
async function readBundle(ledger: LedgerStore, from: number, width: number): Promise<Uint8Array> {
  const entries = await ledger.rawRange(from, width)
  const missing = Array.from({ length: width }, (_, at) => from + at).find((index, at) => entries[at]?.index !== index)
  if (missing !== undefined) throw new CascadeError('DATA_CORRUPT', `Entry ${missing} of the log is missing.`)
  return entryBundle(entries.map(({ bytes }) => bytes))
}

const presentVerdict = ({ verdict, from, at, stopped }: DatedVerdict): LedgerIntegrity => ({
  valid: verdict.valid,
  size: verdict.size,
  checked_from: from,
  checked_to: verdict.checkedTo,
  checked_at: toRfc3339(at),
  ...(verdict.contents && { contents: verdict.contents }),
  ...(verdict.firstBad !== undefined && { first_bad: verdict.firstBad }),
  ...(verdict.reason !== undefined && { reason: verdict.reason }),
  ...(stopped !== undefined && { stopped }),
})
