import { isDeepStrictEqual } from 'node:util'
import { RECORD_TYPES, type RecordType } from '@forge-cascade/contract'
import { leafSchema } from '@forge-cascade/contract/records'
import { type AnyRecord, FIRST_PREV, toLeaf } from '#ledger'
import type { UnitOfWork } from '../unit-of-work.ts'
import { withAppend } from './with-append.ts'

const KNOWN: ReadonlySet<string> = new Set(RECORD_TYPES)
const schemas = new Map<RecordType, ReturnType<typeof leafSchema>>()

/** What is not as the schema of its kind says, in words; nothing for a leaf that fits. */
export function findMisfit(leaf: { readonly type: string }): string | undefined {
  if (!isKnown(leaf.type)) return `there is no kind of record ${leaf.type}`
  const schema = schemas.get(leaf.type) ?? leafSchema(leaf.type)
  schemas.set(leaf.type, schema)
  const { error, data } = schema.safeParse(leaf)
  if (error) return `${leaf.type}: ${error.message}`
  return isDeepStrictEqual(data, leaf) ? undefined : `${leaf.type}: a schema may not change what it reads`
}

const isKnown = (type: string): type is RecordType => KNOWN.has(type)

/**
 * The same store, where an append with a record that is not as the schema of its kind says is an error of the test. Kinds that
 * no product writes, `test.…`, say what they like.
 */
export const watchRecords = <S extends Pick<UnitOfWork, 'append'>>(store: S): S =>
  withAppend(store, async (commands) => {
    for (const { records, decision } of commands)
      for (const record of decision ? [...records, decision.record] : records) requireFit(record)
    return store.append(commands)
  })

/** @throws Error saying what is wrong with it. */
function requireFit(record: AnyRecord): void {
  if (record.type.startsWith('test.')) return
  // As the log has it: a member that is undefined is not written.
  const leaf = JSON.parse(JSON.stringify(toLeaf(record, 0, FIRST_PREV, '2026-03-01T09:00:00.000Z')))
  const misfit = findMisfit(leaf)
  if (misfit !== undefined) throw new Error(misfit)
}
