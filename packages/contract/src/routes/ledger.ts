import { z } from 'zod'
import { semver, uuid } from '../capsule.ts'
import { evidenceQuery, openedDigest } from '../evidence.ts'
import {
  auditQuery,
  auditRow,
  consistencyProof,
  consistencyQuery,
  inclusionProof,
  inclusionQuery,
  integrity,
  ledgerEntry,
  verifyLine,
  verifyQuery,
} from '../ledger.ts'
import { paged, wholeNumber } from '../parameters.ts'
import {
  AUDIT_EXAMPLE,
  CONSISTENCY_EXAMPLE,
  DIGEST_EXAMPLE,
  ENTRY_EXAMPLE,
  INCLUSION_EXAMPLE,
  INTEGRITY_EXAMPLE,
} from './examples-ledger.ts'
import { json, type RouteDefinition } from './route.ts'

const access = { action: 'ledger.read', risk: 'low' } as const

/** The log of everything that happened, in the formats of C2SP, so that strangers can verify it. */
export const LEDGER = [
  {
    id: 'getCheckpoint',
    method: 'GET',
    path: '/v2/ledger/checkpoint',
    tag: 'Ledger',
    summary: 'The newest signed checkpoint',
    description:
      'A signed note (C2SP tlog-checkpoint): the origin, how many entries there are, and the root of their tree. New entries are signed within a second, or after 256 of them.',
    access,
    responses: { 200: { description: 'The note.', contentType: 'text/plain' } },
  },
  {
    id: 'getLedgerKey',
    method: 'GET',
    path: '/v2/ledger/key',
    tag: 'Ledger',
    summary: 'Keys that the log signs and signed with',
    description:
      'Verifier keys of signed notes (C2SP signed-note), a line each, the active one first. Whoever verifies should have them from somewhere else than the log.',
    access,
    responses: { 200: { description: 'The keys.', contentType: 'text/plain' } },
  },
  {
    id: 'getLedgerEntry',
    method: 'GET',
    path: '/v2/ledger/entries/{index}',
    tag: 'Ledger',
    summary: 'One entry, with the bytes that its hash is over',
    access,
    params: z.object({ index: wholeNumber(0, Number.MAX_SAFE_INTEGER) }),
    responses: { 200: json('The entry.', ledgerEntry, ENTRY_EXAMPLE) },
    errors: ['NOT_FOUND'],
  },
  {
    id: 'proveInclusion',
    method: 'GET',
    path: '/v2/ledger/proof/inclusion',
    tag: 'Ledger',
    summary: 'Proof that an entry is in the log',
    description:
      'RFC 6962 section 2.1.1. Without `size` it is proven in the newest checkpoint, and `tlog_proof` holds all that somebody needs to verify it beside the entry and the key.',
    access,
    query: inclusionQuery,
    responses: { 200: json('The proof.', inclusionProof, INCLUSION_EXAMPLE) },
    errors: ['NOT_FOUND', 'DATA_CORRUPT'],
  },
  {
    id: 'proveConsistency',
    method: 'GET',
    path: '/v2/ledger/proof/consistency',
    tag: 'Ledger',
    summary: 'Proof that the log only grew between two sizes',
    description: 'RFC 6962 section 2.1.2.',
    access,
    query: consistencyQuery,
    responses: { 200: json('The proof.', consistencyProof, CONSISTENCY_EXAMPLE) },
    errors: ['NOT_FOUND'],
  },
  {
    id: 'getTile',
    method: 'GET',
    path: '/v2/ledger/tile/{tile}',
    rest: true,
    tag: 'Ledger',
    summary: 'Hashes or entries, 256 at a time',
    description:
      'C2SP tlog-tiles: `<L>/<N>[.p/<W>]` for the hashes of level L, `entries/<N>[.p/<W>]` for the entries themselves, each behind its length in two bytes. What a tile of less than 256 holds is asked for with its width. A tile is there once a checkpoint covers it.',
    access,
    params: z.object({ tile: z.string().max(100).describe('Such as `0/x001/067` or `entries/000.p/12`.') }),
    responses: { 200: { description: 'The tile.', contentType: 'application/octet-stream' } },
    errors: ['NOT_FOUND', 'DATA_CORRUPT'],
  },
  {
    id: 'getIntegrity',
    method: 'GET',
    path: '/v2/ledger/integrity',
    tag: 'Ledger',
    summary: 'What the last verification of the log found',
    description: 'The log verifies itself in the background; `POST /v2/ledger/verify` does it now.',
    access,
    responses: { 200: json('What was found.', integrity, INTEGRITY_EXAMPLE) },
  },
  {
    id: 'verifyLedger',
    method: 'POST',
    path: '/v2/ledger/verify',
    tag: 'Ledger',
    summary: 'Verify the log now',
    description:
      'Every entry, the chain, the tree and the newest checkpoint. Lines tell how far it is; the last says what it came to. One verification at a time: who comes meanwhile is asked to come again.',
    access,
    query: verifyQuery,
    responses: {
      200: {
        description: 'Lines of JSON.',
        schema: verifyLine,
        contentType: 'application/x-ndjson',
        example: INTEGRITY_EXAMPLE,
      },
    },
    unhurried: true,
  },
  {
    id: 'exportEvidence',
    method: 'POST',
    path: '/v2/ledger/evidence',
    tag: 'Ledger',
    summary: 'Entries with all that proves them, as one archive',
    description:
      'A zip archive: the entries that match, byte for byte as they were hashed, a C2SP tlog-proof for each, the newest signed checkpoint, the keys, the rules in force, a bill of materials, a report for people, and a manifest that the log signed. At most 20000 entries and 256 MiB. The log gets an entry `evidence.exported` with the digest of the manifest before the signature is handed out. One export at a time: who comes meanwhile is asked to come again. An archive that breaks off has no manifest.',
    access: { action: 'evidence.export', risk: 'high' },
    body: { schema: evidenceQuery, example: { operation: 'capsule.created', since: '2026-03-01T00:00:00Z' } },
    responses: { 200: { description: 'The archive.', contentType: 'application/zip' } },
    errors: ['UNPROCESSABLE', 'DATA_CORRUPT'],
    unhurried: true,
  },
  {
    id: 'openDigest',
    method: 'GET',
    path: '/v2/capsules/{id}/versions/{version}/digest',
    tag: 'Ledger',
    summary: 'Whether a version is the one that the log has the digest of',
    description:
      'The log holds salted digests of contents. This opens that of one version: the key that lies beside the content, the digest that it gives, and the one that the log recorded. After an erasure there is no key any more.',
    access: { action: 'evidence.export', risk: 'high' },
    params: z.object({ id: uuid, version: semver }),
    responses: { 200: json('The digest, opened.', openedDigest, DIGEST_EXAMPLE) },
    errors: ['NOT_FOUND', 'ERASED', 'IN_ARCHIVE', 'UNPROCESSABLE'],
  },
  {
    id: 'getAuditLog',
    method: 'GET',
    path: '/v2/system/audit-log',
    tag: 'Ledger',
    summary: 'What happened, newest first',
    description: 'The entries of the log as rows. A correlation id gives all that one request came to.',
    access,
    query: auditQuery,
    responses: { 200: json('A page.', paged(auditRow, 'AuditPage'), { items: [AUDIT_EXAMPLE], next_cursor: null }) },
    errors: ['CURSOR_INVALID'],
  },
] as const satisfies readonly RouteDefinition[]
