import { canonicalJson } from '#base'
import type { WritableRecord } from './packed-commands.ts'

/**
 * The canonical text of a leaf, written member by member in their sorted order: the same bytes as `leafText(toLeaf(…))`
 * in a fraction of the time, which every command pays.
 */
export function writeLeafText(record: WritableRecord, index: number, prev: string, time: string): string {
  return (
    `{"actor":${quote(record.actor)},"category":${quote(record.category)},` +
    `"correlation_id":${quote(record.correlationId)},"digests":${jsonOf(record.digests)},"index":${index},` +
    `"payload":${jsonOf(record.payload)},"prev":"${prev}","subject":${quote(record.subject)},` +
    `"time":"${time}","type":${quote(record.type)},"v":1}`
  )
}

const jsonOf = (value: object | string): string => (typeof value === 'string' ? value : canonicalJson(value))

// canonicalJson refuses lone surrogates; a plain string needs nothing else of it.
const quote = (text: string): string => (text.isWellFormed() ? JSON.stringify(text) : canonicalJson(text))
