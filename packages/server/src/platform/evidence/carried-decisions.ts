import { type CarriedDecisions, carriedDecisions, carriedPolicies, decisionEntry } from '@forge-cascade/contract'
import { canonicalJson, isCascadeError, saltedDigest } from '#base'
import { bundleDigest, POLICY_LIMITS, type PolicyFile } from '#policy'
import { decisionsPath, entryPath, policiesPath } from './bundle-manifest.ts'
import type { ZipFile } from './stored-zip.ts'

/** What an entry of the log says of one decision, or of several that were made from the same. */
export interface ToldDecision {
  /** Of the first. */
  readonly id: string
  readonly count: number
  /** Of the input. */
  readonly digest: string
  readonly action: string
  readonly resource: string
  readonly decision: string
  readonly mode: string
  readonly reasons: readonly { readonly step: string; readonly code: string; readonly policy_id: string | null }[]
  readonly trust: number | null
  readonly risk: number
  /** Digest of the policies. */
  readonly bundle: string
}

/** A decision with what it was made from, as far as that is left. */
export interface CarriedDecision {
  readonly index: number
  readonly told: ToldDecision
  readonly kept: CarriedDecisions['decisions'][number]['kept']
}

const DECISION_TYPES: ReadonlySet<unknown> = new Set(['decision.made', 'decision.gathered'])
const PREFIX = 'decision/'

/** The decisions that an entry tells of; undefined for one that tells of none. */
export function decisionsOf(entry: Uint8Array | string): readonly ToldDecision[] | undefined {
  const value = parseJson(entry)
  if (typeof value !== 'object' || value === null || !('type' in value) || !DECISION_TYPES.has(value.type))
    return undefined
  const leaf = decisionEntry.safeParse(value).data
  if (leaf === undefined) return []
  if (leaf.type === 'decision.made') {
    const { subject, digests, payload } = leaf
    return [{ ...payload, id: subject.slice(PREFIX.length), count: 1, digest: digests.inputs }]
  }
  return leaf.payload.decisions.map(({ first, inputs, ...rest }) => ({ ...rest, id: first, digest: inputs }))
}

/** What is the digest of an input under its key. */
export const digestOfInput = ({ key, input }: { readonly key: string; readonly input: unknown }): string =>
  saltedDigest(Buffer.from(key, 'hex'), canonicalJson(input))

export const writeDecisions = (carried: CarriedDecisions): ZipFile => ({
  path: decisionsPath(carried.entry),
  bytes: Buffer.from(`${canonicalJson(carried)}\n`),
})

export const writePolicies = (digest: string, files: readonly PolicyFile[]): ZipFile => ({
  path: policiesPath(digest),
  bytes: Buffer.from(`${canonicalJson({ v: 1, files: files.map(({ path, text }) => ({ path, text })) })}\n`),
})

/** The policies of a digest; undefined where they are not there, or are others. */
export function policiesIn(files: ReadonlyMap<string, Uint8Array>, digest: string): readonly PolicyFile[] | undefined {
  const bytes = files.get(policiesPath(digest))
  const found = bytes && carriedPolicies.safeParse(parseJson(bytes)).data?.files
  return found && isBundle(found) && bundleDigest(found) === digest ? found : undefined
}

const isBundle = (files: readonly PolicyFile[]): boolean =>
  files.length <= POLICY_LIMITS.filesMax &&
  new Set(files.map(({ path }) => path)).size === files.length &&
  files.every(({ path, text }) => path.isWellFormed() && text.isWellFormed()) &&
  files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) <= POLICY_LIMITS.bytesMax

/** The decisions of a bundle that was verified, in the order of the log. */
export function* carriedIn(files: ReadonlyMap<string, Uint8Array>): Generator<CarriedDecision, void, undefined> {
  const indexes = [...files.keys()].flatMap((path) => indexOfDecisions(path) ?? []).sort((one, other) => one - other)
  for (const index of indexes) {
    const carried = carriedDecisions.parse(parseJson(files.get(decisionsPath(index)) ?? ''))
    const told = decisionsOf(files.get(entryPath(carried.entry)) ?? '') ?? []
    for (const [at, { kept }] of carried.decisions.entries()) {
      const each = told[at]
      if (each) yield { index: carried.entry, told: each, kept }
    }
  }
}

const DECISIONS = /^decisions\/(0|[1-9]\d{0,15})\.json$/

/** The entry that a file belongs to by its name. */
export const indexOfDecisions = (path: string): number | undefined => {
  const digits = DECISIONS.exec(path)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** Why what lies beside an entry is not what the entry has the digests of; undefined where it is. */
export function findDecisionsFault(entry: Uint8Array | string, bytes: Uint8Array, index: number): string | undefined {
  const carried = carriedDecisions.safeParse(parseJson(bytes)).data
  const told = decisionsOf(entry)
  if (carried?.entry !== index) return 'it is not what decisions are carried as'
  if (told?.length !== carried.decisions.length) return 'it has not the decisions that its entry tells of'
  for (const [at, { id, count, digest, kept }] of carried.decisions.entries()) {
    const said = told[at]
    if (said?.id !== id || said.count !== count || said.digest !== digest)
      return `decision ${id} is not the one that its entry tells of there`
    if (kept !== null && !hasDigest(kept, digest))
      return `what decision ${id} was made from is not what its entry has the digest of`
  }
  return undefined
}

function hasDigest(kept: { readonly key: string; readonly input: unknown }, digest: string): boolean {
  try {
    return digestOfInput(kept) === digest
  } catch (error) {
    // What has no canonical form has no digest either.
    if (isCascadeError(error)) return false
    throw error
  }
}

/** Undefined for what is no JSON. */
function parseJson(bytes: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
