import type { GateMode } from '@forge-cascade/contract/vocabulary'
import {
  CompiledEngine,
  type FallbackEngine,
  type PolicyBundle,
  type PolicyEngine,
  type PolicyFile,
  type PolicyJson,
  policiesOf,
  uidOf,
} from '#policy'
import builtIn from './built-in/built-in-policies.json' with { type: 'json' }
import { writeInteger } from './integer-json.ts'

/** What the annotations of a policy say of it. */
export interface Rule {
  /** The rule in a plain sentence; null where none is written. */
  readonly says: string | null
  /** `approval`: with somebody's approval it forbids no longer. */
  readonly curable: 'approval' | null
  /** Of what forbids: what permits always counts. */
  readonly mode: GateMode
  /** Share of subjects, 0-100, for whom it is enforced whatever its mode. */
  readonly canaryPercent: number
}

/** What a bundle says of reading capsules, as far as it can be told without a capsule. */
export interface ReadingRules {
  /** A forbid, other than the clauses of the constitution that come with the program, can concern it. */
  readonly isForbidden: boolean
  /** The permits by which the indexes find what a member may read are those that come with the program. */
  readonly isAsBuiltIn: boolean
  /** Ids of permits that hold for every capsule, whichever it is. */
  readonly ofAll: ReadonlySet<string>
}

/** Policies as the gate decides by them. */
export interface ArmedBundle {
  readonly digest: string
  readonly bundle: PolicyBundle
  /** As they are written. */
  readonly files: readonly PolicyFile[]
  /** Compiled: what explains decisions, and makes them as long as nobody doubts it. */
  readonly engine: CompiledEngine
  /** What makes the decisions: `engine`, or Cedar itself where that is in doubt. */
  readonly decider: PolicyEngine
  readonly rules: ReadonlyMap<string, Rule>
  /** Ids of rules that are not enforced for everybody. */
  readonly relaxed: readonly string[]
  readonly reading: ReadingRules
  /** Ids of all that is not of the constitution. */
  readonly ordinary: ReadonlySet<string>
}

/** Rules that forbid and never permit; they count in every mode, and nothing weakens them. */
export const CONSTITUTION_PREFIX = 'const.'
/** Clauses of the constitution that are the instance's own, of which nobody knows what they forbid; all others come with the program. */
export const OWN_CLAUSE_PREFIX = `${CONSTITUTION_PREFIX}own.`
export const isOwnClause = (policyId: string): boolean => policyId.startsWith(OWN_CLAUSE_PREFIX)
export const isConstitutional = (policyId: string): boolean => policyId.startsWith(CONSTITUTION_PREFIX)

const generated: unknown = builtIn
// The generator writes the file with this shape; the type of a JSON file has no literal types.
const BUILT_IN = generated as { readonly files: readonly PolicyFile[]; readonly bundle: PolicyBundle }

/** The policies that come with the program, as they are written. */
export const BUILT_IN_FILES: readonly PolicyFile[] = BUILT_IN.files
export const BUILT_IN_BUNDLE: PolicyBundle = BUILT_IN.bundle

/** @throws TypeError for policies that cannot be compiled. */
export function armBundle(bundle: PolicyBundle, files: readonly PolicyFile[], fallback?: FallbackEngine): ArmedBundle {
  const rules = new Map(bundle.policies.map(({ id, json }) => [id, ruleOf(id, json)]))
  const engine = new CompiledEngine(policiesOf(bundle), { fixed: bundle.actions, ...(fallback && { fallback }) })
  return {
    digest: bundle.digest,
    bundle,
    files,
    engine,
    decider: engine,
    rules,
    relaxed: [...rules].filter(([, { mode }]) => mode !== 'enforce').map(([id]) => id),
    reading: readingRules(bundle),
    ordinary: new Set([...rules.keys()].filter((id) => !isConstitutional(id))),
  }
}

/** Armed, with Cedar itself for what is not compiled: loaded for policies that need it. */
export async function armWhole(
  bundle: PolicyBundle,
  files: readonly PolicyFile[],
  fallback: (bundle: PolicyBundle) => Promise<FallbackEngine>,
): Promise<ArmedBundle> {
  const armed = armBundle(bundle, files)
  const isWhole = armed.engine.policies.every(({ clauses }) => clauses.every(({ holds }) => holds !== undefined))
  return isWhole ? armed : armBundle(bundle, files, await fallback(bundle))
}

const MODES: ReadonlySet<string> = new Set<GateMode>(['audit', 'warn', 'enforce'])
const isMode = (text: string): text is GateMode => MODES.has(text)

/** What is no mode and no share enforces: a slip of the pen never opens a door. */
function ruleOf(id: string, { effect, annotations = {} }: PolicyJson): Rule {
  const { says, curable, mode, canary }: Readonly<Record<string, string>> = annotations
  const isFixed = isConstitutional(id) || effect === 'permit'
  const share = canary !== undefined && /^(?:100|[1-9]?\d)$/.test(canary) ? Number(canary) : 0
  return {
    says: says ?? null,
    curable: curable === 'approval' && !isFixed ? 'approval' : null,
    mode: mode !== undefined && isMode(mode) && !isFixed ? mode : 'enforce',
    canaryPercent: share,
  }
}

const READ = 'capsule.read'

function readingRules(bundle: PolicyBundle): ReadingRules {
  const groups = new Set(bundle.actions.find(({ uid }) => uid.id === READ)?.parents.map(({ id }) => id))
  const concerning = ({ policies }: PolicyBundle, effect: PolicyJson['effect']) =>
    policies.filter(({ json }) => json.effect === effect && concerns(json))
  const concerns = ({ action }: PolicyJson): boolean => {
    const named = action.entities ?? (action.entity ? [action.entity] : undefined)
    return named === undefined || named.some((one) => uidOf(one).id === READ || groups.has(uidOf(one).id))
  }
  const permits = concerning(bundle, 'permit')
  const texts = new Map(permits.map(({ id, json }) => [id, JSON.stringify(json, writeInteger)]))
  return {
    isForbidden: concerning(bundle, 'forbid').some(({ id }) => !isConstitutional(id) || isOwnClause(id)),
    isAsBuiltIn: concerning(BUILT_IN_BUNDLE, 'permit').every(
      ({ id, json }) => texts.get(id) === JSON.stringify(json, writeInteger),
    ),
    ofAll: new Set(permits.filter(({ json }) => isOfAll(json)).map(({ id }) => id)),
  }
}

const isOfAll = ({ resource, conditions }: PolicyJson): boolean =>
  conditions.length === 0 && (resource.op === 'All' || (resource.op === 'is' && resource.in === undefined))
