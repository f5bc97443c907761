import { CAPSULE_LIMITS, type CapsuleCreate, capsuleCreate } from '@forge-cascade/contract'
import { isCascadeError, messageOf } from '#base'
import type { Subject } from '#identity'
import type { CapsuleDraft } from '../capsule-draft.ts'
import type { Call } from '../use-cases/context.ts'
import { toDraft, trustOfNew } from '../use-cases/create-capsules.ts'
import { resolveParents } from '../use-cases/draft.ts'
import { parseEmbedding } from '../use-cases/vectors.ts'
import type { SourceLine } from './import-source.ts'
import { failedRow, type Planning } from './plan-file.ts'
import { nextRow, type PlannedItem, passed } from './planned-item.ts'

type Asker = Pick<Call, 'subject' | 'grantSubject'>

/**
 * A line becomes a capsule as if it had been posted; what the line leaves open (owner, scope, tags, trust) the import
 * says. A line that was taken in once, wherever it stood, is not taken in again.
 */
export async function planLine(planning: Planning, asker: Asker, line: SourceLine): Promise<PlannedItem> {
  const { book, settings, documents } = planning
  const here = await book.find(line.digest)
  if (here?.standing === 'present') return passed(line.path, here.job === settings.jobId ? 'counted' : 'unchanged')
  const archived = here?.capsule_id ? await documents.find(here.capsule_id) : undefined
  if (here && archived?.status === 'ARCHIVED') {
    const row = nextRow(line.path, here, settings.jobId, settings.context.clock(), {
      standing: 'present',
      reason: null,
      created_by: settings.jobId,
      tally: { imported: 1 },
    })
    documents.set({ ...archived, status: 'ACTIVE' })
    const step = { kind: 'restore', id: archived.id, version: archived.version, withChunks: true } as const
    return { path: line.path, outcome: 'imported', steps: [step], rows: [row], document: archived.id }
  }
  const input = parseLine(line)
  if (typeof input === 'string') return planFailed(planning, line, input)
  try {
    return planDraft(planning, line, await draftOfLine(planning, asker, input), input.dedupe ?? 'scope')
  } catch (error) {
    if (!isCascadeError(error)) throw error
    return planFailed(planning, line, error.detail)
  }
}

/** The body of a create, or why it is none. */
function parseLine({ content }: SourceLine): CapsuleCreate | string {
  if ('unfit' in content) return content.unfit
  try {
    const parsed = capsuleCreate.safeParse(JSON.parse(content.text))
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    return issue ? `/${issue.path.join('/')}: ${issue.message}` : 'it is no capsule'
  } catch (error) {
    // No JSON, or nested so deeply that it cannot be walked.
    return `it cannot be read as JSON: ${messageOf(error)}`
  }
}

async function draftOfLine(
  { settings }: Planning,
  { subject, grantSubject }: Asker,
  input: CapsuleCreate,
): Promise<CapsuleDraft> {
  const { context, request } = settings
  const { identity, lane, fold, tags = [] } = request
  const allTags = [...new Set([...(input.tags ?? []), ...tags])].slice(0, CAPSULE_LIMITS.tagsMax)
  return toDraft(
    context,
    { identity, lane, fold, ...input, tags: allTags },
    {
      parents: await resolveParents(context.store.capsules, input.parents ?? [], context.clock()),
      owner: await ownerOf(settings, input.owner, grantSubject),
      author: subject.id,
      trust: input.trust === undefined ? settings.trust : trustOfNew(input.trust, subject),
      embedding: input.embedding === undefined ? null : parseEmbedding(input.embedding, input.embedding_model),
    },
  )
}

async function ownerOf(
  { context, owner }: Planning['settings'],
  name: string | undefined,
  grantSubject: Asker['grantSubject'],
): Promise<Subject['id']> {
  return name === undefined ? owner : (await context.subjects.resolveOrRegister(name, grantSubject)).id
}

async function planDraft(
  { settings, book }: Planning,
  { path, digest }: SourceLine,
  draft: CapsuleDraft,
  dedupe: 'scope' | 'none',
): Promise<PlannedItem> {
  const row = nextRow(path, await book.find(digest), settings.jobId, settings.context.clock(), {
    state: 'imported',
    reason: null,
    standing: 'present',
    digest,
    capsule_id: draft.id,
    version: '1.0.0',
    created_by: settings.jobId,
    tally: { imported: 1, created: 1 },
  })
  return { path, outcome: 'imported', steps: [{ kind: 'create', draft, dedupe }], rows: [row], document: null }
}

async function planFailed(planning: Planning, line: SourceLine, reason: string): Promise<PlannedItem> {
  const here = await planning.book.find(line.digest)
  if (here?.state === 'failed' && here.reason === reason)
    return passed(line.path, here.job === planning.settings.jobId ? 'counted' : 'failed')
  const row = failedRow(planning, line.path, reason, here, line.digest)
  return { path: line.path, outcome: 'failed', steps: [], rows: [row], document: null }
}
