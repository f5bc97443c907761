import type { Constitution, DecisionRecord, PoliciesInForce, PolicyChange, Question } from '@forge-cascade/contract'
import { ACTIONS, type Action } from '@forge-cascade/contract/vocabulary'
import { CascadeError, toRfc3339 } from '#base'
import {
  type ActiveBundle,
  type ArmedBundle,
  comparePolicies,
  type Decided,
  type DecisionRow,
  type GateRequest,
  inputDigest,
  isConstitutional,
  isOwnClause,
  sealResource,
} from '#governance'
import type { Subject } from '#identity'
import type { LedgerStore, StoredLeaf } from '#ledger'
import { type BundleReading, splitPolicies } from '#policy'
import type { HandlersFor } from '../handler.ts'
import { presentDecision, presentEvaluation, presentOutcome } from '../present/decision.ts'
import type { HandlerContext } from './handler-context.ts'

type Operations =
  | 'listDecisions'
  | 'getDecision'
  | 'previewDecision'
  | 'getPolicies'
  | 'applyPolicies'
  | 'getConstitution'
  | 'evaluateAccess'
  | 'evaluateAccesses'

/** Decisions, policies, and questions of others. */
export function governanceHandlers({ capsules, governance }: HandlerContext): HandlersFor<Operations> {
  const { gate, policies, book, findFacts, newFacts } = governance
  const { subjects, store } = capsules
  // What others name without an id of ours is kept under a key that ends with this process.
  const sealKey = capsules.random(new Uint8Array(32))
  const namesOf = (input: Decided['input']) => subjects.names(input.subject === null ? [] : [input.subject.id])
  const present = async (decided: Parameters<typeof presentDecision>[0]): Promise<DecisionRecord> =>
    presentDecision(decided, await namesOf(decided.input))

  const questionOf = async (
    { subject, action, resource }: Question,
    correlationId: string,
  ): Promise<GateRequest | undefined> => {
    if (!isAction(action.name)) return undefined
    const registered = await subjects.resolve(subject.id)
    const asking = registered && (await subjects.asActing(registered))
    const about = resource.id === '*' ? '*' : `${resource.type}/${resource.id}`
    const found = asking && (await findFacts?.(about, asking))
    // A capsule of which nothing is known, by whatever type it is called, is none.
    const facts = found ?? (action.name.startsWith('capsule.') && about !== '*' ? 'absent' : undefined)
    return { action: action.name, resource: about, subject: asking, correlationId, ...(facts && { facts }) }
  }
  /** What is known of a resource to whoever asks; what it may not read is not there. */
  const ownFacts = async (asking: Subject, about: string) => {
    const facts = await findFacts?.(about, asking)
    if (facts === undefined || facts === 'absent' || 'requester' in facts) return facts
    const read = { action: 'capsule.read', resource: about, subject: asking, correlationId: '', facts } as const
    return gate.preview(read).verdict.applied === 'allow' ? facts : 'absent'
  }
  const evaluate = async (question: Question, correlationId: string) => {
    const request = await questionOf(question, correlationId)
    if (request === undefined) return UNKNOWN_ACTION
    return presentEvaluation(gate.evaluate({ ...request, resource: sealResource(sealKey, request.resource) }))
  }

  return {
    listDecisions: async ({ query }) => {
      const subject = query.subject === undefined ? undefined : await findSubject(subjects, query.subject)
      const matches = (row: DecisionRow): boolean =>
        (subject === undefined || row.subject === subject.id) &&
        (query.resource === undefined || row.resource === query.resource)
      const { limit, cursor } = query
      const { rows, next } = query.unpaired
        ? { rows: (await book.listUnpaired()).filter(matches).slice(0, limit), next: null }
        : await listMade(store.ledger, book.find.bind(book), { limit, cursor, matches })
      const items = await Promise.all(rows.map((row) => present(decidedOf(row, row.first))))
      return { status: 200, body: { items, next_cursor: next } }
    },
    getDecision: async ({ params: { id } }) => {
      const row = await book.find(id)
      if (row === undefined) {
        throw new CascadeError(
          'NOT_FOUND',
          `No decision with the id ${id} is kept: there was none, it expired, or it was erased.`,
        )
      }
      const [replayed, entry, outcome, decision] = await Promise.all([
        book.replay(row),
        findEntry(store.ledger, row),
        book.outcomeOf(id),
        present(decidedOf(row, id)),
      ])
      const digest = inputDigest(row)
      const told = replayed?.explanation?.policies ?? []
      return {
        status: 200,
        body: {
          ...decision,
          recorded: {
            ledger_index: entry?.leaf.index ?? null,
            digest,
            matches: entry?.text.includes(digest) ?? false,
          },
          outcome: outcome ? presentOutcome(outcome) : null,
          replay: replayed ? { decision: replayed.verdict.word, same: replayed.same } : null,
          policies: told.map(({ policyId, effect, determines, scope, clauses }) => ({
            ...{ policy_id: policyId, effect, determines, scope, clauses },
            says: replayed?.bundle.rules.get(policyId)?.says ?? null,
          })),
        },
      }
    },
    previewDecision: async ({ body, call, correlationId, grantForLines }) => {
      const other = body.subject === undefined || isOneself(call.subject, body.subject) ? undefined : body.subject
      // Who others are, and what they may, is for those who read decisions.
      if (other !== undefined) await grantForLines('governance.read')
      const subject = other === undefined ? call.subject : await subjects.asActing(await findSubject(subjects, other))
      const created = body.action === 'capsule.create' && body.resource === '*' && newFacts?.isAsked() === true
      const facts = created
        ? await newFacts?.of({ type: 'knowledge', ...body.context?.capsule }, subject)
        : await (other === undefined ? ownFacts(subject, body.resource) : findFacts?.(body.resource, subject))
      const decided = gate.preview({
        ...{ action: body.action, resource: body.resource, subject, correlationId },
        ...(facts && { facts }),
        ...(body.context?.approved && { approval: 'preview' }),
        ...(body.context?.emergency !== undefined && { emergency: body.context.emergency }),
      })
      return { status: 200, body: await present({ ...decided, decisionId: null }) }
    },
    getPolicies: () => ({ status: 200, body: presentPolicies(policies.bundle, policies.active) }),
    applyPolicies: async ({ call, body: { files, dry_run } }) => {
      const previous = policies.bundle.bundle
      const answer = (reading: BundleReading): PolicyChange => ({
        applied: !dry_run && reading.bundle !== undefined,
        digest: reading.bundle?.digest ?? null,
        previous: previous.digest,
        findings: [...reading.findings],
        ...(reading.bundle ? comparePolicies(previous, reading.bundle) : { added: [], removed: [], changed: [] }),
      })
      if (files === null) {
        const { bundle } = await policies.readBuiltIn()
        if (!dry_run) await policies.reset(call)
        return { status: 200, body: answer({ bundle, findings: [] }) }
      }
      return { status: 200, body: answer(dry_run ? await policies.read(files) : await policies.apply(call, files)) }
    },
    getConstitution: () => ({ status: 200, body: presentConstitution(policies.bundle) }),
    evaluateAccess: async ({ body, correlationId }) => ({ status: 200, body: await evaluate(body, correlationId) }),
    evaluateAccesses: async ({ body, correlationId }) => {
      const { evaluations, options, ...shared } = body
      const semantic = options?.evaluations_semantic ?? 'execute_all'
      const answers: Awaited<ReturnType<typeof evaluate>>[] = []
      for (const [at, each] of evaluations.entries()) {
        const answer = await evaluate(wholeQuestion({ ...shared, ...each }, at), correlationId)
        answers.push(answer)
        if (semantic === 'deny_on_first_deny' && !answer.decision) break
        if (semantic === 'permit_on_first_permit' && answer.decision) break
      }
      return { status: 200, body: { evaluations: answers } }
    },
  }
}

const isOneself = ({ id, name }: Subject, given: string): boolean => given === id || given === name

const UNKNOWN_ACTION = { decision: false } as const

const isAction = (name: string): name is Action => Object.hasOwn(ACTIONS, name)

/** @throws CascadeError VALIDATION_FAILED for one that lacks a member of its own and of the request. */
function wholeQuestion({ subject, action, resource, context }: Partial<Question>, at: number): Question {
  if (subject && action && resource) return { subject, action, resource, ...(context && { context }) }
  const pointer = `#/evaluations/${at}`
  throw new CascadeError('VALIDATION_FAILED', 'A question needs subject, action and resource.', {
    errors: [{ pointer, code: 'required', message: 'subject, action and resource, here or beside evaluations' }],
  })
}

/** @throws CascadeError UNPROCESSABLE */
async function findSubject(subjects: HandlerContext['capsules']['subjects'], idOrName: string): Promise<Subject> {
  const found = await subjects.resolve(idOrName)
  if (found) return found
  throw new CascadeError('UNPROCESSABLE', `There is no subject ${idOrName}: give an id or a name as it is registered.`)
}

const decidedOf = (row: DecisionRow, decisionId: string): Decided => {
  const { at, latencyMs, correlationId, input, verdict } = row
  return { decisionId, decidedAt: at, latencyMs, correlationId, input, verdict }
}

const DECISION = 'decision/'

/** The entry of the log that tells of a decision, by itself or among others. */
async function findEntry(ledger: LedgerStore, { first, gatheredIn }: DecisionRow): Promise<StoredLeaf | undefined> {
  const filter =
    gatheredIn === null ? { subject: `${DECISION}${first}`, type: 'decision.made' } : { correlationId: gatheredIn }
  return (await ledger.list(filter, { limit: 1 }))[0]
}

/** Entries that are looked at for one page. */
const LOOKED_AT_MAX = 2000
const LOOKED_AT_ONCE = 200

interface Listing {
  readonly limit: number
  readonly cursor: string | undefined
  readonly matches: (row: DecisionRow) => boolean
}

/** Decisions with an entry of their own, newest first; those whose rows are gone are left out. */
async function listMade(ledger: LedgerStore, find: DecisionFinder, { limit, cursor, matches }: Listing) {
  if (cursor !== undefined && !/^(0|[1-9]\d{0,15})$/.test(cursor)) {
    throw new CascadeError('CURSOR_INVALID', 'The cursor is none of the decisions.')
  }
  const rows: DecisionRow[] = []
  let before = cursor === undefined ? undefined : Number(cursor)
  for (let looked = 0; looked < LOOKED_AT_MAX; looked += LOOKED_AT_ONCE) {
    const page = await ledger.list(
      { type: 'decision.made' },
      { limit: LOOKED_AT_ONCE, ...(before !== undefined && { before }) },
    )
    for (const { leaf } of page) {
      before = leaf.index
      const row = await find(leaf.subject.slice(DECISION.length))
      if (row && matches(row)) rows.push(row)
      if (rows.length === limit) return { rows, next: String(before) }
    }
    if (page.length < LOOKED_AT_ONCE) return { rows, next: null }
  }
  return { rows, next: String(before) }
}

type DecisionFinder = (id: string) => Promise<DecisionRow | undefined>

/** Clauses with their text, in the order of files and places. */
function presentConstitution({ bundle, files, rules }: ArmedBundle): Constitution {
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  const clauses = bundle.policies.filter(({ id }) => isConstitutional(id))
  return {
    digest: bundle.digest,
    clauses: clauses.map(({ id, file, line }): Constitution['clauses'][number] => ({
      ...{ id, says: rules.get(id)?.says ?? null, origin: isOwnClause(id) ? 'instance' : 'program', file, line },
      text: splitPolicies(texts.get(file) ?? '').find(({ text }) => text.includes(`"${id}"`))?.text ?? '',
    })),
  }
}

function presentPolicies({ bundle, files, rules }: ArmedBundle, active: ActiveBundle): PoliciesInForce {
  return {
    digest: bundle.digest,
    applied_at: active.appliedAt === 0 ? null : toRfc3339(active.appliedAt),
    applied_by: active.appliedBy === '' ? null : active.appliedBy,
    is_built_in: active.own === null,
    policies: bundle.policies.flatMap(({ id, json, file, line }) => {
      const rule = rules.get(id)
      const tier = isConstitutional(id) ? 'constitution' : 'policy'
      if (rule === undefined) return []
      const { says, curable, mode, canaryPercent } = rule
      return [{ id, effect: json.effect, says, tier, mode, canary_percent: canaryPercent, curable, file, line }]
    }),
    files: files.map(({ path, text }) => ({ path, text })),
  }
}
