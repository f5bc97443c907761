import type { CapsuleCreate } from '@forge-cascade/contract'
import { CascadeError, isCascadeError } from '#base'
import type { Subject } from '#identity'
import type { Command, CommandOutcome } from '#store'
import type { Embedding, ParentEdge } from '../capsule.ts'
import type { CapsuleDraft } from '../capsule-draft.ts'
import { FIRST_VERSION } from '../text/semver.ts'
import { TRUST_NEW } from '../trust.ts'
import type { Call, CapsuleContext, CommandIdentity } from './context.ts'
import { describeVersion, embeddedText, makeDraft, resolveParents } from './draft.ts'
import { embedDocuments } from './embed-documents.ts'
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
 * returns. What can refuse a line is looked at before anything is written; texts without a vector are embedded together.
 */
export async function createCapsules(
  context: CapsuleContext,
  call: Call<'capsule.create'>,
  lines: readonly CreateLine[],
): Promise<readonly Created[]> {
  const owners = new Map<string, Subject>()
  const checked = await inTurns(lines, lengthOfLine, (line) => settle(() => check(context, call, line, owners)))
  await embedMissing(context, checked.filter(isChecked))
  const ready = await inTurns(checked, lengthOfWork, (work) =>
    isChecked(work) ? settle(() => complete(context, call, work)) : work,
  )
  const commands = ready.filter((work) => 'command' in work).map(({ command }) => command)
  const outcomes = commands.length === 0 ? [] : await context.store.append(commands)
  let next = 0
  return ready.map((work) => {
    if (!('command' in work)) return { outcome: { ok: false, error: work.error }, draft: undefined }
    const outcome = outcomes[next++]
    if (!outcome) throw new CascadeError('INTERNAL', 'The store answered fewer outcomes than commands.')
    return { outcome, draft: work.draft }
  })
}

/** A line that nothing speaks against so far. */
interface Checked {
  readonly line: CreateLine
  readonly trust: number
  readonly parents: readonly ParentEdge[]
  /** Nobody yet where the name is new. */
  readonly owner: Subject | undefined
  readonly author: Subject
  embedding: Embedding | null
  shadow?: Embedding
}
/** A command that may be sent. One that repeats another has no draft: its receipt is there already. */
interface Ready {
  readonly command: Command
  readonly draft: CapsuleDraft | undefined
}
interface Refused {
  readonly error: CascadeError
}

const isChecked = (work: Checked | Ready | Refused): work is Checked => 'line' in work
const lengthOfLine = ({ input }: CreateLine): number => input.content.length
const lengthOfWork = (work: Checked | Ready | Refused): number => (isChecked(work) ? lengthOfLine(work.line) : 0)

/** What is refused is the answer to one line, not the end of the others. */
function settle<T>(work: () => T | Promise<T>): T | Refused | Promise<T | Refused> {
  try {
    const result = work()
    return result instanceof Promise ? result.catch(toRefused) : result
  } catch (error) {
    return toRefused(error)
  }
}

function toRefused(error: unknown): Refused {
  if (!isCascadeError(error)) throw error
  return { error }
}

/** @param owners those that lines before this one named, by that name. */
async function check(
  context: CapsuleContext,
  { grant, subject }: Call,
  line: CreateLine,
  owners: Map<string, Subject>,
): Promise<Checked | Ready> {
  const { input, command } = line
  const { store, clock } = context
  if (command.bodyDigest !== undefined && (await store.receipt(command.id)))
    return { command: { ...command, grant, changes: [], records: [], events: [] }, draft: undefined }
  return {
    line,
    trust: trustOfNew(input.trust, subject),
    embedding: input.embedding === undefined ? null : parseEmbedding(input.embedding, input.embedding_model),
    owner:
      input.owner === undefined
        ? subject
        : (owners.get(input.owner) ?? (await findOwner(context, input.owner, owners))),
    parents: input.parents === undefined ? [] : await resolveParents(store.capsules, input.parents, clock()),
    author: subject,
  }
}

async function findOwner(
  { subjects }: CapsuleContext,
  name: string,
  owners: Map<string, Subject>,
): Promise<Subject | undefined> {
  const found = await subjects.resolveOrCheck(name)
  if (found) owners.set(name, found)
  return found
}

/** Only a name that is new is registered, when nothing is left that could refuse the line but the store itself. */
function complete(context: CapsuleContext, call: Call, checked: Checked): Ready | Promise<Ready> {
  const { owner, author, line } = checked
  if (owner) return toReady(context, call, checked, owner)
  return context.subjects
    .resolveOrRegister(line.input.owner ?? author.id, call.grantSubject)
    .then((registered) => toReady(context, call, checked, registered))
}

function toReady(
  context: CapsuleContext,
  { grant }: Call,
  { line: { input, command }, trust, embedding, shadow, parents, author }: Checked,
  owner: Subject,
): Ready {
  const vectors = { embedding, ...(shadow && { shadow }) }
  const draft = toDraft(context, input, { owner: owner.id, author: author.id, trust, parents, ...vectors })
  const changes = [context.store.capsules.create(grant, draft, input.dedupe ?? 'scope')]
  return { command: { ...command, grant, changes, ...tellCreated(grant, draft, FIRST_VERSION) }, draft }
}

/** The capsule that a body asks for, with what only the asking knows. */
export function toDraft(
  { newId, random }: Pick<CapsuleContext, 'newId' | 'random'>,
  input: CapsuleCreate,
  { parents, ...who }: Pick<CapsuleDraft, 'owner' | 'author' | 'trust' | 'embedding' | 'shadow' | 'parents'>,
): CapsuleDraft {
  const identity = { ...who, id: newId(), validFrom: validFromOf(input) }
  return makeDraft({ ...describeVersion(input, undefined), parents }, identity, random)
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

async function embedMissing(context: CapsuleContext, works: readonly Checked[]): Promise<void> {
  const missing = works.filter(({ embedding }) => embedding === null)
  const texts = missing.map(({ line: { input } }) =>
    embeddedText({ title: input.title ?? null, content: input.content }),
  )
  const vectors = await embedDocuments(context, texts)
  for (const [index, work] of missing.entries()) Object.assign(work, vectors[index])
}
