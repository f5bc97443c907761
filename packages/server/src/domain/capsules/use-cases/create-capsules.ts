import type { CapsuleCreate } from '@forge-cascade/contract'
import { CascadeError, isCascadeError } from '#base'
import type { Subject } from '#identity'
import type { Command, CommandOutcome, Grant } from '#store'
import type { Embedding, ParentEdge } from '../capsule.ts'
import type { CapsuleDraft } from '../capsule-store.ts'
import { FIRST_VERSION } from '../text/semver.ts'
import { TRUST_NEW } from '../trust.ts'
import type { Call, CapsuleContext, CommandIdentity } from './context.ts'
import { describeVersion, embeddedText, makeDraft, resolveParents } from './draft.ts'
import { inTurns } from './in-turns.ts'
import { tellCreated } from './tell.ts'
import { parseEmbedding } from './vectors.ts'

export interface CreateLine {
  readonly input: CapsuleCreate
  readonly command: CommandIdentity
}

/** A created draft beside its outcome, so that the answer needs no second look at the store. */
export interface Created {
  readonly outcome: CommandOutcome
  readonly draft: CapsuleDraft | undefined
}

/** Adds one capsule. See `createCapsules`. */
export async function createCapsule(
  context: CapsuleContext,
  call: Call<'capsule.create'>,
  input: CapsuleCreate,
): Promise<Created> {
  const [created] = await createCapsules(context, call, [{ input, command: call.command }])
  if (!created) throw new CascadeError('INTERNAL', 'The store answered nothing to a create.')
  return created
}

/**
 * Adds capsules, each as a command of its own: one that cannot be carried out leaves the others alone. Durable when it
 * returns. Texts without a vector are embedded together before anything is written.
 */
export async function createCapsules(
  context: CapsuleContext,
  call: Call<'capsule.create'>,
  lines: readonly CreateLine[],
): Promise<readonly Created[]> {
  const prepared = await prepareAll(context, call, lines)
  const ready = prepared.filter((line): line is Ready => 'draft' in line)
  await embedMissing(context, ready)
  const commands = await inTurns(ready, lengthOfDraft, (line) => createCommand(context, call.grant, line))
  const outcomes = commands.length === 0 ? [] : await context.store.append(commands)
  let next = 0
  return prepared.map((line) => {
    if (!('draft' in line)) return { outcome: { ok: false, error: line.error }, draft: undefined }
    const outcome = outcomes[next++]
    if (!outcome) throw new CascadeError('INTERNAL', 'The store answered fewer outcomes than commands.')
    return { outcome, draft: line.draft }
  })
}

interface Ready {
  draft: CapsuleDraft
  readonly command: CommandIdentity
  readonly dedupe: 'scope' | 'none'
}
interface Refused {
  readonly error: CascadeError
}

const lengthOfDraft = ({ draft }: Ready): number => draft.content.length

const prepareAll = (
  context: CapsuleContext,
  call: Call,
  lines: readonly CreateLine[],
): Promise<readonly (Ready | Refused)[]> =>
  inTurns(
    lines,
    ({ input }) => input.content.length,
    (line) => prepareOrRefuse(context, call, line),
  )

async function prepareOrRefuse(context: CapsuleContext, call: Call, line: CreateLine): Promise<Ready | Refused> {
  try {
    return await prepare(context, call, line)
  } catch (error) {
    if (!isCascadeError(error)) throw error
    return { error }
  }
}

async function prepare(
  context: CapsuleContext,
  { subject, grantSubject }: Call,
  { input, command }: CreateLine,
): Promise<Ready> {
  const trust = trustOfNew(input.trust, subject)
  const embedding = input.embedding === undefined ? null : parseEmbedding(input.embedding, input.embedding_model)
  const owner =
    input.owner === undefined ? subject : await context.subjects.resolveOrRegister(input.owner, grantSubject)
  const parents: readonly ParentEdge[] = await resolveParents(
    context.store.capsules,
    input.parents ?? [],
    context.clock(),
  )
  const identity = {
    id: context.newId(),
    owner: owner.id,
    author: subject.id,
    trust,
    embedding,
    validFrom: validFromOf(input),
  }
  const draft = makeDraft({ ...describeVersion(input, undefined), parents }, identity, context.random)
  return { draft, command, dedupe: input.dedupe ?? 'scope' }
}

/**
 * The lower of 60 and the author's trust, or what was asked for up to the author's own.
 *
 * @throws CascadeError UNPROCESSABLE above that.
 */
export function trustOfNew(asked: number | undefined, author: Subject): number {
  if (asked === undefined) return Math.min(TRUST_NEW, author.trust)
  if (asked <= author.trust) return asked
  throw new CascadeError(
    'UNPROCESSABLE',
    `A capsule is never trusted above its author: ${asked} was asked, ${author.name} has ${author.trust}.`,
    {
      errors: [{ pointer: '/trust', code: 'too_big', message: `at most ${author.trust}` }],
    },
  )
}

/** Validity begins where the caller says, else when the source was made, else at the writing. */
export function validFromOf({ valid_from, source }: Pick<CapsuleCreate, 'valid_from' | 'source'>): number | null {
  const given = valid_from ?? (source?.kind === 'chat' || source?.kind === 'file' ? source.at : undefined)
  return given === undefined ? null : Date.parse(given)
}

async function embedMissing({ embedder }: CapsuleContext, lines: readonly Ready[]): Promise<void> {
  const missing = lines.filter(({ draft }) => draft.embedding === null && draft.indexed)
  if (missing.length === 0) return
  const vectors = await embedder.embed(
    missing.map(({ draft }) => embeddedText(draft)),
    'document',
  )
  for (const [index, line] of missing.entries())
    line.draft = { ...line.draft, embedding: toEmbedding(embedder.model, vectors[index]) }
}

/** A text without anything to see (only punctuation) has a zero vector, and so no place in the space. */
export function toEmbedding(model: string, vector: Float32Array | undefined): Embedding | null {
  return vector?.some((value) => value !== 0) ? { model, vector } : null
}

function createCommand({ store }: CapsuleContext, grant: Grant, { draft, command, dedupe }: Ready): Command {
  return {
    ...command,
    grant,
    changes: [store.capsules.create(grant, draft, dedupe)],
    ...tellCreated(grant, draft, FIRST_VERSION),
  }
}
