import type { Command } from '#store'
import { pick } from '../../../platform/store/testing.ts'
import type { Store } from '../../store.ts'
import type { LineageQuery } from '../capsule-store.ts'
import { createCommand, draftOf, parentOf, statusCommand, trustCommand, versionCommand, versionOf } from '../testing.ts'
import { effectiveTrust } from '../trust.ts'

/** One operation, what it must end with, and how the model follows it. */
interface Step {
  readonly command: Command
  readonly code: 'carried out' | 'LINEAGE_CYCLE'
}

interface Member {
  trust: number
  status: 'ACTIVE' | 'ARCHIVED' | 'QUARANTINED'
  /** Parents of each version, oldest first. */
  readonly versions: string[][]
}

const PARENTS_MAX = 3

/**
 * A brute-force model of lineage and trust: a list of capsules and what each version names as parents. Every answer is
 * worked out anew from the whole list.
 */
export class LineageWorld {
  readonly members = new Map<string, Member>()
  readonly owner: string
  readonly #random: () => number
  readonly #trusts: readonly number[]

  /** @param trusts values that trust takes in this world. */
  constructor(owner: string, random: () => number, trusts: readonly number[]) {
    this.owner = owner
    this.#random = random
    this.#trusts = trusts
  }

  get ids(): string[] {
    return [...this.members.keys()]
  }

  /** A random operation on the world as the operations before have left it. */
  step(store: Store): Step {
    const chance = this.#random()
    if (this.members.size < 3 || chance < 0.45) return this.#create(store)
    if (chance < 0.65) return this.#addVersion(store)
    if (chance < 0.8) return this.#setStatus(store)
    return this.#setTrust(store)
  }

  /** Least steps from the start for each capsule that is reached. */
  reach(
    start: string,
    { direction, depthMax = Number.POSITIVE_INFINITY }: Omit<LineageQuery, 'nodesMax'>,
  ): Map<string, number> {
    const edges = this.edges()
    const reached = new Map([[start, 0]])
    for (let depth = 1, before = 0; depth <= depthMax && before < reached.size; depth++) {
      before = reached.size
      const frontier = new Set(
        reached
          .entries()
          .filter(([, at]) => at === depth - 1)
          .map(([id]) => id),
      )
      for (const { child, parent } of edges) {
        const [from, to] = direction === 'ancestors' ? [child, parent] : [parent, child]
        if (frontier.has(from) && !reached.has(to)) reached.set(to, depth)
      }
    }
    return reached
  }

  /** Each child with each parent that any of its versions names; current when the head does. */
  edges(): { readonly child: string; readonly parent: string; readonly current: boolean }[] {
    return [...this.members].flatMap(([child, { versions }]) =>
      [...new Set(versions.flat())].map((parent) => ({ child, parent, current: versions.at(-1)!.includes(parent) })),
    )
  }

  /** What every capsule deserves, from its own trust and its head's parents. */
  deserved(): Map<string, number> {
    const known = new Map<string, number>()
    for (const id of this.members.keys()) this.#deserves(id, known)
    return known
  }

  #deserves(id: string, known: Map<string, number>): number {
    const before = known.get(id)
    if (before !== undefined) return before
    const { trust, status, versions } = this.members.get(id)!
    const parents = versions.at(-1)!.map((parent) => this.#deserves(parent, known))
    const value = effectiveTrust({ trust, quarantined: status === 'QUARANTINED', parents })
    known.set(id, value)
    return value
  }

  #create(store: Store): Step {
    const parents = this.#someParents()
    const trust = pick(this.#random, this.#trusts)
    const draft = draftOf({ owner: this.owner, trust, parents: parents.map((id) => parentOf(id)) })
    this.members.set(draft.id, { trust, status: 'ACTIVE', versions: [parents] })
    return { command: createCommand(store, draft), code: 'carried out' }
  }

  #addVersion(store: Store): Step {
    const id = pick(this.#random, this.ids)
    const { versions } = this.members.get(id)!
    const parents = this.#someParents()
    const below = this.reach(id, { direction: 'descendants' })
    const draft = versionOf(draftOf({ id }), `1.${versions.length}.0`, {
      parents: parents.map((parent) => parentOf(parent)),
    })
    const code = parents.some((parent) => below.has(parent)) ? 'LINEAGE_CYCLE' : 'carried out'
    if (code === 'carried out') versions.push(parents)
    return { command: versionCommand(store, draft), code }
  }

  #setStatus(store: Store): Step {
    const id = pick(this.#random, this.ids)
    const status = pick(this.#random, ['ACTIVE', 'ACTIVE', 'ARCHIVED', 'QUARANTINED'] as const)
    this.members.get(id)!.status = status
    return { command: statusCommand(store, id, status), code: 'carried out' }
  }

  #setTrust(store: Store): Step {
    const [id, trust] = [pick(this.#random, this.ids), pick(this.#random, this.#trusts)]
    this.members.get(id)!.trust = trust
    return { command: trustCommand(store, id, trust), code: 'carried out' }
  }

  /** Mostly among the youngest, so that chains grow long. */
  #someParents(): string[] {
    const ids = this.ids
    const pool = this.#random() < 0.5 ? ids.slice(-5) : ids
    if (pool.length === 0) return []
    const count = Math.floor(this.#random() * (PARENTS_MAX + 1))
    return [...new Set(Array.from({ length: count }, () => pick(this.#random, pool)))]
  }
}
