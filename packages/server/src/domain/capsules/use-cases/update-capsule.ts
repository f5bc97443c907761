import type { CapsuleUpdate } from '@forge-cascade/contract'
import { CascadeError, canonicalJson } from '#base'
import type { CommandOutcome } from '#store'
import { requireRight } from '../access/read-rights.ts'
import type { StoredCapsule, VersionContent } from '../capsule.ts'
import { nextVersion } from '../text/semver.ts'
import type { Call, CapsuleContext } from './context.ts'
import { validFromOf } from './create-capsules.ts'
import { followVersion } from './document-chunks.ts'
import { describeVersion, embeddedText, makeDraft, makeVersionDraft, placeOfChunk, resolveParents } from './draft.ts'
import { embedDocuments, type OwnVectors } from './embed-documents.ts'
import { getCapsule } from './read-capsule.ts'
import { tellVersioned } from './tell.ts'
import { parseEmbedding } from './vectors.ts'

/** The capsule and its receipt; `changed` is false when the body said nothing new. */
export type Updated =
  | {
      readonly changed: true
      readonly outcome: CommandOutcome
      /** What the capsule has by this change; others may have gone on since. */
      readonly revision: number
    }
  | { readonly changed: false; readonly capsule: StoredCapsule }

/**
 * Adds a version to a capsule. What the body leaves out stays, null clears; a body that changes nothing writes nothing.
 *
 * @param matches says whether the state that was found is the one the caller has seen (If-Match).
 * @throws CascadeError REVISION_MISMATCH, NOT_FOUND, ERASED, CONFLICT (not active), UNPROCESSABLE (version, parents).
 */
export async function updateCapsule(
  seen: CapsuleContext,
  call: Call<'capsule.update'>,
  id: string,
  input: CapsuleUpdate,
  matches: (head: StoredCapsule) => boolean,
): Promise<Updated> {
  const shown = await getCapsule(seen, id)
  requireRight(seen.rights, 'write', shown)
  // Parents that the caller may not read are carried along.
  const context = seen.whole ?? seen
  const before = seen.whole ? await getCapsule(context, id) : shown
  if (!matches(before)) throw staleRevision(before)
  requireStatus(before, ['ACTIVE'], 'get another version')
  const after = await apply(seen, input, before)
  // Whoever could change these would share on what was shared with them.
  if (OPENING.some((member) => before[member] !== after[member])) requireRight(seen.rights, 'share', shown)
  if (!differs(before, after) && input.version === undefined && input.embedding === undefined)
    return { changed: false, capsule: shown }
  const version = chooseVersion(before, after, input)
  const validFrom = validFromOf(input)
  const { indexed, changes, records, events } = await followVersion(context, call, before, after, validFrom)
  const vectors = indexed ? await vectorsOf(context, call, before, after, input) : { embedding: null }
  const identity = {
    id,
    owner: before.owner,
    author: call.subject.id,
    trust: before.trust,
    ...vectors,
    indexed,
    validFrom,
  }
  const draft = makeDraft(after, { ...identity, ...placeInDocument(before) }, context.random)
  const versionDraft = makeVersionDraft(draft, version, input.reason ?? null)
  const telling = tellVersioned(call.grant, versionDraft, before.version)
  const [outcome] = await context.store.append([
    {
      ...call.command,
      grant: call.grant,
      expected: { [id]: before.revision },
      changes: [context.store.capsules.addVersion(call.grant, versionDraft), ...changes],
      records: [...telling.records, ...records],
      events: [...telling.events, ...events],
    },
  ])
  if (!outcome) throw new CascadeError('INTERNAL', 'The store answered nothing to an update.')
  return { changed: true, outcome, revision: before.revision + 1 }
}

/** Members of a version that reading depends on. */
const OPENING = ['licence', 'licenceTerms', 'identity', 'lane', 'fold'] as const

const placeInDocument = ({ partOf }: StoredCapsule) => (partOf ? { partOf, place: placeOfChunk(partOf) } : {})

async function apply(
  { store, clock }: CapsuleContext,
  input: CapsuleUpdate,
  before: StoredCapsule,
): Promise<VersionContent> {
  const parents =
    input.parents === undefined ? before.parents : await resolveParents(store.capsules, input.parents ?? [], clock())
  return { ...describeVersion(input, before), parents }
}

function differs(before: VersionContent, after: VersionContent): boolean {
  return Object.keys(after).some((key) => {
    const member = key as keyof VersionContent // `after` has no other members
    return canonicalJson(comparable(before[member])) !== canonicalJson(comparable(after[member]))
  })
}

/** Parents are the same when they name the same versions for the same reasons, whenever that was said. */
const comparable = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map((item) => (typeof item === 'object' && item !== null ? { ...item, at: 0 } : item))
    : value

function chooseVersion(before: StoredCapsule, after: VersionContent, input: CapsuleUpdate): string {
  if (input.version !== undefined && input.reason === undefined) {
    throw new CascadeError('UNPROCESSABLE', 'A version that the caller names needs its `reason`.', {
      errors: [{ pointer: '/reason', code: 'required', message: 'say why the version is this one' }],
    })
  }
  const next = nextVersion(before.version, {
    contentChanged: before.content !== after.content,
    requested: input.version,
  })
  if (next.kind === 'version') return next.version
  throw new CascadeError('UNPROCESSABLE', `The version was refused: ${next.reason}.`, {
    errors: [{ pointer: '/version', code: 'not_higher', message: next.reason }],
  })
}

/** The caller's vector, the old one when the text is the same, or a new one. */
async function vectorsOf(
  context: CapsuleContext,
  { subject, grant: { action } }: Call,
  before: StoredCapsule,
  after: VersionContent,
  input: CapsuleUpdate,
): Promise<OwnVectors> {
  if (input.embedding !== undefined) return { embedding: parseEmbedding(input.embedding, input.embedding_model) }
  if (embeddedText(before) === embeddedText(after))
    return { embedding: (await context.store.capsules.findEmbedding(before.id, before.version)) ?? null }
  const [vectors] = await embedDocuments(context, [embeddedText(after)], {
    origin: { action, subject, ...(before.lane && { lane: before.lane }) },
  })
  return vectors ?? { embedding: null }
}

export const staleRevision = ({ id, version, revision }: StoredCapsule): CascadeError =>
  new CascadeError(
    'REVISION_MISMATCH',
    `Capsule ${id} is at "${version}-${revision}" now, which If-Match does not name.`,
  )

/** @throws CascadeError CONFLICT when the capsule is in another state. */
export function requireStatus(capsule: StoredCapsule, allowed: readonly StoredCapsule['status'][], verb: string): void {
  if (allowed.includes(capsule.status)) return
  throw new CascadeError(
    'CONFLICT',
    `Capsule ${capsule.id} is ${capsule.status}; it must be ${allowed.join(' or ')} to ${verb}.`,
  )
}
