export { type Change, type ChangeKind, COVERS } from './change.ts'
export type { Command, DecisionNote, EventDraft, NearDuplicate, Receipt } from './command.ts'
export type { Grant } from './grant.ts'
export { appendMinted, type Refuse, type UnrecordedDecision } from './minted-grants.ts'
export { recordChanges } from './record-changes.ts'
export {
  type CollectionDefinition,
  type PutOptions,
  RECORD_KEY_LENGTH_MAX,
  RECORD_VALUE_BYTES_MAX,
  type RecordDelete,
  type RecordPage,
  type RecordPut,
  type Records,
  type StoredRecord,
} from './records.ts'
export { toRecord } from './to-record.ts'
export {
  type Capabilities,
  type CascadeEvent,
  type ChangeEntry,
  COMMANDS_PER_APPEND_MAX,
  type CommandOutcome,
  type Finding,
  LOG_TREE,
  type Repaired,
  type Scrubbed,
  type UnitOfWork,
} from './unit-of-work.ts'
