import { CascadeError, type Clock, isCascadeError, sha256Hex } from '#base'
import type { Subject } from '#identity'
import type { BundleReading, FallbackEngine, PolicyBundle, PolicyFile } from '#policy'
import { type Grant, toRecord, type UnitOfWork } from '#store'
import { type AskedClause, amend, clauseOf, isClausePath, judgeClauses, tellAmendment } from './amendments.ts'
import {
  type ArmedBundle,
  armBundle,
  armWhole,
  BUILT_IN_BUNDLE,
  BUILT_IN_FILES,
  isConstitutional,
  isOwnClause,
  OWN_CLAUSE_PREFIX,
} from './armed-bundle.ts'
import type { GovernanceGate } from './governance-gate.ts'
import { judgeAnnotations } from './judge-annotations.ts'
import { keptOf, keptOfVotes, mayTakePartUnder, refuseLockOut } from './lock-out.ts'
import { SCHEMA_FILE } from './policy-schema.ts'
import { type ActiveBundle, PolicyShelf, type ShelvedBundle } from './policy-shelf.ts'

export interface PolicyDeskOptions {
  readonly store: Pick<UnitOfWork, 'append'> & { readonly records: ConstructorParameters<typeof PolicyShelf>[0] }
  readonly gate: GovernanceGate
  /** The administrator of the instance. */
  readonly founder: Subject
  readonly clock: Clock
  /** Reads policies, whoever wrote them, where that may take its time and break. */
  readonly read: (files: readonly PolicyFile[]) => Promise<BundleReading>
  /** Cedar itself, for what is not compiled: loaded for policies that need it. */
  readonly fallback: (bundle: PolicyBundle) => Promise<FallbackEngine>
}

/** Of whoever applies policies, or of a vote that was passed. */
export type ApplyGrant = Grant<'policy.apply' | 'proposal.execute'>

const CONSTITUTION_FILE = 'constitution.cedar'
/** How a policy says that it is of the constitution; one that says so in another way is refused when it is read. */
const CONST_ID = /@id\(\s*"(const\.[^"]*)"\s*\)/
const FIXED = new Set([CONSTITUTION_FILE, SCHEMA_FILE])
const BUILT_IN: ShelvedBundle = { files: BUILT_IN_FILES, bundle: BUILT_IN_BUNDLE }
/** Files of every bundle that nobody puts others in the place of: the constitution and the schema. */
export const fixedFiles = (): readonly PolicyFile[] => BUILT_IN_FILES.filter(({ path }) => FIXED.has(path))

/**
 * The files without those that come with the program and are as they are there: whoever hands in a folder that `policy show --to`
 * wrote leaves them as they are.
 */
function without(given: readonly PolicyFile[], clauses: readonly PolicyFile[]): readonly PolicyFile[] {
  const texts = new Map([...fixedFiles(), ...clauses].map(({ path, text }) => [path, text]))
  return given.filter(({ path, text }) => texts.get(path) !== text)
}

/** All files of a bundle: `own` null for the policies that come with the program. */
const filesOf = (own: readonly PolicyFile[] | null, clauses: readonly PolicyFile[]): readonly PolicyFile[] =>
  own === null ? [...BUILT_IN_FILES, ...clauses] : [...fixedFiles(), ...clauses, ...own]

/**
 * The policies in force: those that come with the program, or an instance's own in their place; the constitution and what
 * policies may speak of always belong to it. What is not sound is refused, and what was good until then stays.
 */
export class PolicyDesk {
  readonly #options: PolicyDeskOptions
  readonly #shelf: PolicyShelf
  #active: ActiveBundle
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: PolicyDeskOptions) {
    this.#options = options
    this.#shelf = new PolicyShelf(options.store.records)
    this.#active = { digest: options.gate.bundle.digest, appliedAt: 0, appliedBy: '', own: null, clauses: [] }
  }

  get active(): ActiveBundle {
    return this.#active
  }

  get bundle(): ArmedBundle {
    return this.#options.gate.bundle
  }

  /**
   * Arms the gate with what was in force last, and keeps what comes with the program.
   *
   * @throws CascadeError BOOT_FAILED where the instance's own policies are sound no more: it would be governed by others.
   */
  async open(call: { readonly grant: () => Grant<'policy.apply'> }): Promise<void> {
    const found = await this.#shelf.active()
    if (found === undefined || (found.own === null && found.clauses.length === 0)) {
      if (found?.digest === BUILT_IN_BUNDLE.digest) this.#active = found
      else await this.#put(call.grant(), BUILT_IN, { own: null, clauses: [] })
      return
    }
    const kept = await this.#shelf.find(found.digest)
    const files = filesOf(found.own, found.clauses)
    if (kept !== undefined && isSame(kept.files, files)) {
      this.#options.gate.arm(await this.arm(kept))
      this.#active = found
      return
    }
    // The program has another constitution now, or its policies may speak of more.
    const { bundle, findings } = await this.#options.read(files)
    if (bundle === undefined) {
      const [first] = findings
      const place = first === undefined ? '' : ` ${first.file}:${first.line}: ${first.message}.`
      throw new CascadeError(
        'BOOT_FAILED',
        `The policies of this instance are not sound with this version.${place} \`cascade policy apply --built-in\` goes back to those that come with the program.`,
      )
    }
    await this.#put(call.grant(), { files, bundle }, found)
  }

  /** Arms the gate with what the store has in force, where the answer to a change of it was lost. */
  async refresh(): Promise<void> {
    const found = await this.#shelf.active()
    const shelved = found && found.digest !== this.bundle.digest ? await this.#findShelved(found.digest) : undefined
    if (shelved) this.#options.gate.arm(await this.arm(shelved))
    if (found) this.#active = found
  }

  /** A bundle that was in force once, ready to decide by. */
  async find(digest: string): Promise<ArmedBundle | undefined> {
    if (digest === this.bundle.digest) return this.bundle
    const found = await this.#findShelved(digest)
    return found && this.arm(found)
  }

  /** The files of a bundle that was in force once, as they are written. */
  async findFiles(digest: string): Promise<readonly PolicyFile[] | undefined> {
    return (await this.#findShelved(digest))?.files
  }

  /** A start decides by what comes with the program until it has read what is in force: that may never have been shelved. */
  async #findShelved(digest: string): Promise<ShelvedBundle | undefined> {
    if (digest === BUILT_IN_BUNDLE.digest) return BUILT_IN
    return this.#shelf.find(digest)
  }

  /** Files of the instance itself in a bundle that was in force once. @throws CascadeError NOT_FOUND. */
  async ownFilesOf(digest: string): Promise<readonly PolicyFile[]> {
    const found = await this.#findShelved(digest)
    if (found) return found.files.filter(({ path }) => !FIXED.has(path) && !isClausePath(path))
    throw new CascadeError('NOT_FOUND', `No policies with the digest ${digest} were ever in force.`)
  }

  /** The rule of the constitution that files would change, or add to it; undefined where they leave it alone. */
  clauseTouched(own: readonly PolicyFile[]): { readonly clause: string; readonly reason: string } | undefined {
    for (const { path, text } of this.withoutFixed(own)) {
      const named = CONST_ID.exec(text)?.[1]
      if (named === undefined && path !== CONSTITUTION_FILE) continue
      const clause = named ?? [...this.bundle.rules.keys()].find(isConstitutional) ?? CONSTITUTION_FILE
      const says = this.bundle.rules.get(clause)?.says
      const reason = `${path} would change ${clause} of the constitution${says ? `: ${says}` : ', which is no rule of it.'}`
      return { clause, reason }
    }
    return undefined
  }

  /**
   * What the instance would be governed by, with what is wrong with it. Files that come with the program may be among those that
   * are handed in, as they are there.
   *
   * @throws CascadeError UNPROCESSABLE for files that are no policies, or of those that nobody puts others in the place of.
   */
  async read(
    given: readonly PolicyFile[],
  ): Promise<BundleReading & { readonly files: readonly PolicyFile[]; readonly own: readonly PolicyFile[] }> {
    const { clauses } = this.#active
    const own = this.withoutFixed(given)
    for (const { path } of own) {
      if (isClausePath(path))
        throw new CascadeError(
          'UNPROCESSABLE',
          `${path} is a place of the constitution, which is changed by a vote alone: leave it out, or give the file another name.`,
        )
      if (FIXED.has(path) || !path.endsWith('.cedar')) {
        const why = FIXED.has(path)
          ? 'comes with the program, which has another text'
          : 'is no file of policies (….cedar)'
        throw new CascadeError('UNPROCESSABLE', `${path} ${why}: leave it out.`)
      }
    }
    const files = filesOf(own, clauses)
    const reading = judgeAnnotations(await this.#options.read(files))
    const constitutional = reading.bundle?.policies.find(
      ({ id, file }) => isConstitutional(id) && file !== CONSTITUTION_FILE && !isClausePath(file),
    )
    if (constitutional !== undefined) {
      const { id, file, line } = constitutional
      throw new CascadeError(
        'UNPROCESSABLE',
        `${file}:${line}: ${id} is of the constitution, which is not changed by applying policies: give it an id without const.`,
      )
    }
    return { ...reading, files, own }
  }

  /**
   * Puts policies of the instance in force, in the place of those that are; what is not sound changes nothing.
   *
   * @throws CascadeError CONFLICT where whoever applies them, or the administrator of the instance, could not apply others
   *   afterwards, or that administrator could not turn the kill switch, at any risk.
   */
  async apply(
    call: { readonly grant: ApplyGrant; readonly subject: Subject },
    given: readonly PolicyFile[],
  ): Promise<BundleReading> {
    return this.#inTurn(async () => {
      const { bundle, files, findings, own } = await this.read(given)
      if (bundle === undefined) return { bundle, findings }
      const { founder, gate } = this.#options
      refuseLockOut(gate, await this.arm({ bundle, files }), keptOf(call.subject, founder))
      await this.#put(call.grant, { files, bundle }, { own, clauses: this.#active.clauses })
      return { bundle, findings }
    })
  }

  /** Holds policies that are voted on against what applying them asks for. @throws CascadeError CONFLICT as `apply` does. */
  async checkAppliable(shelved: ShelvedBundle): Promise<void> {
    const { founder, gate } = this.#options
    refuseLockOut(gate, await this.arm(shelved), keptOf(founder, founder))
  }

  /** The clause that is none of the instance's own and would be changed; undefined where there is none. */
  clauseWeakened(asked: readonly AskedClause[]): { readonly clause: string; readonly reason: string } | undefined {
    const found = asked.find(({ id }) => !isOwnClause(id))
    if (found === undefined) return undefined
    const says = this.bundle.rules.get(found.id)?.says
    const what = says
      ? `${found.id}: ${says} It comes with the program`
      : `${found.id}, and clauses of that name are the program’s`
    const reason = `It would change ${what}, and no vote changes that. Clauses of this instance begin with ${OWN_CLAUSE_PREFIX}`
    return { clause: found.id, reason }
  }

  /** Without what comes with the program, and clauses in force, as they are there. */
  withoutFixed(given: readonly PolicyFile[]): readonly PolicyFile[] {
    return without(given, this.#active.clauses)
  }

  /** Clauses of the instance's own that have an id, as they are written; null for none. */
  clausesOf(ids: readonly string[]): readonly { readonly id: string; readonly text: string | null }[] {
    const texts = new Map(this.#active.clauses.map(({ path, text }) => [clauseOf(path), text]))
    return ids.map((id) => ({ id, text: texts.get(id) ?? null }))
  }

  /**
   * What the constitution would be with clauses of the instance's own in the place of those with their ids.
   *
   * @throws CascadeError UNPROCESSABLE for what is no clause, or not sound.
   */
  async readAmended(
    asked: readonly AskedClause[],
  ): Promise<ShelvedBundle & { readonly clauses: readonly PolicyFile[] }> {
    const { clauses: before, own } = this.#active
    const clauses = amend(before, asked)
    const files = filesOf(own, clauses)
    const { bundle, findings } = judgeAnnotations(await this.#options.read(files))
    if (bundle === undefined) {
      const [first] = findings.filter(({ severity }) => severity === 'error')
      const place = first === undefined ? '' : ` ${first.file}:${first.line}: ${first.message}.`
      throw new CascadeError('UNPROCESSABLE', `With these clauses the policies would not be sound.${place}`)
    }
    judgeClauses(bundle, clauses)
    return { bundle, files, clauses }
  }

  /**
   * Changes clauses of the constitution that are the instance's own, as people voted.
   *
   * @param canVote whether those who could vote under other policies are enough to change them again.
   * @throws CascadeError UNPROCESSABLE for what is no clause, or not sound; CONFLICT where nobody could change it again.
   */
  async amend(
    { grant }: { readonly grant: Grant<'proposal.execute'> },
    asked: readonly AskedClause[],
    canVote: (mayVote: (voter: Subject) => boolean) => Promise<boolean>,
  ): Promise<void> {
    return this.#inTurn(async () => {
      const { clauses, ...shelved } = await this.readAmended(asked)
      await this.checkAmendable(shelved, canVote)
      await this.#put(grant, shelved, { own: this.#active.own, clauses }, asked)
    })
  }

  /** @throws CascadeError CONFLICT for a constitution that nobody could change again. */
  async checkAmendable(
    shelved: ShelvedBundle,
    canVote: (mayVote: (voter: Subject) => boolean) => Promise<boolean>,
  ): Promise<void> {
    const { founder, gate } = this.#options
    const armed = await this.arm(shelved)
    refuseLockOut(gate, armed, keptOfVotes(founder))
    const mayTakePart = (voter: Subject): boolean => mayTakePartUnder(gate, armed, voter)
    if (await canVote(mayTakePart)) return
    throw new CascadeError(
      'CONFLICT',
      'Under this constitution those who could propose and vote would be too few to change it again, so it is not put in force.',
    )
  }

  /** One after the other: what is read in a turn is still so when it is put in force, and nobody’s clauses are lost. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work)
    this.#turn = turn
    return turn
  }

  /**
   * Puts the policies that come with the program in force, without reading those that are: what keeps these from being read does
   * not keep anybody from going back.
   *
   * @returns the bundle that was in force; without its policies where it is not whole.
   */
  async mend(call: { readonly grant: Grant<'policy.apply'> }): Promise<PolicyBundle> {
    const digest = (await this.#shelf.activeDigest()) ?? BUILT_IN_BUNDLE.digest
    const before = (await this.#shelf.findWhole(digest))?.bundle ?? { ...BUILT_IN_BUNDLE, digest, policies: [] }
    this.#active = { ...this.#active, digest, clauses: await this.#soundClauses() }
    await this.reset(call)
    return before
  }

  /** Puts the policies that come with the program in force again. */
  async reset({ grant }: { readonly grant: ApplyGrant }): Promise<void> {
    await this.#inTurn(async () =>
      this.#put(grant, await this.readBuiltIn(), { own: null, clauses: this.#active.clauses }),
    )
  }

  /** The policies that come with the program, with the clauses that people voted for. @throws CascadeError INTERNAL. */
  async readBuiltIn(): Promise<ShelvedBundle> {
    const { clauses } = this.#active
    if (clauses.length === 0) return BUILT_IN
    const files = filesOf(null, clauses)
    const { bundle } = await this.#options.read(files)
    if (bundle === undefined) throw new CascadeError('INTERNAL', 'Clauses of the constitution are not sound any more.')
    return { files, bundle }
  }

  /** Clauses in force that this version can read: what cannot be read keeps nobody from mending the instance. */
  async #soundClauses(): Promise<readonly PolicyFile[]> {
    const { clauses } = (await this.#shelf.active().catch((error: unknown) => {
      if (isCascadeError(error) && error.code === 'DATA_CORRUPT') return { clauses: [] }
      throw error
    })) ?? { clauses: [] }
    if (clauses.length === 0) return []
    const { bundle } = await this.#options.read(filesOf(null, clauses))
    return bundle === undefined ? [] : clauses
  }

  async #put(
    grant: ApplyGrant,
    shelved: ShelvedBundle,
    { own, clauses }: Pick<ActiveBundle, 'own' | 'clauses'>,
    amended: readonly AskedClause[] = [],
  ): Promise<void> {
    const { store, clock } = this.#options
    const { digest, policies } = shelved.bundle
    const active: ActiveBundle = { digest, appliedAt: clock(), appliedBy: grant.subject, own, clauses }
    // Compiled before it is written: what cannot be is not put in force.
    const armed = await this.arm(shelved)
    const told = { bundle: digest, previous: this.#active.digest, policies: policies.length }
    const amendment = tellAmendment(grant, amended, this.#active.clauses, digest)
    const [outcome] = await store.append([
      {
        id: sha256Hex(`policies:${grant.decisionId}`).slice(0, 32),
        grant,
        changes: this.#shelf.put(grant, active, shelved),
        records: [toRecord(grant, 'policy.applied', 'governance/policies', told, {}), ...amendment.records],
        events: [{ type: 'cascade.policy.applied', subject: 'governance/policies', data: told }, ...amendment.events],
      },
    ])
    if (outcome?.ok !== true) throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing.')
    this.#options.gate.arm(armed)
    this.#active = active
  }

  /** Ready to decide by, and not in force. */
  async arm({ bundle, files }: ShelvedBundle): Promise<ArmedBundle> {
    const { gate, fallback } = this.#options
    if (!gate.isDoubted) return armWhole(bundle, files, fallback)
    const cedar = await fallback(bundle)
    return { ...armBundle(bundle, files, cedar), decider: cedar }
  }
}

const isSame = (one: readonly PolicyFile[], other: readonly PolicyFile[]): boolean =>
  JSON.stringify(one) === JSON.stringify(other)
