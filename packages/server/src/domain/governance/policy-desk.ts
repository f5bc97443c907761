import { setImmediate as pause } from 'node:timers/promises'
import { CascadeError, type Clock, sha256Hex } from '#base'
import type { Subject } from '#identity'
import type { BundleReading, FallbackEngine, PolicyBundle, PolicyFile } from '#policy'
import { type Grant, toRecord, type UnitOfWork } from '#store'
import {
  type ArmedBundle,
  armBundle,
  armWhole,
  BUILT_IN_BUNDLE,
  BUILT_IN_FILES,
  isConstitutional,
} from './armed-bundle.ts'
import { decideFrom } from './decide-from.ts'
import type { GateRequest } from './gate.ts'
import type { GovernanceGate } from './governance-gate.ts'
import { writeInteger } from './integer-json.ts'
import { judgeAnnotations } from './judge-annotations.ts'
import { GOING_BACK } from './own-work.ts'
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

/** Files of every bundle that nobody puts others in the place of. */
const CONSTITUTION_FILE = 'constitution.cedar'
/** How a policy says that it is of the constitution; one that says so in another way is refused when it is read. */
const CONST_ID = /@id\(\s*"(const\.[^"]*)"\s*\)/
const FIXED = new Set([CONSTITUTION_FILE, SCHEMA_FILE])
/** What has to stay possible for whoever applies policies: to apply others, as the API asks, and the name of their place. */
const KEPT_OF_APPLIER = [
  ['policy.apply', '*'],
  ['policy.apply', 'governance/policies'],
  ['policy.apply', GOING_BACK],
] as const
/** What has to for the administrator of the instance, as whom the command line comes on its machine: the kill switch, too. */
const KEPT_OF_FOUNDER = [
  ...KEPT_OF_APPLIER,
  ['emergency.read', '*'],
  ['emergency.raise', '*'],
  ['emergency.lift', '*'],
] as const
/** Above every risk. */
const RISK_NEVER = 101
/** Files of every bundle that nobody puts others in the place of: the constitution and the schema. */
export const fixedFiles = (): readonly PolicyFile[] => BUILT_IN_FILES.filter(({ path }) => FIXED.has(path))

/**
 * The files without those that come with the program and are as they are there: whoever hands in a folder that `policy show --to`
 * wrote leaves them as they are.
 */
function withoutFixed(given: readonly PolicyFile[]): readonly PolicyFile[] {
  const texts = new Map(fixedFiles().map(({ path, text }) => [path, text]))
  return given.filter(({ path, text }) => texts.get(path) !== text)
}

/**
 * The policies in force: those that come with the program, or an instance's own in their place; the constitution and what
 * policies may speak of always belong to it. What is not sound is refused, and what was good until then stays.
 */
export class PolicyDesk {
  readonly #options: PolicyDeskOptions
  readonly #shelf: PolicyShelf
  #active: ActiveBundle

  constructor(options: PolicyDeskOptions) {
    this.#options = options
    this.#shelf = new PolicyShelf(options.store.records)
    this.#active = { digest: options.gate.bundle.digest, appliedAt: 0, appliedBy: '', own: null }
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
    if (found?.own == null) {
      if (found?.digest === BUILT_IN_BUNDLE.digest) this.#active = found
      else await this.#put(call.grant(), { files: BUILT_IN_FILES, bundle: BUILT_IN_BUNDLE }, null)
      return
    }
    const kept = await this.#shelf.find(found.digest)
    const files = [...fixedFiles(), ...found.own]
    if (kept !== undefined && isSame(kept.files, files)) {
      this.#options.gate.arm(await this.#arm(kept))
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
    await this.#put(call.grant(), { files, bundle }, found.own)
  }

  /** A bundle that was in force once, ready to decide by. */
  async find(digest: string): Promise<ArmedBundle | undefined> {
    if (digest === this.bundle.digest) return this.bundle
    const found = await this.#findShelved(digest)
    return found && this.#arm(found)
  }

  /** The files of a bundle that was in force once, as they are written. */
  async findFiles(digest: string): Promise<readonly PolicyFile[] | undefined> {
    return (await this.#findShelved(digest))?.files
  }

  /** A start decides by what comes with the program until it has read what is in force: that may never have been shelved. */
  async #findShelved(digest: string): Promise<ShelvedBundle | undefined> {
    if (digest === BUILT_IN_BUNDLE.digest) return { files: BUILT_IN_FILES, bundle: BUILT_IN_BUNDLE }
    return this.#shelf.find(digest)
  }

  /** Files of the instance itself in a bundle that was in force once. @throws CascadeError NOT_FOUND. */
  async ownFilesOf(digest: string): Promise<readonly PolicyFile[]> {
    const found = await this.#findShelved(digest)
    if (found) return found.files.filter(({ path }) => !FIXED.has(path))
    throw new CascadeError('NOT_FOUND', `No policies with the digest ${digest} were ever in force.`)
  }

  /** The rule of the constitution that files would change, or add to it; undefined where they leave it alone. */
  clauseTouched(own: readonly PolicyFile[]): { readonly clause: string; readonly reason: string } | undefined {
    for (const { path, text } of withoutFixed(own)) {
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
    const own = withoutFixed(given)
    for (const { path } of own) {
      if (FIXED.has(path) || !path.endsWith('.cedar')) {
        const why = FIXED.has(path)
          ? 'comes with the program, which has another text'
          : 'is no file of policies (….cedar)'
        throw new CascadeError('UNPROCESSABLE', `${path} ${why}: leave it out.`)
      }
    }
    const files = [...fixedFiles(), ...own]
    const reading = judgeAnnotations(await this.#options.read(files))
    const constitutional = reading.bundle?.policies.find(
      ({ id, file }) => isConstitutional(id) && file !== CONSTITUTION_FILE,
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
    const { bundle, files, findings, own } = await this.read(given)
    if (bundle === undefined) return { bundle, findings }
    await this.#refuseLockOut(call.subject, { bundle, files })
    await this.#put(call.grant, { files, bundle }, own)
    return { bundle, findings }
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
    this.#active = { ...this.#active, digest }
    await this.reset(call)
    return before
  }

  /** Puts the policies that come with the program in force again. */
  async reset({ grant }: { readonly grant: ApplyGrant }): Promise<void> {
    await this.#put(grant, { files: BUILT_IN_FILES, bundle: BUILT_IN_BUNDLE }, null)
  }

  /** The policies of a change, ready to decide by and not in force; null for those that come with the program. @throws as `read`; UNPROCESSABLE for what is not sound. */
  async armOthers(given: readonly PolicyFile[] | null): Promise<ArmedBundle> {
    if (given === null) return this.#arm({ files: BUILT_IN_FILES, bundle: BUILT_IN_BUNDLE })
    const { bundle, files, findings } = await this.read(given)
    if (bundle !== undefined) return this.#arm({ files, bundle })
    const [first] = findings
    const why = first === undefined ? '' : ` ${first.file}:${first.line}: ${first.message}.`
    throw new CascadeError('UNPROCESSABLE', `These policies are not sound.${why}`)
  }

  /** Why policies would not be put in force: whom they would lock out, who applies them among others. */
  async findLockOut(applier: Subject, armed: ArmedBundle): Promise<string | undefined> {
    const { founder } = this.#options
    const kept = [
      ...KEPT_OF_APPLIER.map(([action, resource]) => ({ subject: applier, action, resource })),
      ...KEPT_OF_FOUNDER.map(([action, resource]) => ({ subject: founder, action, resource })),
    ]
    for (const { subject, action, resource } of kept) {
      // Each is asked at every risk: others have their turn in between.
      await pause()
      const refusal = this.#refusalUnder({ action, resource, subject, correlationId: '' }, armed)
      if (refusal === undefined) continue
      const what = action === 'policy.apply' ? 'apply others any more' : `do ${action} any more`
      return `Under these policies ${subject.name} could not ${what}${refusal.when}, so they are not put in force. ${refusal.why}`
    }
    return undefined
  }

  async #refuseLockOut(applier: Subject, shelved: ShelvedBundle): Promise<void> {
    const refusal = await this.findLockOut(applier, await this.#arm(shelved))
    if (refusal !== undefined) throw new CascadeError('CONFLICT', refusal)
  }

  /** What policies refuse at some risk, approved or not; undefined where they allow it whatever the moment is. */
  #refusalUnder(request: GateRequest, armed: ArmedBundle): { readonly when: string; readonly why: string } | undefined {
    const input = this.#options.gate.inputOf(request)
    const asked = { ...input, riskHold: RISK_NEVER, riskDeny: RISK_NEVER, bundle: armed.digest }
    for (const approval of [null, 'any']) {
      for (let risk = 0; risk < RISK_NEVER; risk++) {
        const { effect, reasons } = decideFrom({ ...asked, risk, approval }, armed)
        if (effect === 'allow') continue
        const when = risk > 0 ? ` at a risk of ${risk}` : approval === null ? '' : ' once it is approved'
        return { when, why: reasons.map(({ message }) => message).join(' ') }
      }
    }
    return undefined
  }

  async #put(grant: ApplyGrant, shelved: ShelvedBundle, own: readonly PolicyFile[] | null): Promise<void> {
    const { store, clock } = this.#options
    const { digest, policies } = shelved.bundle
    const active: ActiveBundle = { digest, appliedAt: clock(), appliedBy: grant.subject, own }
    // Compiled before it is written: what cannot be is not put in force.
    const armed = await this.#arm(shelved)
    const told = { bundle: digest, previous: this.#active.digest, policies: policies.length }
    const [outcome] = await store.append([
      {
        id: sha256Hex(`policies:${grant.decisionId}`).slice(0, 32),
        grant,
        changes: this.#shelf.put(grant, active, shelved),
        records: [toRecord(grant, 'policy.applied', 'governance/policies', told, {})],
        events: [{ type: 'cascade.policy.applied', subject: 'governance/policies', data: told }],
      },
    ])
    if (outcome?.ok !== true) throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing.')
    this.#options.gate.arm(armed)
    this.#active = active
  }

  async #arm({ bundle, files }: ShelvedBundle): Promise<ArmedBundle> {
    const { gate, fallback } = this.#options
    if (!gate.isDoubted) return armWhole(bundle, files, fallback)
    const cedar = await fallback(bundle)
    return { ...armBundle(bundle, files, cedar), decider: cedar }
  }
}

const isSame = (one: readonly PolicyFile[], other: readonly PolicyFile[]): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

/** Ids of the policies in which two bundles differ. */
export function comparePolicies(before: PolicyBundle, after: PolicyBundle) {
  const [old, fresh] = [before, after].map(
    ({ policies }) => new Map(policies.map(({ id, json }) => [id, JSON.stringify(json, writeInteger)])),
  ) as [Map<string, string>, Map<string, string>] // as many as bundles
  return {
    added: [...fresh.keys()].filter((id) => !old.has(id)).sort(),
    removed: [...old.keys()].filter((id) => !fresh.has(id)).sort(),
    changed: [...fresh]
      .filter(([id, json]) => old.has(id) && old.get(id) !== json)
      .map(([id]) => id)
      .sort(),
  }
}
