import {
  ADVICE,
  type AdviceRow,
  DELEGATIONS,
  PROPOSALS,
  type ProposalRow,
  withoutAdviceWords,
  withoutProposerWords,
} from '#governance'
import type { Change, Grant, RecordPage, Records } from '#store'
import { listAllBy } from '../access/share.ts'

/** Collections of the governance context that say something of capsules and subjects. */
const DECISIONS = 'decisions'
const EVIDENCE = 'trust_evidence'
const EMERGENCY = { collection: 'emergency', key: 'state' } as const

/** Records looked at in one page. */
const PER_PAGE = 1000

/** The changes that take away what decisions about erased capsules were made from: the log keeps its digest. */
export async function* purgeDecisionsAbout(
  records: Records,
  grant: Grant,
  ids: readonly string[],
): AsyncGenerator<Change, void, undefined> {
  for (const id of ids)
    for await (const { key } of listAllBy(records, DECISIONS, 'resource', `capsule/${id}`))
      yield records.delete(grant, DECISIONS, key)
}

/**
 * The changes that take away what is kept about an erased subject: what was decided for it, what was said to evidence about it,
 * the words of what it proposed, and the reasons of an emergency that it turned on or that is over.
 */
export async function* purgeGovernanceOf(
  records: Records,
  grant: Grant,
  subject: string,
): AsyncGenerator<Change, void, undefined> {
  for await (const { key } of listAllBy(records, DECISIONS, 'subject', subject))
    yield records.delete(grant, DECISIONS, key)
  const prefix = `${subject}/`
  for (let after: string | undefined = prefix; after !== undefined; ) {
    const page: RecordPage<Readonly<Record<string, unknown>>> = await records.list(EVIDENCE, { limit: PER_PAGE, after })
    for (const { key, value } of page.items) {
      if (!key.startsWith(prefix)) break
      if (value.note !== null) yield records.put(grant, EVIDENCE, key, { ...value, note: null })
    }
    after = page.items.at(-1)?.key.startsWith(prefix) === true ? page.next : undefined
  }
  yield* purgeEmergency(records, grant, subject)
  yield* purgeProposals(records, grant, subject)
}

/** The words of what it proposed and what advisers said of it, and who speaks for whom; what was voted on stays, with ids, so that it can be counted again. */
async function* purgeProposals(
  records: Records,
  grant: Grant,
  subject: string,
): AsyncGenerator<Change, void, undefined> {
  for await (const { key, value, revision } of listAllBy<ProposalRow>(records, PROPOSALS.name, 'proposer', subject)) {
    yield records.put(grant, PROPOSALS.name, key, withoutProposerWords(value), { expectedRevision: revision })
    for await (const { key: advice, value: said } of listAllBy<AdviceRow>(records, ADVICE.name, 'proposal', key))
      yield records.put(grant, ADVICE.name, advice, withoutAdviceWords(said))
  }
  for (const index of DELEGATIONS.indexes)
    for await (const { key } of listAllBy(records, DELEGATIONS.name, index, subject))
      yield records.delete(grant, DELEGATIONS.name, key)
}

interface EmergencyRow {
  readonly active: boolean
  readonly by: string | null
  readonly reason: string | null
}

/** What was said last may have been said by anybody, and is kept to open its digest alone. */
async function* purgeEmergency(
  records: Records,
  grant: Grant,
  subject: string,
): AsyncGenerator<Change, void, undefined> {
  const { collection, key } = EMERGENCY
  const found = await records.find<EmergencyRow & Readonly<Record<string, unknown>>>(collection, key)
  // While one is on nothing is erased.
  if (found === undefined || found.value.active) return
  const { told, digestKey, ...state } = found.value
  const reason = state.by === subject ? null : state.reason
  if (told === undefined && digestKey === undefined && reason === state.reason) return
  yield records.put(grant, collection, key, { ...state, reason }, { expectedRevision: found.revision })
}
