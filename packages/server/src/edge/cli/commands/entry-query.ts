import { RECORD_TYPES, uuid } from '@forge-cascade/contract'
import type { RecordKind } from '@forge-cascade/contract/records'
import { z } from 'zod'
import { didYouMean } from '#config'
import { isCorrelationId } from '#observability'
import { type CommandInput, readTime, usage } from '../command-input.ts'

/**
 * Which entries of the log are asked for, as the options say, for the schema of the contract.
 *
 * @param times the options that say when it begins and when it ends.
 * @throws CascadeError VALIDATION_FAILED for an id without its kind, and for a time that ends before it begins,
 *   or as it does.
 */
export function readEntryQuery(input: CommandInput, times: { readonly from: string; readonly to: string }) {
  const [entity_type, entity_id] = splitEntity(input.text('about'))
  const [since, until] = [readTime(input, times.from), readTime(input, times.to)]
  if (since !== undefined && until !== undefined && Date.parse(until) <= Date.parse(since)) {
    const how = Date.parse(until) === Date.parse(since) ? 'the same moment as' : 'before'
    throw usage(`--${times.to} ${until} is ${how} --${times.from} ${since}: nothing is between them.`)
  }
  return {
    operation: input.text('operation'),
    ...{ entity_type, entity_id },
    user_id: input.text('by'),
    correlation_id: input.text('correlation'),
    ...{ since, until },
  }
}

/** What is asked for, as far as it may be of a kind that there is not. */
interface Asked {
  readonly operation?: string | undefined
  readonly entity_type?: string | undefined
  readonly entity_id?: string | undefined
  readonly correlation_id?: string | undefined
}

/**
 * Tells what cannot have happened from what did not. It is asked once an instance has found nothing: one that is newer than
 * this command may know more kinds, and what it finds is never refused.
 *
 * @throws CascadeError VALIDATION_FAILED for what no kind of record is called, what none is about, and what no request has as
 *   its id.
 */
export async function requirePossible({ operation, entity_type, entity_id, correlation_id }: Asked): Promise<void> {
  requireOneOf('--operation: there is no operation', operation, RECORD_TYPES)
  if (correlation_id !== undefined && !isCorrelationId(correlation_id))
    throw usage(
      `--correlation takes the id of a request, as ledger audit shows it; got ${JSON.stringify(correlation_id)}.`,
    )
  if (entity_type === undefined) return
  // Loaded when it is needed: the schemas of all records are many.
  const { RECORDS_V1 } = await import('@forge-cascade/contract/records')
  const kinds: readonly RecordKind[] = Object.values(RECORDS_V1)
  const types = new Set(kinds.flatMap(({ subject }) => subjectTypeOf(subject)))
  requireOneOf('--about: there is no kind', entity_type, [...types])
  const isSubject = (text: string): boolean => kinds.some(({ subject }) => subject.safeParse(text).success)
  if (entity_id !== undefined && !isSubject(`${entity_type}/${entity_id}`))
    throw usage(
      `--about: no ${entity_type} has the id ${JSON.stringify(entity_id)}; ledger audit --about ${entity_type} shows those that there are.`,
    )
}

/** Before the slash: `capsule` of what is about `capsule/<id>`. */
function subjectTypeOf(subject: RecordKind['subject']): readonly string[] {
  const { const: text, pattern } = z.toJSONSchema(subject)
  const [, type] = /^\^?([a-z]+)\\?\//.exec(typeof text === 'string' ? text : (pattern ?? '')) ?? []
  return type === undefined ? [] : [type]
}

/** @throws CascadeError VALIDATION_FAILED with the nearest of the names. */
function requireOneOf(no: string, name: string | undefined, names: readonly string[]): void {
  if (name === undefined || names.includes(name)) return
  const near = didYouMean(name, names)
  const hint = near === undefined ? `One that there is: ${names[0]}.` : `Did you mean ${near}?`
  throw usage(`${no} ${JSON.stringify(name)}. ${hint}`)
}

/** Kind and id of what `--about` names: `capsule`, or `capsule/<id>`. */
function splitEntity(about: string | undefined): readonly [type: string | undefined, id: string | undefined] {
  const slash = about?.indexOf('/') ?? -1
  if (about === undefined || slash === -1) {
    if (uuid.safeParse(about?.toLowerCase()).success)
      throw usage(`--about takes a kind before an id; did you mean capsule/${about}?`)
    return [about, undefined]
  }
  return [about.slice(0, slash), about.slice(slash + 1)]
}
