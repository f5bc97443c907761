import { createHash } from 'node:crypto'
import type { Action, CapsuleCreate } from '@forge-cascade/contract'
import { type Clock, createUuidV7, systemRandom } from '#base'
import {
  APPROVAL_COLLECTION,
  DECISION_COLLECTION,
  EMERGENCY_COLLECTION,
  GovernanceGate,
  OUTCOME_COLLECTION,
  PROPOSAL_COLLECTIONS,
  requireGrant,
  TRUST_COLLECTIONS,
} from '#governance'
import { SUBJECT_COLLECTIONS, type Subject, Subjects } from '#identity'
import { openMemoryStore } from '../../../adapters/memory/index.ts'
import { createStaticEmbedder } from '../../../adapters/models/static/static-embedder.ts'
import { createStaticSoftMatcher } from '../../../adapters/models/static/static-soft-matcher.ts'
import { sharedStaticTable } from '../../../adapters/models/static/static-table.ts'
import { MESH_COLLECTIONS } from '../../../platform/mesh/index.ts'
import { watchRecords } from '../../../platform/store/testing/watch-records.ts'
import { createTestClock, type TestClock } from '../../../platform/store/testing.ts'
import type { Store } from '../../store.ts'
import { ACCESS_COLLECTIONS } from '../access/share.ts'
import { ARCHIVE_COLLECTIONS } from '../archive/archive-row.ts'
import type { AskContext } from '../ask/ask.ts'
import { BULK_COLLECTIONS } from '../bulk/bulk-plan.ts'
import type { StoredCapsule } from '../capsule.ts'
import { IMPORT_COLLECTIONS } from '../import/import-records.ts'
import { KEEPING_COLLECTIONS } from '../keeping/index.ts'
import { MODEL_COLLECTION } from '../model-change/change-record.ts'
import type { Call } from './context.ts'
import { createCapsule } from './create-capsules.ts'
import { type DraftIdentity, describeVersion, makeDraft, placeOfChunk } from './draft.ts'
import { toEmbedding } from './embed-documents.ts'
import { SIMILARITY_COLLECTION } from './link-similar.ts'
import { getCapsule } from './read-capsule.ts'
import { tellCreated } from './tell.ts'

/** A small world for tests of use cases: the plain store, the real embedder, the real gate, a clock that is told. */
export interface World {
  readonly context: AskContext
  readonly time: TestClock
  readonly administrator: Subject
  call<A extends Action>(action: A, by?: Subject): Call<A>
  /** Adds a capsule and reads it back. */
  add(input: Partial<CapsuleCreate> & { readonly content: string }): Promise<StoredCapsule>
  /** Adds a document as an import does: it is found through its chunks, not by its own text. */
  addDocument(content: string, parts: readonly string[]): Promise<WorldDocument>
}

export interface WorldDocument {
  readonly document: StoredCapsule
  readonly chunks: readonly StoredCapsule[]
}

const COLLECTIONS = [
  APPROVAL_COLLECTION,
  ...SUBJECT_COLLECTIONS,
  SIMILARITY_COLLECTION,
  ...IMPORT_COLLECTIONS,
  MODEL_COLLECTION,
  ...KEEPING_COLLECTIONS,
  ...MESH_COLLECTIONS,
  ...BULK_COLLECTIONS,
  ...ARCHIVE_COLLECTIONS,
  ...ACCESS_COLLECTIONS,
  DECISION_COLLECTION,
  OUTCOME_COLLECTION,
  EMERGENCY_COLLECTION,
  ...PROPOSAL_COLLECTIONS,
  ...TRUST_COLLECTIONS,
]

type OpenStore = (options: {
  readonly collections: typeof COLLECTIONS
  readonly clock: Clock
}) => Store | Promise<Store>

const openPlainStore: OpenStore = (options) =>
  openMemoryStore({ ...options, matcher: createStaticSoftMatcher(sharedStaticTable()) })

/** @param openStore gives a store that was used before, where a test goes on with one. */
export async function openWorld(openStore = openPlainStore): Promise<World> {
  const time = createTestClock()
  const newId = createUuidV7(time.clock, systemRandom)
  const store = watchRecords(await openStore({ collections: COLLECTIONS, clock: time.clock }))
  const subjects = new Subjects({ store, clock: time.clock, newId })
  const gate = new GovernanceGate({ clock: time.clock, newId })
  const grantTo = <A extends Action>(subject: Subject, action: A) =>
    requireGrant(gate.decide({ action, resource: '*', subject, correlationId: newId(), reach: 'lines' }))
  const founder = (id: string): Subject => ({
    id,
    kind: 'person',
    name: 'founder',
    roles: ['administrator'],
    trust: 100,
    owner: null,
    active: true,
    createdAt: 0,
  })
  const administrator = await subjects.openAdministrator((id) => grantTo(founder(id), 'subject.create'))
  const context: AskContext = {
    store,
    subjects,
    newId,
    embedder: createStaticEmbedder(),
    clock: time.clock,
    random: systemRandom,
    search: SEARCH_SETTINGS,
    ask: { threshold: 0.25, quotesMax: 5 },
  }
  const call = <A extends Action>(action: A, by: Subject = administrator): Call<A> => ({
    grant: grantTo(administrator, action),
    subject: by,
    command: { id: createHash('sha256').update(newId()).digest('hex').slice(0, 32) },
    grantSubject: () => grantTo(administrator, 'subject.create'),
  })
  const add: World['add'] = async (input) => {
    const { outcome } = await createCapsule(context, call('capsule.create'), { type: 'knowledge', ...input })
    if (!outcome.ok) throw outcome.error
    return getCapsule(context, outcome.receipt.id ?? '')
  }
  const put = async (content: string, more: Pick<DraftIdentity, 'partOf' | 'place' | 'indexed' | 'embedding'>) => {
    const { grant, command } = call('import.run')
    const version = { ...describeVersion({ content, type: 'knowledge' }, undefined), parents: [] }
    const who = { id: newId(), owner: administrator.id, author: administrator.id, trust: 60, validFrom: null }
    const draft = makeDraft(version, { ...who, ...more }, systemRandom)
    const changes = [store.capsules.create(grant, draft, 'none')]
    const [outcome] = await store.append([{ ...command, grant, changes, ...tellCreated(grant, draft, '1.0.0') }])
    if (!outcome?.ok) throw outcome?.error
    return getCapsule(context, draft.id)
  }
  const addDocument: World['addDocument'] = async (content, parts) => {
    const document = await put(content, { indexed: false, embedding: null })
    const vectors = await context.embedder.embed(parts, 'document')
    const chunks: StoredCapsule[] = []
    for (const [index, part] of parts.entries()) {
      const partOf = { id: document.id, place: `part ${index}`, index }
      const embedding = toEmbedding(context.embedder.model, vectors[index])
      chunks.push(await put(part, { partOf, place: placeOfChunk(partOf), embedding }))
    }
    return { document, chunks }
  }
  return { context, time, administrator, call, add, addDocument }
}

const SEARCH_SETTINGS = {
  deadlineMs: 1000,
  minTrust: 40,
  weights: { lexical: 1, position: 1, vector: 1, graph: 1 },
  trustBoost: 0.1,
  freshnessBoost: 0.05,
} as const
