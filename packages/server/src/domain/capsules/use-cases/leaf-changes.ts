import { isDeepStrictEqual } from 'node:util'
import { LEDGER_LIMITS, type RecordType } from '@forge-cascade/contract'
import type { Leaf } from '#ledger'
import type { StoredCapsule, VersionContent } from '../capsule.ts'
import type { CapsuleStore } from '../capsule-store.ts'

/** What a member was and what it became; null where it has no value. `from` is left out where nothing says it. */
export interface Difference {
  readonly from?: unknown
  readonly to: unknown
}
export type Differences = Readonly<Record<string, Difference>>

type Versions = Pick<CapsuleStore, 'findVersion'>
type Payload = Leaf['payload']

/**
 * What a leaf changed, member by member as the API names them. What the leaf does not say itself is read from the versions it
 * stands between: null where one of them is not in the store any more, because it was erased or lies in an archive.
 *
 * Of content there is only how long it is, as of any other value that is longer than `LEDGER_LIMITS.changeBytesMax`.
 */
export async function findLeafChanges(versions: Versions, leaf: Leaf): Promise<Differences | null> {
  const { type, subject, payload } = leaf
  if (type !== 'capsule.created' && type !== 'capsule.versioned') return SAID.get(type)?.(payload) ?? {}
  const after = await findVersion(versions, subject, payload.version)
  if (!after) return null
  if (type === 'capsule.created') return { ...compare(undefined, after), ...begun(payload) }
  const before = await findVersion(versions, subject, payload.version_before)
  return before ? compare(before, after) : null
}

/** The version with what it says; undefined where that is not there any more. */
async function findVersion(versions: Versions, subject: string, version: unknown): Promise<StoredCapsule | undefined> {
  const found = await versions.findVersion(subject.slice('capsule/'.length), String(version))
  return found && found.status !== 'ERASED' && found.archivedIn === null ? found : undefined
}

/** What a version says, under the names of the API. */
const MEMBERS: Readonly<Record<string, (version: VersionContent) => unknown>> = {
  type: ({ type }) => type,
  title: ({ title }) => title,
  content: ({ content }) => content,
  tags: ({ tags }) => tags,
  category: ({ category }) => category,
  licence: ({ licence }) => licence,
  licence_terms: ({ licenceTerms }) => licenceTerms,
  identity: ({ identity }) => identity,
  lane: ({ lane }) => lane,
  fold: ({ fold }) => fold,
  metadata: ({ metadata }) => metadata,
  source: ({ source }) => source,
  // When a parent was named is no part of what the capsule derives from.
  parents: ({ parents }) => parents.map(({ id, version, reason }) => ({ id, version, reason })),
}

function compare(before: VersionContent | undefined, after: VersionContent): Differences {
  const changed = Object.entries(MEMBERS).flatMap(([name, read]): [string, Difference][] => {
    const [from, to] = [before ? read(before) : null, read(after)]
    const isSame = before ? isDeepStrictEqual(from, to) : isEmpty(to)
    return isSame ? [] : [[name, { from: shown(name, from), to: shown(name, to) }]]
  })
  return Object.fromEntries(changed)
}

const isEmpty = (value: unknown): boolean =>
  value === null || (typeof value === 'object' && Object.keys(value).length === 0)

/** The value, or how long it is. */
function shown(name: string, value: unknown): unknown {
  if (value === null) return null
  if (name === 'content') return { bytes: Buffer.byteLength(String(value)) }
  const bytes = Buffer.byteLength(JSON.stringify(value))
  return bytes > LEDGER_LIMITS.changeBytesMax ? { bytes } : value
}

const became = (to: unknown): Difference => ({ to: to ?? null })
const moved = (from: unknown, to: unknown): Difference => ({ from: from ?? null, to: to ?? null })

const begun = ({ owner, trust }: Payload): Differences => ({ owner: moved(null, owner), trust: moved(null, trust) })
const linkOf = ({ to, kind }: Payload) => ({ to, kind })

/** Kinds of record that say themselves what they changed. */
const SAID_BY_KIND = {
  'capsule.archived': () => ({ status: became('ARCHIVED') }),
  'capsule.restored': () => ({ status: became('ACTIVE') }),
  'capsule.quarantine_imported': () => ({ status: became('QUARANTINED') }),
  'capsule.erased': () => ({ status: became('ERASED') }),
  'capsule.linked': (payload) => ({ link: moved(null, linkOf(payload)) }),
  'capsule.unlinked': (payload) => ({ link: moved(linkOf(payload), null) }),
  'capsule.offloaded': ({ segment }) => ({ archived_in: moved(null, segment) }),
  'capsule.reloaded': ({ segment }) => ({ archived_in: moved(segment, null) }),
  'capsule.trust_changed': (payload) => ({ trust: moved(payload.old, payload.new) }),
  'capsule.quarantined': ({ status_before }) => ({ status: moved(status_before, 'QUARANTINED') }),
  'capsule.released': ({ status }) => ({ status: moved('QUARANTINED', status) }),
  'subject.registered': ({ kind, roles, trust }) => ({
    kind: moved(null, kind),
    roles: moved(null, roles),
    trust: moved(null, trust),
  }),
  'ledger.begun': ({ key }) => ({ key: moved(null, key) }),
  'ledger.key_changed': ({ key }) => ({ key: became(key) }),
  'ledger.key_rotated': ({ previous, key }) => ({ key: moved(previous, key) }),
  'ledger.key_retired': ({ key }) => ({ previous_key: moved(key, null) }),
  'ledger.cosigner_changed': ({ key }) => ({ cosigner: became(key) }),
  'witness.begun': ({ name, keys }) => ({ name: moved(null, name), keys: moved(null, keys) }),
  'witness.keys_changed': ({ name, keys }) => ({ name: became(name), keys: became(keys) }),
  'embedding.adopted': ({ model }) => ({ model: moved(null, model) }),
  'embedding.completed': ({ from, model }) => ({ model: moved(from, model) }),
} as const satisfies Partial<Record<RecordType, (payload: Payload) => Differences>>

const SAID: ReadonlyMap<string, (payload: Payload) => Differences> = new Map(Object.entries(SAID_BY_KIND))
