import { type Code, compileExpression, scopeKey } from './compile-expression.ts'
import { BeyondCompiled } from './evaluation-error.ts'
import { type Frame, isWithin } from './frame.ts'
import {
  type ClauseJson,
  type PolicyJson,
  type PolicySetJson,
  SCOPE_PARTS,
  type ScopeJson,
  type ScopePart,
  type UidJson,
} from './policy-json.ts'
import { asBoolean } from './value.ts'

/** What one part of a scope asks for. */
export interface Scope {
  readonly part: ScopePart
  /** Keys of entities of which it is one, or below which it is; undefined: no matter which. */
  readonly within: readonly string[] | undefined
  /** The type that it has. */
  readonly type: string | undefined
  readonly holds: (frame: Frame) => boolean
}

export interface Clause {
  readonly json: ClauseJson
  /** Whether it lets the policy apply; undefined where the clause is left to the fallback. */
  readonly holds: ((frame: Frame) => boolean) | undefined
}

export interface CompiledPolicy {
  readonly id: string
  readonly effect: 'permit' | 'forbid'
  readonly scopes: readonly Scope[]
  readonly clauses: readonly Clause[]
  /** Of the scopes those that ask for something: what has to hold before the clauses are looked at. */
  readonly asked: readonly Scope['holds'][]
  /** With entities in the place of slots, for the fallback. */
  readonly json: PolicyJson
}

/** Every policy of the set, those of templates as they are linked. @throws TypeError for a link to no template. */
export function compilePolicies({ policies, templates = {}, links = [] }: PolicySetJson): readonly CompiledPolicy[] {
  const linked = links.map(({ templateId, newId, values }) => {
    const template = templates[templateId]
    if (template === undefined)
      throw new TypeError(`The policy ${newId} is linked to ${templateId}, which is no template.`)
    return [newId, fillSlots(template, values)] as const
  })
  return [...Object.entries(policies), ...linked].map(([id, json]) => compilePolicy(id, json))
}

function compilePolicy(id: string, json: PolicyJson): CompiledPolicy {
  const scopes = SCOPE_PARTS.map((part) => compileScope(part, json[part]))
  const clauses = json.conditions.map(compileClause)
  const asked = scopes
    .filter(({ within, type }) => within !== undefined || type !== undefined)
    .map(({ holds }) => holds)
  return { id, effect: json.effect, scopes, clauses, asked, json }
}

function compileClause(json: ClauseJson): Clause {
  const code = compileOrLeave(json)
  if (code === undefined) return { json, holds: undefined }
  const wanted = json.kind === 'when'
  return { json, holds: (frame) => asBoolean(code(frame)) === wanted }
}

function compileOrLeave({ body }: ClauseJson): Code | undefined {
  try {
    return compileExpression(body)
  } catch (error) {
    if (error instanceof BeyondCompiled) return undefined
    throw error
  }
}

function compileScope(part: ScopePart, scope: ScopeJson): Scope {
  const type = scope.op === 'is' ? scope.entity_type : undefined
  const named = scope.op === 'is' ? scope.in?.entity : scope.entity
  const within = scope.entities?.map(scopeKey) ?? (named && [scopeKey(named)])
  const isExact = scope.op === '=='
  return { part, within, type, holds: scopeTest({ part, within, type }, isExact) }
}

function scopeTest({ part, within, type }: Omit<Scope, 'holds'>, isExact: boolean): Scope['holds'] {
  const [key, ...others] = within ?? []
  if (type === undefined && key !== undefined && others.length === 0)
    return isExact ? (frame) => frame[part].key === key : (frame) => isWithin(frame, frame[part], key)
  return (frame) => {
    const entity = frame[part]
    if (type !== undefined && entity.type !== type) return false
    return within === undefined || within.some((each) => isWithin(frame, entity, each))
  }
}

/** @throws TypeError for a slot that has no entity. */
function fillSlots(template: PolicyJson, values: Readonly<Record<string, UidJson>>): PolicyJson {
  const fill = ({ slot, in: within, ...rest }: ScopeJson): ScopeJson => ({
    ...rest,
    ...(slot !== undefined && { entity: entityOf(slot, values) }),
    ...(within && { in: within.slot === undefined ? within : { entity: entityOf(within.slot, values) } }),
  })
  return { ...template, principal: fill(template.principal), resource: fill(template.resource) }
}

function entityOf(slot: string, values: Readonly<Record<string, UidJson>>): UidJson {
  const entity = values[slot]
  if (entity !== undefined) return entity
  throw new TypeError(`The slot ${slot} of a template is given no entity.`)
}
