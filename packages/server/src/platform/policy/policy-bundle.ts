import { canonicalJson, sha256Hex } from '#base'
import type { PolicyJson, PolicySetJson } from './policy-json.ts'
import type { EntityJson } from './policy-request.ts'

/** A file of a bundle: policies (`….cedar`), or what they may speak of (`….cedarschema`). */
export interface PolicyFile {
  /** Relative, with slashes. */
  readonly path: string
  readonly text: string
}

/** What is wrong with a bundle, or may be. */
export interface PolicyFinding {
  /** A warning lets the bundle stand. */
  readonly severity: 'error' | 'warning'
  readonly code: FindingCode
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units. */
  readonly column: number
  readonly message: string
  /** What to do about it. */
  readonly fix: string
}

/** What a bundle may be refused or warned for, with what to do where Cedar does not say it. */
export const FINDING_FIXES = {
  POLICY_SYNTAX: 'Mend it there; docs.cedarpolicy.com shows the syntax.',
  POLICY_TYPE: 'Mend the policy, or declare in the schema what it speaks of.',
  POLICY_SUSPECT: 'See whether it says what you mean; it is accepted as it is.',
  POLICY_DEEP: 'Write it flatter: fewer parentheses and operators within one another, or several policies.',
  POLICY_TEMPLATE: 'Name the entity in the place of the slot: nothing links templates here.',
  POLICY_LARGE: 'Make it several policies.',
  ID_MISSING: 'Write @id("some.name") before it.',
  ID_INVALID: 'Use lower-case words of letters, digits, - and _, joined by dots.',
  ID_TWICE: 'Give one of the two another id.',
  CONST_PERMITS: 'Make it a forbid, or take `const.` from its id: the constitution forbids and permits nothing.',
  ANNOTATION_WORD: 'Write one of the words that it knows.',
  ANNOTATION_IDLE: 'Take it out, or put it on a forbid that is not of the constitution.',
  ANNOTATION_UNKNOWN:
    'See whether it is a slip: the gate goes by @id, @says, @mode, @canary and @curable. It is accepted as it is.',
  SCHEMA_SYNTAX: 'Mend it there; docs.cedarpolicy.com shows the syntax.',
  SCHEMA_TWICE: 'Put all of it into one file.',
  SCHEMA_DEEP: 'Name the inner types, and use the names.',
  BUNDLE_LARGE: 'Split the bundle, or take out what is not used.',
} as const satisfies Record<string, string>
export type FindingCode = keyof typeof FINDING_FIXES

export interface BundledPolicy {
  readonly id: string
  readonly file: string
  readonly line: number
  readonly json: PolicyJson
}

/** Policies that were read and found sound, under the name that their bytes give them. */
export interface PolicyBundle {
  readonly digest: string
  readonly policies: readonly BundledPolicy[]
  /** Actions of the schema, each below its groups; none without a schema. */
  readonly actions: readonly EntityJson[]
}

/** What reading files came to: a bundle, unless a finding is an error. */
export interface BundleReading {
  readonly bundle: PolicyBundle | undefined
  /** In the order of files and places. */
  readonly findings: readonly PolicyFinding[]
}

/** What a bundle may hold. Validating a thousand policies takes about half a second. */
export const POLICY_LIMITS = {
  /** All files together. */
  bytesMax: 4 * 1024 * 1024,
  filesMax: 1000,
  policiesMax: 5000,
  /** One policy. */
  policyBytesMax: 64 * 1024,
  idLengthMax: 128,
  /** Findings that are told; a broken file may have thousands. */
  findingsMax: 100,
} as const

/** The tier that forbids and never permits, so that no other policy can weaken it. */
const CONSTITUTION = 'const.'
const ID = /^[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9_-]+)*$/

/** What is wrong with the id of a policy, and with its effect under that id. */
export function judgeId(
  id: string | undefined,
  effect: PolicyJson['effect'],
): readonly [FindingCode, string] | undefined {
  if (id === undefined || id === '') return ['ID_MISSING', 'the policy has no id']
  if (!ID.test(id) || id.length > POLICY_LIMITS.idLengthMax)
    return ['ID_INVALID', `${JSON.stringify(id.slice(0, POLICY_LIMITS.idLengthMax))} is no id of a policy`]
  if (id.startsWith(CONSTITUTION) && effect === 'permit')
    return ['CONST_PERMITS', `${id} is of the constitution and permits`]
  return undefined
}

/** SHA-256, hex, over the path and the SHA-256 of each file, as canonical JSON: the same wherever the files lie. */
export const bundleDigest = (files: readonly PolicyFile[]): string =>
  sha256Hex(canonicalJson(Object.fromEntries(files.map(({ path, text }) => [path, sha256Hex(text)]))))

/** The policies by their ids, as engines take them. */
export const policiesOf = ({ policies }: PolicyBundle): PolicySetJson => ({
  policies: Object.fromEntries(policies.map(({ id, json }) => [id, json])),
})
