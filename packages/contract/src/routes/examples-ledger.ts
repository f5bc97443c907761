const HASH = '6c1f0a3fcb5d9a8b2f6c6d7a1e0f4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a'
const SUBJECT_ID = '01939b3e-0000-7000-8000-000000000001'
const CAPSULE_ID = '01939b3e-9c02-7a41-b7d3-5a1e0c9d8e72'
const CORRELATION_ID = '01939b3e-7a11-7b01-9d44-0a4f5b6c7d8e'
const AT = '2026-03-01T09:00:00.000Z'

/** In the order of RFC 8785, so that its JSON is its canonical JSON. */
const LEAF = {
  actor: SUBJECT_ID,
  category: 'capsule',
  correlation_id: CORRELATION_ID,
  digests: { content: HASH },
  index: 0,
  payload: {
    decision_id: CORRELATION_ID,
    owner: SUBJECT_ID,
    parents: [],
    trust: 60,
    type: 'knowledge',
    version: '1.0.0',
  },
  prev: '0'.repeat(64),
  subject: `capsule/${CAPSULE_ID}`,
  time: AT,
  type: 'capsule.created',
  v: 1,
}

export const ENTRY_EXAMPLE = {
  index: 0,
  leaf_hash: HASH,
  canonical: JSON.stringify(LEAF),
  entry: LEAF,
}

export const INCLUSION_EXAMPLE = {
  index: 0,
  size: 2,
  leaf_hash: HASH,
  root: HASH,
  hashes: [HASH],
  tlog_proof: null,
}

export const CONSISTENCY_EXAMPLE = { from: 1, to: 2, from_root: HASH, to_root: HASH, hashes: [HASH] }

export const INTEGRITY_EXAMPLE = {
  valid: true,
  size: 4711,
  checked_from: 0,
  checked_to: 4710,
  checked_at: AT,
  contents: { verified: 2920, erased: 3, archived: 41 },
}

export const AUDIT_EXAMPLE = {
  id: HASH,
  operation: 'capsule.created',
  category: 'capsule',
  entity_type: 'capsule',
  entity_id: CAPSULE_ID,
  user_id: SUBJECT_ID,
  changes: {
    content: { from: null, to: { bytes: 31 } },
    owner: { from: null, to: SUBJECT_ID },
    trust: { from: null, to: 60 },
    type: { from: null, to: 'knowledge' },
  },
  payload: LEAF.payload,
  correlation_id: CORRELATION_ID,
  timestamp: AT,
  ledger_index: 0,
}

export const WITNESS_EXAMPLE = {
  witness: {
    keys: ['witness.example.org/acme+1a2b3c4d+BAcjDo0Vb9Lr3O0r4b1s6wq0sJk1bq2m9XcT8eYvWzQp'],
    logs: [
      {
        origin: 'cascade/01939b3e-7a10-7b01-9d44-0a4f5b6c7d8e',
        keys: ['cascade/01939b3e-7a10-7b01-9d44-0a4f5b6c7d8e+5e6f7a8b+AQcjDo0Vb9Lr3O0r4b1s6wq0sJk1bq2m9XcT8eYvWzQp'],
        size: 4711,
        cosigned_at: AT,
        trouble: null,
      },
    ],
  },
  witnesses: [{ url: 'https://cascade.example.net/v2/witness', size: 4708, cosigned_at: AT, trouble: null }],
  cosigner: null,
  fork: null,
}

/** A hash as C2SP texts spell it. */
const NODE = 'bB8KP8tdmosvbG16Hg9LPC0eD5qLfG1eTzorHA2ej3o='
const LOG = 'cascade/01939b3e-7a10-7b01-9d44-0a4f5b6c7d8e'

export const SUBMISSION_EXAMPLE = `old 1\n${NODE}\n\n${LOG}\n2\n${NODE}\n\n— ${LOG} Xm96i0NJR05BVFVSRQ==\n`

export const KEYS_EXAMPLE = {
  origin: LOG,
  keys: [
    `${LOG}+9a8b7c6d+AVvzWQpcjDo0Vb9Lr3O0r4b1s6wq0sJk1bq2m9XcT8eY`,
    `${LOG}+5e6f7a8b+AQcjDo0Vb9Lr3O0r4b1s6wq0sJk1bq2m9XcT8eYvWzQp`,
  ],
  previous_until: '2026-03-31T09:00:00.000Z',
}

export const DIGEST_EXAMPLE = {
  id: CAPSULE_ID,
  version: '1.0.0',
  algorithm: 'HMAC-SHA-256',
  key: '5e'.repeat(32),
  computed: HASH,
  recorded: HASH,
  ledger_index: 0,
  leaf_hash: HASH,
  actor: SUBJECT_ID,
  decision_id: CORRELATION_ID,
  matches: true,
}
