/** What the log is divided into. */
export const LEDGER_CATEGORIES = [
  'capsule',
  'trust',
  'governance',
  'identity',
  'import',
  'verification',
  'system',
] as const
export type LedgerCategory = (typeof LEDGER_CATEGORIES)[number]

/**
 * Every kind of record with its category. The schema of each is in `records/v1`; this is what a writer needs of it, without
 * the cost of loading schemas.
 */
export const RECORD_CATEGORIES = {
  'capsule.created': 'capsule',
  'capsule.versioned': 'capsule',
  'capsule.archived': 'capsule',
  'capsule.restored': 'capsule',
  'capsule.linked': 'capsule',
  'capsule.unlinked': 'capsule',
  'capsule.similar_linked': 'capsule',
  'capsule.trust_history_imported': 'capsule',
  'capsule.quarantine_imported': 'capsule',
  'capsule.erased': 'capsule',
  'capsule.offloaded': 'capsule',
  'capsule.reloaded': 'capsule',
  'capsule.trust_changed': 'trust',
  'capsule.quarantined': 'trust',
  'capsule.released': 'trust',
  'capsule.trust_settled': 'trust',
  'share.granted': 'governance',
  'share.revoked': 'governance',
  'terms.accepted': 'governance',
  'hold.placed': 'governance',
  'hold.lifted': 'governance',
  'erasure.begun': 'governance',
  'erasure.purged': 'governance',
  'erasure.completed': 'governance',
  'bulk.previewed': 'governance',
  'retention.held': 'governance',
  'segment.begun': 'governance',
  'segment.stored': 'governance',
  'segment.dropped': 'governance',
  'segment.rewritten': 'governance',
  'segment.erasure_waits': 'governance',
  'subject.registered': 'identity',
  'import.started': 'import',
  'import.noted': 'import',
  'import.completed': 'import',
  'import.interrupted': 'import',
  'import.cancelled': 'import',
  'import.failed': 'import',
  'import.removed': 'import',
  'embedding.adopted': 'system',
  'embedding.started': 'system',
  'embedding.paused': 'system',
  'embedding.resumed': 'system',
  'embedding.cancelled': 'system',
  'embedding.superseded': 'system',
  'embedding.filled': 'system',
  'embedding.completed': 'system',
  'embedding.removed': 'system',
  'ledger.begun': 'system',
  'ledger.key_changed': 'system',
  'ledger.verified': 'system',
  'ledger.tree_regrown': 'system',
  'ledger.key_rotated': 'system',
  'ledger.key_retired': 'system',
  'ledger.cosigner_changed': 'system',
  'witness.begun': 'system',
  'witness.keys_changed': 'system',
  'witness.cosigned': 'system',
  'witness.fork_seen': 'system',
  'evidence.exported': 'system',
  'artifact.verified': 'verification',
  'system.backed_up': 'system',
  'system.repaired': 'system',
  'system.restored': 'system',
} as const satisfies Record<string, LedgerCategory>

/** The `type` of a record: what happened, in the past tense. */
export type RecordType = keyof typeof RECORD_CATEGORIES

// Object.keys widens the keys of the table to string; they are exactly its types.
export const RECORD_TYPES = Object.keys(RECORD_CATEGORIES) as readonly RecordType[]
