import type { LinkKind } from '@forge-cascade/contract'
import type { Change, Command, Grant } from '#store'
import type { CapsuleDraft, VersionDraft } from '../capsule-draft.ts'
import type { CapsuleStore } from '../capsule-store.ts'
import type { EmbeddingOrigin } from '../embedding/index.ts'
import { FIRST_VERSION } from '../text/semver.ts'
import type { CapsuleContext } from '../use-cases/context.ts'
import { embeddedText } from '../use-cases/draft.ts'
import { embedDocuments, type OwnVectors } from '../use-cases/embed-documents.ts'
import { type Telling, tell, tellCreated, tellVersioned } from '../use-cases/tell.ts'

/** One thing that happens to one capsule because of a file; the steps of a file happen together. */
export type CapsuleStep =
  | { readonly kind: 'create'; readonly draft: CapsuleDraft; readonly dedupe: 'scope' | 'none' }
  | { readonly kind: 'version'; readonly draft: VersionDraft; readonly before: string }
  | {
      readonly kind: 'archive' | 'restore'
      readonly id: string
      readonly version: string
      /** Chunks of the document go with it. */
      readonly withChunks: boolean
      /** When an archived capsule ended, in milliseconds since 1970; now when left out. */
      readonly at?: number
    }
  | { readonly kind: 'quarantine'; readonly id: string; readonly version: string; readonly withChunks: boolean }
  | {
      readonly kind: 'link'
      readonly from: string
      readonly to: string
      readonly link: LinkKind
      readonly weight: number
    }
  /** A record about a capsule, told of as `type`. */
  | { readonly kind: 'note'; readonly id: string; readonly type: NoteType; readonly change: Change }

/** Kinds of record that say all there is to say by being there. */
type NoteType = 'capsule.trust_history_imported'

type DraftStep = Extract<CapsuleStep, { kind: 'create' | 'version' }>

/** Changes, records and events of the steps, in their order. */
export function carryOut(
  capsules: CapsuleStore,
  grant: Grant,
  steps: readonly CapsuleStep[],
): Pick<Command, 'changes' | 'records' | 'events'> {
  const tellings = steps.map((step) => tellStep(grant, step))
  return {
    changes: steps.map((step) => toChange(capsules, grant, step)),
    records: tellings.flatMap(({ records }) => records),
    events: tellings.flatMap(({ events }) => events),
  }
}

function toChange(capsules: CapsuleStore, grant: Grant, step: CapsuleStep): Change {
  if (step.kind === 'create') return capsules.create(grant, step.draft, step.dedupe)
  if (step.kind === 'version') return capsules.addVersion(grant, step.draft)
  if (step.kind === 'link') return capsules.link(grant, step.from, step.to, step.link, step.weight)
  if (step.kind === 'note') return step.change
  const { kind, id, withChunks } = step
  const at = 'at' in step && step.at !== undefined ? { at: step.at } : {}
  return capsules.setStatus(grant, id, STATUS_AFTER[kind], { withChunks, ...at })
}

const STATUS_AFTER = { archive: 'ARCHIVED', restore: 'ACTIVE', quarantine: 'QUARANTINED' } as const
const TYPE_OF = { archive: 'capsule.archived', restore: 'capsule.restored' } as const

function tellStep(grant: Grant, step: CapsuleStep): Telling {
  if (step.kind === 'create') return tellCreated(grant, step.draft, FIRST_VERSION)
  if (step.kind === 'version') return tellVersioned(grant, step.draft, step.before)
  if (step.kind === 'link') return tell(grant, 'capsule.linked', step.from, { to: step.to, kind: step.link })
  if (step.kind === 'note') return tell(grant, step.type, step.id, {})
  if (step.kind === 'quarantine') return tellQuarantine(grant, step.id, step.version)
  return tell(grant, TYPE_OF[step.kind], step.id, { version: step.version })
}

/**
 * Why and by whom it was put into quarantine elsewhere is part of the history that comes in, so the record is one of its own.
 * For those who follow events it is a quarantine like every other.
 */
function tellQuarantine(grant: Grant, id: string, version: string): Telling {
  const { records, events } = tell(grant, 'capsule.quarantine_imported', id, { version })
  return { records, events: events.map((event) => ({ ...event, type: 'cascade.capsule.quarantined' })) }
}

/** The steps with a vector in each draft that is searched by one and has none; all texts are embedded in one call. */
export async function embedSteps(
  context: Pick<CapsuleContext, 'embedder' | 'shadowEmbedder'>,
  plans: readonly (readonly CapsuleStep[])[],
  signal: AbortSignal,
  origin?: EmbeddingOrigin,
): Promise<readonly (readonly CapsuleStep[])[]> {
  const texts = plans
    .flat()
    .filter(needsVector)
    .map(({ draft }) => embeddedText(draft))
  if (texts.length === 0) return plans
  const vectors = await embedDocuments(context, texts, { signal, ...(origin && { origin }) })
  let next = 0
  const embed = (step: CapsuleStep): CapsuleStep => (needsVector(step) ? withVectors(step, vectors[next++]) : step)
  return plans.map((steps) => steps.map(embed))
}

const needsVector = (step: CapsuleStep): step is DraftStep =>
  'draft' in step && step.draft.indexed && step.draft.embedding === null

function withVectors(step: DraftStep, vectors: OwnVectors | undefined): CapsuleStep {
  return step.kind === 'create'
    ? { ...step, draft: { ...step.draft, ...vectors } }
    : { ...step, draft: { ...step.draft, ...vectors } }
}
