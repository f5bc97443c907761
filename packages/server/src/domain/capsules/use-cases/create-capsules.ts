import type { CapsuleCreate } from '@forge-cascade/contract'
import { CascadeError, isCascadeError } from '#base'
import { type Subject, subjectNameKey } from '#identity'
import type { Command, CommandOutcome } from '#store'
import { listSelves, readsEverything } from '../access/rights-of.ts'
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
  const owners: Owners = await refusedOwners(context, call, lines)
  const checked = await inTurns(lines, lengthOfLine, (line) => settle(() => check(context, call, line, owners)))
  await embedMissing(context, call, checked.filter(isChecked))
  await registerOwners(context, call, checked.filter(isChecked), owners)
  const ready = await inTurns(checked, lengthOfWork, (work) =>
    isChecked(work) ? settle(() => toReady(context, call, work, owners)) : work,
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

/** Owners by the names that lines give them; undefined for a name that is new. */
type Owners = Map<string, Subject | Refused | undefined>

/** A line that nothing speaks against so far. */
interface Checked {
  readonly line: CreateLine
  readonly trust: number
  readonly parents: readonly ParentEdge[]
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

/** @param owners those that lines before this one named, and now this one's. Waits only where something is to be read. */
function check(
  context: CapsuleContext,
  call: Call,
  line: CreateLine,
  owners: Owners,
): Checked | Promise<Checked | Ready> {
  const { input, command } = line
  const isKnown = input.owner === undefined || owners.has(input.owner)
  if (isKnown && call.decideNew === undefined && command.bodyDigest === undefined && !input.parents?.length)
    return toChecked(call, line)
  return look(context, call, line, owners)
}

async function look(context: CapsuleContext, call: Call, line: CreateLine, owners: Owners): Promise<Checked | Ready> {
  const { input, command } = line
  const { store, clock, subjects } = context
  if (command.bodyDigest !== undefined && (await store.receipt(command.id)))
    return { command: { ...command, grant: call.grant, changes: [], records: [], events: [] }, draft: undefined }
  // What can refuse a line without a look at the store comes first: nobody is looked up for it.
  const checked = toChecked(call, line)
  await call.decideNew?.(input)
  if (input.owner !== undefined && !owners.has(input.owner))
    owners.set(input.owner, await subjects.resolveOrCheck(input.owner))
  return input.parents === undefined
    ? checked
    : { ...checked, parents: await resolveParents(store.capsules, input.parents, clock()) }
}

/**
 * Owners whom the caller may not create for, each with the refusal: in another's name it would be told which texts the
 * other has, because a text that is there is not created again.
 */
async function refusedOwners(
  { store, subjects }: CapsuleContext,
  { subject }: Call,
  lines: readonly CreateLine[],
): Promise<Owners> {
  const names = new Set(lines.map(({ input }) => input.owner).filter((name) => name !== undefined))
  if (names.size === 0 || readsEverything(subject)) return new Map()
  const selves = await listSelves(store.records, subject.id)
  const owners: Owners = new Map()
  for (const name of names) {
    const owner = await subjects.resolve(name)
    if (!owner || !selves.includes(owner.id)) owners.set(name, { error: notYours(subject, name) })
  }
  return owners
}

const notYours = ({ name: author }: Subject, name: string): CascadeError =>
  new CascadeError(
    'FORBIDDEN',
    `${author} may own a capsule, or an agent of ${author}; ${name} is neither. Leave \`owner\` out, or ask an administrator.`,
    { errors: [{ pointer: '/owner', code: 'forbidden', message: 'yourself, or an agent that is yours' }] },
  )

const toChecked = ({ subject }: Call, line: CreateLine): Checked => {
  const { trust, embedding, embedding_model } = line.input
  return {
    line,
    trust: trustOfNew(trust, subject),
    embedding: embedding === undefined ? null : parseEmbedding(embedding, embedding_model),
    parents: [],
    author: subject,
  }
}

/** Names that are registered at once. */
const REGISTERED_AT_ONCE = 256

/**
 * Registers the names that are new, when nothing is left that could refuse their lines but the store itself: many in one go,
 * for one after the other each would wait for the disk.
 */
async function registerOwners(
  { subjects }: CapsuleContext,
  { grantSubject }: Call,
  works: readonly Checked[],
  owners: Owners,
): Promise<void> {
  const names = new Set(works.map(({ line }) => line.input.owner).filter((name) => name !== undefined))
  const fresh = [...names].filter((name) => owners.get(name) === undefined)
  // Of two spellings of one name the first is registered, and the second finds it.
  const spellings = Map.groupBy(fresh, subjectNameKey)
  const rounds = [[...spellings.values()].map(([first]) => first!), fresh]
  for (const round of rounds) {
    for (let from = 0; from < round.length; from += REGISTERED_AT_ONCE) {
      const asked = round.slice(from, from + REGISTERED_AT_ONCE).filter((name) => owners.get(name) === undefined)
      const register = (name: string) => settle(() => subjects.resolveOrRegister(name, grantSubject))
      const found = await Promise.all(asked.map(register))
      for (const [index, name] of asked.entries()) owners.set(name, found[index])
    }
  }
}

function toReady(
  context: CapsuleContext,
  { grant, newCapsule }: Call,
  { line: { input, command }, trust, embedding, shadow, parents, author }: Checked,
  owners: Owners,
): Ready {
  const owner = input.owner === undefined ? author : owners.get(input.owner)
  if (!owner) throw new CascadeError('INTERNAL', 'An owner was not registered.')
  if ('error' in owner) throw owner.error
  const vectors = { embedding, ...(shadow && { shadow }) }
  const newId = () => newCapsule ?? context.newId()
  const draft = toDraft({ newId, random: context.random }, input, {
    owner: owner.id,
    author: author.id,
    trust,
    parents,
    ...vectors,
  })
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

async function embedMissing(
  context: CapsuleContext,
  { subject, grant: { action } }: Call<'capsule.create'>,
  works: readonly Checked[],
): Promise<void> {
  const missing = works.filter(({ embedding }) => embedding === null)
  const texts = missing.map(({ line: { input } }) =>
    embeddedText({ title: input.title ?? null, content: input.content }),
  )
  const [first, ...others] = new Set(missing.map(({ line: { input } }) => input.lane))
  const lane = others.length === 0 && first ? { lane: first } : {}
  const vectors = await embedDocuments(context, texts, { origin: { action, subject, ...lane } })
  for (const [index, work] of missing.entries()) Object.assign(work, vectors[index])
}
