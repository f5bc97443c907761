import { CascadeError, canonicalJson, sha256Hex } from '#base'
import { type AskedValue, type Config, type ValueChange, type VotedValue, type VotedValues, votedWith } from '#config'
import { type Grant, type RecordPage, type Records, toRecord, type UnitOfWork } from '#store'
import { SETTINGS } from './proposal-row.ts'

/** What the configuration does with what people vote for. */
export interface SettingsPort {
  /** @throws CascadeError UNPROCESSABLE, CONFLICT. @see LiveConfig.tryVote */
  tryVote(asked: readonly AskedValue[]): readonly ValueChange[]
  /** What would count with values that are to be voted on. @see LiveConfig.after */
  after(asked: readonly AskedValue[]): Config
  /** @returns keys whose value does not count. @see LiveConfig.vote */
  vote(voted: VotedValues): readonly string[]
}

export interface VotedSettingsOptions {
  readonly store: Pick<UnitOfWork, 'append'> & { readonly records: Records }
  readonly port: SettingsPort
}

/** A value that was voted for; the key is that of the configuration. */
interface SettingRow extends VotedValue {
  readonly v: 1
  readonly key: string
}

const PER_PAGE = 1000

/** Settings that people changed by vote: kept, and told to the configuration, at each start as well. */
export class VotedSettings {
  readonly #options: VotedSettingsOptions
  #voted: VotedValues = new Map()

  constructor(options: VotedSettingsOptions) {
    this.#options = options
  }

  /** Takes over what was voted for before. @returns keys whose value does not count, as it fits this version no more. */
  async open(): Promise<readonly string[]> {
    const { port, store } = this.#options
    const found = new Map<string, VotedValue>()
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: RecordPage<SettingRow> = await store.records.list(SETTINGS.name, {
        limit: PER_PAGE,
        ...(after !== '' && { after }),
      })
      for (const { value: row } of page.items) found.set(row.key, { value: row.value, proposal: row.proposal })
      after = page.next
    }
    this.#voted = found
    return port.vote(found)
  }

  /** With what counts now. @throws CascadeError UNPROCESSABLE, CONFLICT. */
  resolve(asked: readonly AskedValue[]): readonly ValueChange[] {
    return this.#options.port.tryVote(asked)
  }

  /** What would count with values that are to be voted on. */
  after(asked: readonly AskedValue[]): Config {
    return this.#options.port.after(asked)
  }

  /** What was voted for keys, to bring it back; null where nothing was. */
  votedFor(changes: readonly AskedValue[]): readonly AskedValue[] {
    return changes.map(({ key }) => ({ key, value: this.#voted.get(key)?.value ?? null }))
  }

  /** Has values count that were passed. @throws CascadeError UNPROCESSABLE, CONFLICT where they cannot. */
  async apply(
    { grant }: { readonly grant: Grant<'proposal.execute'> },
    changes: readonly AskedValue[],
    proposal: string,
  ): Promise<void> {
    const { port, store } = this.#options
    port.tryVote(changes)
    const next = votedWith(this.#voted, changes, proposal)
    const keysOf = (isSet: boolean) => changes.filter(({ value }) => (value !== null) === isSet).map(({ key }) => key)
    const [set, unset] = [keysOf(true), keysOf(false)]
    const values = Object.fromEntries([...next].map(([key, { value }]) => [key, value]))
    const told = { set, unset, digest: sha256Hex(canonicalJson(values)) }
    const [outcome] = await store.append([
      {
        id: sha256Hex(`settings:${grant.decisionId}`).slice(0, 32),
        grant,
        changes: [
          ...set.map((key) => store.records.put(grant, SETTINGS.name, key, { v: 1, key, ...next.get(key) })),
          ...unset.filter((key) => this.#voted.has(key)).map((key) => store.records.delete(grant, SETTINGS.name, key)),
        ],
        records: [toRecord(grant, 'configuration.changed', 'governance/settings', told, {})],
        events: [{ type: 'cascade.configuration.changed', subject: 'governance/settings', data: told }],
      },
    ])
    if (outcome?.ok !== true) throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing.')
    this.#voted = next
    port.vote(next)
  }
}
