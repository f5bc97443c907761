import { RECORD_TYPES, uuid } from '@forge-cascade/contract'
import { didYouMean } from '#config'
import { type CommandInput, readTime, usage } from '../command-input.ts'

/**
 * Which entries of the log are asked for, as the options say, for the schema of the contract.
 *
 * @param times the options that say when it begins and when it ends.
 * @throws CascadeError VALIDATION_FAILED for an id without its kind, and for a time that ends before it begins.
 */
export function readEntryQuery(input: CommandInput, times: { readonly from: string; readonly to: string }) {
  const [entity_type, entity_id] = splitEntity(input.text('about'))
  const [since, until] = [readTime(input, times.from), readTime(input, times.to)]
  if (since !== undefined && until !== undefined && Date.parse(until) < Date.parse(since))
    throw usage(`--${times.to} ${until} is before --${times.from} ${since}: nothing is between them.`)
  return {
    operation: input.text('operation'),
    ...{ entity_type, entity_id },
    user_id: input.text('by'),
    correlation_id: input.text('correlation'),
    ...{ since, until },
  }
}

/**
 * Tells what cannot have happened from what did not. It is asked once an instance has found nothing: one that is newer than
 * this command may know more kinds, and what it finds is never refused.
 *
 * @throws CascadeError VALIDATION_FAILED for what no kind of record is called.
 */
export function requireOperation(name: string | undefined): void {
  const types: readonly string[] = RECORD_TYPES
  if (name === undefined || types.includes(name)) return
  const near = didYouMean(name, types)
  const hint = near === undefined ? `One that there is: ${types[0]}.` : `Did you mean ${near}?`
  throw usage(`--operation: there is no operation ${JSON.stringify(name)}. ${hint}`)
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
