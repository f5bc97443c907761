const HASH = '6c1f0a3fcb5d9a8b2f6c6d7a1e0f4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a'
const SUBJECT_ID = '01939b3e-0000-7000-8000-000000000001'
const CAPSULE_ID = '01939b3e-9c02-7a41-b7d3-5a1e0c9d8e72'
const CORRELATION_ID = '01939b3e-7a11-7b01-9d44-0a4f5b6c7d8e'
const AT = '2026-03-01T09:00:00.000Z'
const NODE = 'bB8KP8tdmosvbG16Hg9LPC0eD5qLfG1eTzorHA2ej3o='

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
  hashes: [NODE],
  tlog_proof: null,
}

export const CONSISTENCY_EXAMPLE = { from: 1, to: 2, from_root: HASH, to_root: HASH, hashes: [NODE] }

export const INTEGRITY_EXAMPLE = { valid: true, size: 4711, checked_from: 0, checked_to: 4710, checked_at: AT }

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
