import type { Action } from '@forge-cascade/contract'
import { saltedDigest, systemRandom } from '#base'
import { type CapsuleDraft, makeDraft, makeVersionDraft } from '#capsules'
import type { Change, Command } from '#store'
import type { Store } from '../../src/domain/store.ts'
import { mintGrant } from '../../src/platform/store/mint-grant.ts'
import { asRecord } from '../../src/platform/store/testing/as-record.ts'
import { contentOf, MODEL, pairTag, type Step, vectorOf } from './workload.ts'

const FIRST = '1.0.0'
const AUTHOR = '01900000-0000-7000-8000-000000000001'

/** Which kind of step a number below 1 means: the first whose bound it is below. */
const KINDS: readonly (readonly [Step['kind'], number])[] = [
  ['create', 0.4],
  ['pair', 0.55],
  ['version', 0.75],
  ['trust', 0.9],
  ['link', 1],
]

const ACTION_OF = {
  create: 'capsule.create',
  pair: 'capsule.create',
  version: 'capsule.update',
  trust: 'capsule.trust',
  link: 'capsule.link',
} as const satisfies Record<Step['kind'], Action>

/** Thinks of one command after another; those about capsules that are there choose among its own. */
export class CrashWriter {
  readonly #store: Store
  readonly #newId: () => string
  readonly #minors = new Map<string, number>()
  #state: number
  #count = 0

  constructor(store: Store, seed: number, newId: () => string) {
    this.#store = store
    this.#newId = newId
    this.#state = seed >>> 0
  }

  next(commandId: string): { readonly step: Step; readonly command: Command } {
    const step = this.#step(this.#kind())
    return { step, command: this.#command(commandId, step) }
  }

  /** Remembers what was acknowledged, for later steps to build on. */
  note(step: Step): void {
    if (step.kind === 'create' || step.kind === 'pair') this.#minors.set(step.id, 0)
    if (step.kind === 'version') this.#minors.set(step.id, Number(step.version.split('.')[1]))
  }

  #kind(): Step['kind'] {
    if (this.#minors.size < 2) return 'create'
    const drawn = this.#random()
    return KINDS.find(([, bound]) => drawn < bound)?.[0] ?? 'create'
  }

  #step(kind: Step['kind']): Step {
    if (kind === 'create') return { kind, id: this.#newId() }
    if (kind === 'pair') return { kind, id: this.#newId(), partner: this.#newId() }
    const [id, other] = this.#twoOfMine()
    if (kind === 'version') return { kind, id, version: `1.${(this.#minors.get(id) ?? 0) + 1}.0` }
    if (kind === 'trust') return { kind, id, reason: `reason ${++this.#count} of ${commandMark(this.#state)}` }
    return { kind, id, to: other }
  }

  #twoOfMine(): readonly [string, string] {
    const ids = [...this.#minors.keys()]
    const first = Math.floor(this.#random() * ids.length)
    const step = 1 + Math.floor(this.#random() * (ids.length - 1))
    return [ids[first] ?? '', ids[(first + step) % ids.length] ?? '']
  }

  #command(id: string, step: Step): Command {
    const subject = `capsule/${step.id}`
    const fields = { decisionId: id, resource: subject, subject: AUTHOR, correlationId: id, reach: 'command' } as const
    const grant = mintGrant({ ...fields, action: ACTION_OF[step.kind] })
    const payload = { step: step.kind }
    const { changes, draft } = this.#changes(grant, step)
    // The store's own check compares the content of a version with the digest that its record holds.
    const digests: Record<string, string> = draft ? { content: saltedDigest(draft.digestKey, draft.content) } : {}
    const version = draft ? { version: step.kind === 'version' ? step.version : FIRST } : {}
    return {
      id,
      grant,
      changes,
      records: [
        asRecord({
          category: 'capsule',
          type: `crash.${step.kind}`,
          actor: AUTHOR,
          correlationId: id,
          subject,
          digests,
          payload: { ...payload, ...version },
        }),
      ],
      events: [{ type: `cascade.crash.${step.kind}`, subject, data: payload }],
    }
  }

  #changes(
    grant: Command['grant'],
    step: Step,
  ): { readonly changes: readonly Change[]; readonly draft?: CapsuleDraft } {
    const { capsules } = this.#store
    if (step.kind === 'trust') return { changes: [capsules.setTrust(grant, step.id, this.#trust(), step.reason)] }
    if (step.kind === 'link') return { changes: [capsules.link(grant, step.id, step.to, 'RELATED_TO')] }
    if (step.kind === 'version') {
      const draft = draftOf(step.id, step.version, [])
      return { draft, changes: [capsules.addVersion(grant, makeVersionDraft(draft, step.version, null))] }
    }
    const draft = draftOf(step.id, FIRST, step.kind === 'pair' ? [pairTag(step.partner)] : [])
    const create = capsules.create(grant, draft, 'none')
    if (step.kind === 'create') return { draft, changes: [create] }
    const partner = capsules.create(grant, draftOf(step.partner, FIRST, [pairTag(step.id)]), 'none')
    return { draft, changes: [create, partner, capsules.link(grant, step.id, step.partner, 'RELATED_TO')] }
  }

  #trust = (): number => 40 + Math.floor(this.#random() * 60)

  /** Linear congruential generator of Numerical Recipes. */
  #random(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0
    return this.#state / 2 ** 32
  }
}

const commandMark = (state: number): string => state.toString(36)

function draftOf(id: string, version: string, tags: readonly string[]): CapsuleDraft {
  const embedding = { model: MODEL, vector: vectorOf(id, version) }
  const identity = { id, owner: AUTHOR, author: AUTHOR, trust: 60, embedding, validFrom: null }
  return makeDraft({ ...PLAIN, content: contentOf(id, version), tags }, identity, systemRandom)
}

const PLAIN = {
  type: 'knowledge',
  title: null,
  category: null,
  licence: 'private',
  licenceTerms: null,
  identity: null,
  lane: null,
  fold: null,
  metadata: {},
  source: null,
  parents: [],
} as const
