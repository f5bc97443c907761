import { CascadeError, toRfc3339 } from '#base'
import type { CapsuleStep } from '../import/capsule-step.ts'
import type { FileBook } from '../import/file-book.ts'
import type { ImportFileRow } from '../import/import-records.ts'
import type { ImportSettings } from '../import/import-settings.ts'
import { countSteps, nextRow, type PlannedItem, passed } from '../import/planned-item.ts'
import { nextVersion } from '../text/semver.ts'
import type { Call } from '../use-cases/context.ts'
import { compareHistory } from './compare-history.ts'
import type { SaidVersion } from './export-digest.ts'
import { SubjectNames } from './exported.ts'
import type { ExportedBonds, ExportedHistory, ExportedPart } from './exported-history.ts'
import { checkSuccession, documentSteps, statusSteps, versionSteps } from './exported-steps.ts'
import { hasImportedTrust, toTrustPages } from './imported-trust.ts'

export type ExportedPlanning = { readonly settings: ImportSettings; readonly book: FileBook }
export type ExportedAsker = Pick<Call, 'subject' | 'grantSubject'>

/** Names that one import may make known; more than that is no team but an attack. */
export const SUBJECTS_NEW_MAX = 10_000

/** What was decided about a capsule at its first part. */
type Verdict =
  | { readonly kind: 'refused' | 'same'; readonly reason: string | null }
  | { readonly kind: 'write'; readonly next: number; readonly isNew: boolean }

const CHANGED_REASON = 'changed by hand in an export'

/** Plans what becomes of exported capsules during one import. */
export class ExportedPlans {
  readonly #planning: ExportedPlanning
  readonly #asker: ExportedAsker
  readonly #names: SubjectNames
  readonly #verdicts = new WeakMap<ExportedHistory, Verdict>()
  /** Capsules that are here, or will be when what is planned is written. */
  readonly #here = new Set<string>()
  readonly #subjects = new Map<string, string>()

  constructor(planning: ExportedPlanning, asker: ExportedAsker) {
    this.#planning = planning
    this.#asker = asker
    this.#names = new SubjectNames(planning.settings.context.subjects)
  }

  /** The next versions of a capsule, in one command. @throws CascadeError saying why it cannot be taken in. */
  async part(part: ExportedPart): Promise<PlannedItem> {
    const { path, digest, history, from } = part
    const row = await this.#planning.book.find(path)
    if (row?.standing === 'present' && row.digest === digest) {
      this.#here.add(history.capsule.id)
      return from === 0 ? passed(path, this.#isOwn(row) ? 'counted' : 'unchanged') : passed(path, 'counted')
    }
    const verdict = this.#verdicts.get(history) ?? (await this.#judge(part, row))
    this.#verdicts.set(history, verdict)
    if (verdict.kind === 'write') return this.#write(part, row, verdict)
    return from === 0 ? this.#pass(part, row, verdict) : passed(path, 'counted')
  }

  #isOwn({ job }: ImportFileRow): boolean {
    return job === this.#planning.settings.jobId
  }

  async #judge({ history, isChanged }: ExportedPart, row: ImportFileRow | undefined): Promise<Verdict> {
    const { capsules } = this.#planning.settings.context.store
    const { id, owner, versions } = history.capsule
    const [head] = await capsules.getHeads([id])
    if (!head) return { kind: 'write', next: 0, isNew: true }
    if (head.status === 'ERASED')
      return refused('it was erased here, and an import does not bring back what was erased')
    if (head.owner !== (await this.#subjectOf(owner)))
      return refused('a capsule with its id belongs to another owner here')
    if (row?.standing === 'gone' && head.status === 'ARCHIVED')
      return { kind: 'write', next: versions.length, isNew: false }
    const standing = await compareHistory(capsules, this.#names, head, isChanged ? withoutLast(history) : history)
    if (standing.kind === 'other')
      return refused(
        `a capsule with its id has another history here, from version ${standing.at} on; nothing was changed`,
      )
    if (standing.kind === 'same' && !isChanged)
      return { kind: 'same', reason: standing.isAhead ? 'it has newer versions here' : null }
    const isUnfinished = row?.standing === 'absent' && row.capsule_id === id
    if (head.status !== 'ACTIVE' && !isUnfinished)
      return refused(`it is ${head.status.toLowerCase()} here; make it active to have newer versions taken in`)
    const next = standing.kind === 'behind' ? standing.versions : versions.length - 1
    return { kind: 'write', next, isNew: isUnfinished }
  }

  #pass(
    { path, digest, history }: ExportedPart,
    before: ImportFileRow | undefined,
    { kind, reason }: Exclude<Verdict, { kind: 'write' }>,
  ): PlannedItem {
    const { id, versions } = history.capsule
    if (kind === 'refused') throw new CascadeError('CONFLICT', reason ?? '')
    this.#here.add(id)
    const version = versions.at(-1) ?? null
    const row = this.#row(path, before, { standing: 'present', reason, digest, capsule_id: id, version })
    return { path, outcome: 'unchanged', steps: [], rows: [row], document: null }
  }

  async #write(
    { path, digest, history, from, to, isChanged }: ExportedPart,
    before: ImportFileRow | undefined,
    verdict: Extract<Verdict, { kind: 'write' }>,
  ): Promise<PlannedItem> {
    const { id, versions } = history.capsule
    const isEnd = to === versions.length
    const steps: CapsuleStep[] = []
    for (let index = Math.max(from, verdict.next); index < to; index++)
      steps.push(
        ...(await this.#versionSteps(history, index, isChanged && index === versions.length - 1 && !verdict.isNew)),
      )
    if (steps.length === 0 && !isEnd) return passed(path, 'counted')
    const last = await history.version(versions.length - 1)
    const { clock } = this.#planning.settings.context
    const isBack = before?.standing === 'gone'
    if (isBack) steps.push({ kind: 'restore', id, version: last.version, withChunks: true })
    if (isEnd) steps.push(...statusSteps(last, history, clock()))
    this.#here.add(id)
    const row = this.#row(path, before, {
      standing: isEnd ? 'present' : 'absent',
      reason: this.#trustReason(history) ?? (isChanged ? `it was ${CHANGED_REASON}` : null),
      digest,
      capsule_id: id,
      version: versions[to - 1] ?? null,
      created_by: history.isChunk
        ? null
        : (before?.created_by ?? (verdict.isNew ? this.#planning.settings.jobId : null)),
      tally: { ...(isEnd ? { imported: 1 } : {}), ...countSteps(steps) },
    })
    return { path, outcome: isEnd ? 'imported' : 'counted', steps, rows: [row], document: null }
  }

  async #versionSteps(history: ExportedHistory, index: number, isNext: boolean): Promise<readonly CapsuleStep[]> {
    const { context } = this.#planning.settings
    const isLast = index === history.capsule.versions.length - 1
    const before = index === 0 ? undefined : await history.version(index - 1)
    const exported = await history.version(index)
    const now = context.clock()
    if (isNext) return this.#changedSteps(exported, history, now)
    checkSuccession(exported, before, isLast)
    const who = await this.#whoOf(history, exported)
    return versionSteps({ version: exported, before, who }, history, { random: context.random, now })
  }

  /** A file that was changed by hand becomes the version after the one it was. */
  async #changedSteps(exported: SaidVersion, history: ExportedHistory, now: number): Promise<readonly CapsuleStep[]> {
    const next = nextVersion(exported.version, { contentChanged: true })
    if (next.kind !== 'version') throw new CascadeError('UNPROCESSABLE', `it gets no further version: ${next.reason}`)
    const valid_from = toRfc3339(now)
    const changed = { version: next.version, version_reason: CHANGED_REASON, valid_from, valid_to: null }
    const before = { ...exported, valid_to: valid_from }
    const who = await this.#whoOf(history, exported)
    const { random } = this.#planning.settings.context
    return versionSteps({ version: { ...exported, ...changed }, before, who }, history, { random, now })
  }

  async #whoOf({ capsule }: ExportedHistory, { author }: SaidVersion) {
    const trust = this.#trustOf(capsule.trust)
    return { owner: await this.#subjectOf(capsule.owner), author: await this.#subjectOf(author), trust }
  }

  /** Nobody gives more trust than they have, nor than they said this import may give. */
  #trustOf(exported: number): number {
    const { request } = this.#planning.settings
    return Math.min(exported, this.#asker.subject.trust, request.trust ?? exported)
  }

  #trustReason({ capsule }: ExportedHistory): string | null {
    const trust = this.#trustOf(capsule.trust)
    return trust < capsule.trust
      ? `its trust was lowered from ${capsule.trust} to ${trust}, the most that may be given`
      : null
  }

  async #subjectOf(name: string): Promise<string> {
    const known = this.#subjects.get(name)
    if (known !== undefined) return known
    if (this.#subjects.size >= SUBJECTS_NEW_MAX)
      throw new CascadeError('UNPROCESSABLE', `the export names more than ${SUBJECTS_NEW_MAX} subjects`)
    const { subjects } = this.#planning.settings.context
    const { id } = await subjects.resolveOrRegister(name, this.#asker.grantSubject)
    this.#subjects.set(name, id)
    return id
  }

  #row(path: string, before: ImportFileRow | undefined, changes: Parameters<typeof nextRow>[4]): ImportFileRow {
    const { jobId, context } = this.#planning.settings
    return nextRow(path, before, jobId, context.clock(), { state: 'imported', ...changes })
  }

  /** Links, the history of trust, and chunks that go along with their document; only what is not there yet. */
  async bonds(bonds: ExportedBonds): Promise<PlannedItem> {
    const { path, id, of, document } = bonds
    const row = await this.#planning.book.find(of)
    if (row?.standing !== 'present' || !this.#here.has(id)) return passed(path, 'counted')
    const isOwn = row.created_by !== null || of.includes('#')
    const steps = [
      ...(await this.#linkSteps(bonds)),
      ...(isOwn ? await this.#trustSteps(bonds) : []),
      ...(isOwn && this.#isOwn(row) && document ? documentSteps(id, document) : []),
    ]
    if (steps.length === 0) return passed(path, 'counted')
    return {
      path,
      outcome: 'counted',
      steps,
      rows: [this.#row(path, await this.#planning.book.find(path), { standing: 'absent' })],
      document: null,
    }
  }

  async #linkSteps({ id, links }: ExportedBonds): Promise<readonly CapsuleStep[]> {
    if (links.length === 0) return []
    const { capsules } = this.#planning.settings.context.store
    const there = new Set(
      (await capsules.links(id)).filter(({ from }) => from === id).map(({ to, kind }) => `${kind} ${to}`),
    )
    const missing = links.filter(({ to, link }) => to !== id && !there.has(`${link} ${to}`))
    const reached = await Promise.all(missing.map(async (link) => ((await this.#isHere(link.to)) ? [link] : [])))
    return reached.flat().map(({ to, link, weight }) => ({ kind: 'link', from: id, to, link, weight }))
  }

  async #isHere(id: string): Promise<boolean> {
    return this.#here.has(id) || (await this.#planning.settings.context.store.capsules.getHeads([id])).length > 0
  }

  async #trustSteps(bonds: ExportedBonds): Promise<readonly CapsuleStep[]> {
    const { context, grant } = this.#planning.settings
    const { id, trust, trustFrom } = bonds
    if (trust.length === 0 || !(await this.#isTrustNew(bonds))) return []
    const entries = []
    for (const { actor, at, ...entry } of trust)
      entries.push({ ...entry, at: Date.parse(at), actor: await this.#subjectOf(actor) })
    return toTrustPages(id, entries, trustFrom).map(({ key, value }) => ({
      kind: 'note',
      id,
      type: 'capsule.trust_history_imported',
      change: context.store.records.put(grant, 'imported_trust', key, value),
    }))
  }

  /** A history comes in once: its newest entries where there are none, older ones by the import that brought those. */
  async #isTrustNew({ path, id, trustFrom }: ExportedBonds): Promise<boolean> {
    if (await hasImportedTrust(this.#planning.settings.context.store.records, id, trustFrom)) return false
    const row = trustFrom === 0 ? undefined : await this.#planning.book.find(path)
    return trustFrom === 0 || (row !== undefined && this.#isOwn(row))
  }
}

const refused = (reason: string): Verdict => ({ kind: 'refused', reason })

/** The history that an export had before its newest file was changed by hand; that version itself is not in it. */
const withoutLast = (history: ExportedHistory): ExportedHistory => ({
  ...history,
  capsule: { ...history.capsule, versions: history.capsule.versions.slice(0, -1) },
})
