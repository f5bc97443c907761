import { MESH_LIMITS } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import { type Change, type Command, type Grant, type StoredRecord, toRecord } from '#store'
import { appendOne, type MeshStore } from './lane-store.ts'
import { DEAD_LETTERS, type DeadLetter, laneName } from './mesh-rows.ts'

/** Dead letters that one call replays or discards. */
export const LETTERS_PER_CALL_MAX = 500

/** Which dead letters: named ones, or all of a route, or of all. */
export interface LetterChoice {
  readonly ids?: readonly string[]
  readonly route?: string
}

export interface LetterPage {
  readonly items: readonly StoredRecord<DeadLetter>[]
  readonly next: string | undefined
}

interface LetterCall<A extends 'mesh.replay' | 'mesh.discard'> {
  readonly grant: Grant<A>
  readonly command: Pick<Command, 'id' | 'bodyDigest'>
}

/** What was given up: seen, delivered again, or given up for good. */
export class DeadLetters {
  readonly #store: MeshStore

  constructor(store: MeshStore) {
    this.#store = store
  }

  /** In the order of their events. */
  async list({
    route,
    ...page
  }: {
    readonly route?: string
    readonly limit: number
    readonly after?: string
  }): Promise<LetterPage> {
    const { records } = this.#store
    return route === undefined
      ? records.list<DeadLetter>(DEAD_LETTERS, page)
      : records.listBy<DeadLetter>(DEAD_LETTERS, 'route', route, page)
  }

  /** How many there are of each sink of some routes, by the name of the lane; of a route as many as are counted. */
  async count(routes: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>()
    for (const route of routes) {
      const { items } = await this.list({ route, limit: MESH_LIMITS.deadCounted })
      for (const { value } of items) {
        const lane = laneName(value.route, value.sink)
        counts.set(lane, (counts.get(lane) ?? 0) + 1)
      }
    }
    return counts
  }

  /**
   * Has dead letters delivered again, in the order of their events: at most `LETTERS_PER_CALL_MAX`.
   *
   * @returns their number, and the lanes that are to deliver them.
   * @throws CascadeError NOT_FOUND where a named one is not there.
   */
  async replay(
    { grant, command }: LetterCall<'mesh.replay'>,
    choice: LetterChoice,
  ): Promise<{ readonly events: number; readonly lanes: ReadonlySet<string> }> {
    const letters = (await this.#choose(choice, (one) => one.replaying === '')).filter(
      ({ value }) => value.replaying === '',
    )
    const lanes = new Set(letters.map(({ value }) => laneName(value.route, value.sink)))
    const { records } = this.#store
    const changes = letters.map(({ key, value, revision }) =>
      records.put(
        grant,
        DEAD_LETTERS,
        key,
        { ...value, replaying: laneName(value.route, value.sink) },
        { expectedRevision: revision },
      ),
    )
    await this.#write('mesh.replayed', { grant, command }, changes)
    return { events: letters.length, lanes }
  }

  /** Gives dead letters up for good; what they were about stays in the log. Answers and fails as `replay` does. */
  async discard({ grant, command }: LetterCall<'mesh.discard'>, choice: LetterChoice): Promise<number> {
    const letters = await this.#choose(choice, () => true)
    const { records } = this.#store
    const changes = letters.map(({ key, revision }) =>
      records.delete(grant, DEAD_LETTERS, key, { expectedRevision: revision }),
    )
    await this.#write('mesh.discarded', { grant, command }, changes)
    return letters.length
  }

  async #choose(
    { ids, route }: LetterChoice,
    isWanted: (letter: DeadLetter) => boolean,
  ): Promise<readonly StoredRecord<DeadLetter>[]> {
    if (ids !== undefined) return Promise.all([...new Set(ids)].map((id) => this.#get(id)))
    const found: StoredRecord<DeadLetter>[] = []
    for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
      const page: LetterPage = await this.list({
        ...(route !== undefined && { route }),
        limit: PER_PAGE,
        ...(after !== undefined && { after }),
      })
      found.push(...page.items.filter(({ value }) => isWanted(value)))
      if (found.length >= LETTERS_PER_CALL_MAX) return found.slice(0, LETTERS_PER_CALL_MAX)
      after = page.next
    }
    return found
  }

  async #get(id: string): Promise<StoredRecord<DeadLetter>> {
    const found = await this.#store.records.find<DeadLetter>(DEAD_LETTERS, id)
    if (found) return found
    throw new CascadeError('NOT_FOUND', `There is no dead letter ${id}; \`mesh dead\` lists those that there are.`)
  }

  async #write(
    type: 'mesh.replayed' | 'mesh.discarded',
    { grant, command }: LetterCall<'mesh.replay' | 'mesh.discard'>,
    changes: readonly Change[],
  ): Promise<void> {
    if (changes.length === 0) return
    const data = { events: changes.length }
    await appendOne(this.#store, {
      ...command,
      grant,
      changes,
      records: [toRecord(grant, type, 'system/mesh', data, {})],
      events: [{ type: `cascade.${type}`, subject: 'system/mesh', data: { id: 'mesh', ...data } }],
    })
  }
}

const PER_PAGE = 1000
