import type { RecordType } from '../../record-categories.ts'
import { CAPSULE_RECORDS, KEEPING_RECORDS } from './capsule-records.ts'
import { GOVERNANCE_RECORDS } from './governance-records.ts'
import {
  EMBEDDING_RECORDS,
  IDENTITY_RECORDS,
  IMPORT_RECORDS,
  SYSTEM_RECORDS,
  VERIFICATION_RECORDS,
  WITNESS_RECORDS,
} from './instance-records.ts'
import { MESH_RECORDS } from './mesh-records.ts'
import type { RecordKind } from './record-kind.ts'

export type { RecordKind } from './record-kind.ts'

/** Every kind of record of version 1. */
export const RECORDS_V1 = {
  ...CAPSULE_RECORDS,
  ...KEEPING_RECORDS,
  ...GOVERNANCE_RECORDS,
  ...IDENTITY_RECORDS,
  ...IMPORT_RECORDS,
  ...EMBEDDING_RECORDS,
  ...SYSTEM_RECORDS,
  ...WITNESS_RECORDS,
  ...VERIFICATION_RECORDS,
  ...MESH_RECORDS,
} satisfies { readonly [T in RecordType]: RecordKind }
