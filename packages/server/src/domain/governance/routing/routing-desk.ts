import { CascadeError, type Clock, inTurn, isCascadeError, sha256Hex } from '#base'
import { NO_RULES, type RoutingFinding, type RoutingReading, type RoutingRules } from '#routing'
import { type CollectionDefinition, type Grant, type Records, toRecord, type UnitOfWork } from '#store'

/** Which rules count, and the text they were read from. */
export const ROUTING_COLLECTION = { name: 'routing', indexes: [] } as const satisfies CollectionDefinition
const ACTIVE = 'active'

/** The rules that count, as they are kept over an end of the process. */
export interface ActiveRouting {
  /** SHA-256 of the text, hex. */
  readonly digest: string
  /** Null where there is no file. */
  readonly text: string | null
  /** Milliseconds since 1970; 0 where there never were any. */
  readonly appliedAt: number
  /** Subject id; empty where there never were any. */
  readonly appliedBy: string
}

export interface RoutingDeskOptions {
  readonly store: Pick<UnitOfWork, 'append'> & { readonly records: Records }
  readonly file: { stamp(): string | undefined; read(): string | undefined; write(text: string | undefined): void }
  readonly clock: Clock
  /** Reads rules, and holds them against the space of the instance. */
  readonly parse: (text: string) => RoutingReading
  /** Makes rules count; what it gives does so, once they are on record. @throws CascadeError CONFIG_INVALID for a key that is not there. */
  readonly arm: (rules: RoutingRules) => () => void
}

type Cause = 'call' | 'file'

/** No file: the digest of no text. */
const NOTHING: ActiveRouting = { digest: sha256Hex(''), text: null, appliedAt: 0, appliedBy: '' }

/**
 * The rules in force: those of the file, as they were sound last. Somebody changes them by a call, or the file by hand; both are
 * on record. What is not sound changes nothing.
 */
export class RoutingDesk {
  readonly #options: RoutingDeskOptions
  #active = NOTHING
  #stamp: string | undefined | null = null
  #findings: readonly RoutingFinding[] = []

  constructor(options: RoutingDeskOptions) {
    this.#options = options
  }

  get active(): ActiveRouting {
    return this.#active
  }

  /** What is wrong with the file as it lies there; empty where it is what counts. */
  get findings(): readonly RoutingFinding[] {
    return this.#findings
  }

  /** Goes by what counted last, until the file is looked at. Rules that are sound no more count no more. */
  async open(): Promise<void> {
    const found = await this.#options.store.records.find<ActiveRouting>(ROUTING_COLLECTION.name, ACTIVE)
    if (found === undefined) return
    this.#active = found.value
    const prepared = this.#prepare(found.value.text)
    if ('use' in prepared) prepared.use()
    else this.#findings = prepared.findings
  }

  /** Looks whether the file says something else, and goes by it where that is sound. True where it was looked at anew. */
  look(grant: () => Grant<'routing.apply'>): Promise<boolean> {
    return inTurn(this, 'rules', async () => {
      const stamp = this.#options.file.stamp()
      if (stamp === this.#stamp) return false
      const text = this.#readFile()
      if (text !== undefined) await this.#follow(text, grant)
      this.#stamp = stamp
      return true
    })
  }

  /** What rules would be, and what is wrong with them. */
  read(text: string): RoutingReading {
    return this.#options.parse(text)
  }

  /**
   * Puts rules in force, and into the file. What is not sound changes nothing.
   *
   * @param matches whether the rules that count now are those that the caller has seen.
   * @throws CascadeError REVISION_MISMATCH, UNPROCESSABLE where the file cannot be written or a key is not there.
   */
  apply(
    call: { readonly grant: Grant<'routing.apply'> },
    text: string,
    matches: (digest: string) => boolean,
  ): Promise<RoutingReading> {
    return inTurn(this, 'rules', async () => {
      this.requireMatch(matches)
      const reading = this.read(text)
      if (reading.rules === undefined) return reading
      const prepared = this.#prepare(text)
      if ('findings' in prepared)
        throw new CascadeError('UNPROCESSABLE', prepared.findings.map(({ message }) => message).join(' '))
      const { file } = this.#options
      if (this.#stamp !== null && file.stamp() !== this.#stamp)
        throw new CascadeError('REVISION_MISMATCH', 'The file was changed by hand a moment ago: read the rules again.')
      const before = file.read()
      file.write(text)
      try {
        await this.#put(call.grant, text, 'call', reading.rules)
      } catch (error) {
        // Not on record: the file says again what counts.
        file.write(before)
        throw error
      }
      prepared.use()
      this.#findings = []
      this.#stamp = file.stamp()
      return reading
    })
  }

  /** @throws CascadeError REVISION_MISMATCH. */
  requireMatch(matches: (digest: string) => boolean): void {
    if (matches(this.#active.digest)) return
    throw new CascadeError(
      'REVISION_MISMATCH',
      'The rules have changed since they were read: read them again, and apply the change to what counts now.',
    )
  }

  #readFile(): string | null | undefined {
    try {
      return this.#options.file.read() ?? null
    } catch (error) {
      if (!isCascadeError(error)) throw error
      this.#findings = [atTop(error.detail)]
      return undefined
    }
  }

  async #follow(text: string | null, grant: () => Grant<'routing.apply'>): Promise<void> {
    if (digestOf(text) === this.#active.digest) {
      // What was unsound before may be sound now: a key that came later, another version of the program.
      const prepared = this.#prepare(text)
      if ('use' in prepared) prepared.use()
      this.#findings = 'use' in prepared ? [] : prepared.findings
      return
    }
    const prepared = this.#prepare(text)
    if ('findings' in prepared) {
      this.#findings = prepared.findings
      return
    }
    await this.#put(grant(), text, 'file', prepared.rules)
    prepared.use()
    this.#findings = []
  }

  /** The rules of a text, ready to count; or why they cannot. */
  #prepare(
    text: string | null,
  ): { readonly rules: RoutingRules; readonly use: () => void } | { readonly findings: readonly RoutingFinding[] } {
    const { rules, findings } = text === null ? { rules: NO_RULES, findings: [] } : this.read(text)
    if (rules === undefined) return { findings }
    try {
      return { rules, use: this.#options.arm(rules) }
    } catch (error) {
      if (!isCascadeError(error)) throw error
      return { findings: [atTop(error.detail)] }
    }
  }

  async #put(grant: Grant<'routing.apply'>, text: string | null, cause: Cause, rules: RoutingRules): Promise<void> {
    const { store, clock } = this.#options
    const active = { digest: digestOf(text), text, appliedAt: clock(), appliedBy: grant.subject }
    const told = {
      ...{ digest: active.digest, previous: this.#active.digest, cause },
      ...{ rules: rules.rules.length, providers: Object.keys(rules.providers).length },
    }
    const [outcome] = await store.append([
      {
        id: sha256Hex(`routing:${grant.decisionId}`).slice(0, 32),
        grant,
        changes: [store.records.put(grant, ROUTING_COLLECTION.name, ACTIVE, active)],
        records: [toRecord(grant, 'routing.applied', 'system/routing', told, {})],
        events: [{ type: 'cascade.routing.applied', subject: 'system/routing', data: told }],
      },
    ])
    if (outcome?.ok !== true) throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing.')
    this.#active = active
  }
}

const digestOf = (text: string | null): string => sha256Hex(text ?? '')

const atTop = (message: string): RoutingFinding => ({
  ...{ severity: 'error', line: 1, path: '', message, fix: 'Correct it; until then what was sound last counts.' },
})
