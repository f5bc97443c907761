import type { CompiledPolicy, Scope } from './compile-policy.ts'
import type { Frame } from './frame.ts'
import type { ScopePart } from './policy-json.ts'
import type { EntityRef } from './value.ts'

/** Stands for any action, principal or resource. */
const ANY = '*'

type ByScope = Map<string, CompiledPolicy[]>

/**
 * Policies by what they ask of the action, and by one thing that they ask of principal or resource: a request is held against
 * those alone that it may match, however many others there are.
 */
export class PolicyIndex {
  readonly #byAction = new Map<string, ByScope>()

  constructor(policies: readonly CompiledPolicy[]) {
    const frequency = Map.groupBy(policies.flatMap(scopeAnchors), (anchor) => anchor)
    const countOf = (anchor: string): number => frequency.get(anchor)?.length ?? 0
    for (const policy of policies) {
      // Of several things that it asks for, the one that the fewest others ask for, too.
      const [scope = ANY] = scopeAnchors(policy).sort((one, other) => countOf(one) - countOf(other))
      for (const action of actionAnchors(policy)) this.#add(action, scope, policy)
    }
  }

  /** The policies that may match, each once. */
  find(frame: Frame): readonly CompiledPolicy[] {
    const scopes = [ANY, ...scopesOf('principal', frame), ...scopesOf('resource', frame)]
    const found: CompiledPolicy[] = []
    const above = ancestorsOf(frame.action, frame)
    for (const action of [ANY, frame.action.key, ...above]) {
      const byScope = this.#byAction.get(action)
      if (byScope === undefined) continue
      for (const scope of scopes) {
        const policies = byScope.get(scope)
        if (policies !== undefined) found.push(...policies)
      }
    }
    // One that names several actions is found by each that the action is below.
    return above.size === 0 ? found : [...new Set(found)]
  }

  #add(action: string, scope: string, policy: CompiledPolicy): void {
    const byScope = this.#byAction.get(action) ?? new Map<string, CompiledPolicy[]>()
    this.#byAction.set(action, byScope)
    const policies = byScope.get(scope) ?? []
    byScope.set(scope, policies)
    policies.push(policy)
  }
}

/** An action that is named, or below one of several. */
const actionAnchors = ({ scopes }: CompiledPolicy): readonly string[] => {
  const { within } = scopeOf(scopes, 'action')
  return within === undefined ? [ANY] : [...new Set(within)]
}

/** What a policy asks of principal and resource, a key for each; none where it asks for nothing. */
const scopeAnchors = ({ scopes }: CompiledPolicy): string[] =>
  (['principal', 'resource'] as const).flatMap((part) => {
    const { within, type } = scopeOf(scopes, part)
    const [key] = within ?? []
    if (key !== undefined) return [PREFIX[part] + key]
    return type === undefined ? [] : [`${PREFIX[part]}${type}`]
  })

const scopeOf = (scopes: readonly Scope[], part: ScopePart): Pick<Scope, 'within' | 'type'> =>
  scopes.find((scope) => scope.part === part) ?? { within: undefined, type: undefined }

/** A type holds no quote and a key does: neither can be taken for the other. */
const PREFIX = { principal: 'p ', resource: 'r ' } as const

function scopesOf(part: 'principal' | 'resource', frame: Frame): readonly string[] {
  const entity = frame[part]
  const prefix = PREFIX[part]
  const scopes = [prefix + entity.type, prefix + entity.key]
  for (const key of ancestorsOf(entity, frame)) scopes.push(prefix + key)
  return scopes
}

const NONE: ReadonlySet<string> = new Set()
const ancestorsOf = ({ key }: EntityRef, { entities }: Frame): ReadonlySet<string> =>
  entities.get(key)?.ancestors ?? NONE
