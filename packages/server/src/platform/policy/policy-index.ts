import type { CompiledPolicy, Scope } from './compile-policy.ts'
import { ancestorsOf, type Frame } from './frame.ts'
import type { ScopePart } from './policy-json.ts'
import type { EntityRef } from './value.ts'

/** Stands for any action. */
const ANY = '*'

/** Policies of one action, by the one thing that they ask of principal or resource. */
interface ByScope {
  /** They ask for nothing. */
  readonly any: CompiledPolicy[]
  readonly principal: Lookup
  readonly resource: Lookup
}

/** By the key of an entity, and by its type: a type holds no quote and a key does, so neither is taken for the other. */
type Lookup = Map<string, CompiledPolicy[]>

/** One thing that a policy asks for. */
interface Anchor {
  readonly part: 'principal' | 'resource'
  readonly name: string
}

/**
 * Policies by what they ask of the action, and by one thing that they ask of principal or resource: a request is held against
 * those alone that it may match, however many others there are.
 */
export class PolicyIndex {
  readonly #byAction = new Map<string, ByScope>()

  constructor(policies: readonly CompiledPolicy[]) {
    const frequency = Map.groupBy(policies.flatMap(anchorsOf), nameOf)
    const countOf = (anchor: Anchor): number => frequency.get(nameOf(anchor))?.length ?? 0
    for (const policy of policies) {
      // Of several things that it asks for, the one that the fewest others ask for, too.
      const [anchor] = anchorsOf(policy).sort((one, other) => countOf(one) - countOf(other))
      for (const action of actionsOf(policy)) listOf(this.#ofAction(action), anchor).push(policy)
    }
  }

  /** The policies that may match, each once. */
  find(frame: Frame): readonly CompiledPolicy[] {
    const found: CompiledPolicy[] = []
    const above = ancestorsOf(frame, frame.action)
    this.#gather(ANY, frame, found)
    this.#gather(frame.action.key, frame, found)
    for (const group of above) this.#gather(group, frame, found)
    // One that names several actions is found by each that the action is below.
    return above.size === 0 ? found : [...new Set(found)]
  }

  #gather(action: string, frame: Frame, found: CompiledPolicy[]): void {
    const byScope = this.#byAction.get(action)
    if (byScope === undefined) return
    found.push(...byScope.any)
    gatherBy(byScope.principal, frame.principal, frame, found)
    gatherBy(byScope.resource, frame.resource, frame, found)
  }

  #ofAction(action: string): ByScope {
    const byScope = this.#byAction.get(action) ?? { any: [], principal: new Map(), resource: new Map() }
    this.#byAction.set(action, byScope)
    return byScope
  }
}

function gatherBy(lookup: Lookup, entity: EntityRef, frame: Frame, found: CompiledPolicy[]): void {
  if (lookup.size === 0) return
  add(lookup.get(entity.type), found)
  add(lookup.get(entity.key), found)
  for (const key of ancestorsOf(frame, entity)) add(lookup.get(key), found)
}

function add(policies: readonly CompiledPolicy[] | undefined, found: CompiledPolicy[]): void {
  if (policies !== undefined) found.push(...policies)
}

function listOf(byScope: ByScope, anchor: Anchor | undefined): CompiledPolicy[] {
  if (anchor === undefined) return byScope.any
  const lookup = byScope[anchor.part]
  const list = lookup.get(anchor.name) ?? []
  lookup.set(anchor.name, list)
  return list
}

/** The actions that a policy names, or the groups. */
const actionsOf = ({ scopes }: CompiledPolicy): readonly string[] => {
  const { within } = scopeOf(scopes, 'action')
  return within === undefined ? [ANY] : [...new Set(within)]
}

/** What a policy asks of principal and resource: one anchor for each; none where it asks for nothing. */
const anchorsOf = ({ scopes }: CompiledPolicy): Anchor[] =>
  (['principal', 'resource'] as const).flatMap((part) => {
    const { within, type } = scopeOf(scopes, part)
    const name = within?.[0] ?? type
    return name === undefined ? [] : [{ part, name }]
  })

const nameOf = ({ part, name }: Anchor): string => `${part} ${name}`

const scopeOf = (scopes: readonly Scope[], part: ScopePart): Pick<Scope, 'within' | 'type'> =>
  scopes.find((scope) => scope.part === part) ?? { within: undefined, type: undefined }
