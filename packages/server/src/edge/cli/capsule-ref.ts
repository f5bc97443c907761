import { semver, uuid } from '@forge-cascade/contract'
import { usage } from './command-input.ts'

/** A capsule as people name it: `ID`, or `ID@VERSION`. */
export interface CapsuleRef {
  readonly id: string
  readonly version: string | undefined
}

/** @throws CascadeError VALIDATION_FAILED for anything but a whole id, with a version of three numbers or none. */
export function parseCapsuleRef(text: string | undefined): CapsuleRef {
  const [id = '', version, ...rest] = (text ?? '').split('@')
  const lower = id.toLowerCase()
  if (!uuid.safeParse(lower).success || rest.length > 0)
    throw usage(`${JSON.stringify(text ?? '')} is no capsule id; \`search\` shows the whole ids, such as ${SAMPLE_ID}.`)
  if (version !== undefined && !semver.safeParse(version).success)
    throw usage(`${JSON.stringify(version)} is no version; expected MAJOR.MINOR.PATCH after the @, such as 1.2.0.`)
  return { id: lower, version }
}

/**
 * The id of something else.
 *
 * @param noun what it is, and where its ids are shown: `proposal`, `proposals list`.
 * @throws CascadeError VALIDATION_FAILED for anything but a whole id.
 */
export function parseIdOf(noun: string, shownBy: string, text: string | undefined): string {
  const id = (text ?? '').toLowerCase()
  if (uuid.safeParse(id).success) return id
  throw usage(`${JSON.stringify(text ?? '')} is no id of a ${noun}; \`${shownBy}\` shows the whole ids.`)
}

/** Only a capsule, not one of its versions. */
export function parseCapsuleId(text: string | undefined): string {
  const { id, version } = parseCapsuleRef(text)
  if (version !== undefined) throw usage(`This command takes the id alone, without @${version}.`)
  return id
}

export interface Range {
  readonly start: number
  readonly end: number
}

/** `0-75`: UTF-16 units from the beginning of the content, the end excluded, as in a citation. */
export function parseRange(text: string): Range {
  const [, start = '', end = ''] = /^(\d{1,9})-(\d{1,9})$/.exec(text) ?? []
  if (start === '' || Number(end) <= Number(start))
    throw usage(`--at takes START-END as a citation names it, such as 0-75; got ${JSON.stringify(text)}.`)
  return { start: Number(start), end: Number(end) }
}

/** For messages. */
const SAMPLE_ID = '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'
