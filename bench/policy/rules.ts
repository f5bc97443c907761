import { CedarInstance } from '../../packages/server/src/adapters/policies/cedar-instance.ts'
import type { PolicyRequest, PolicySetJson } from '../../packages/server/src/platform/policy/index.ts'

/** Rules that every request is held against: a constitution, and what roles may do. */
const BASE = [
  'forbid (principal, action, resource) when { context.risk > 90 };',
  'forbid (principal, action, resource) when { resource.quarantined };',
  'forbid (principal, action, resource) when { principal.trust < 20 };',
  'forbid (principal, action == Action::"erase", resource) unless { principal.trust >= 80 };',
  'forbid (principal, action, resource) when { context.approver == principal };',
  'permit (principal in Role::"reader", action == Action::"read", resource) when { resource.open };',
  'permit (principal in Role::"writer", action in [Action::"read", Action::"write"], resource) when { context.risk < 50 };',
  'permit (principal, action, resource) when { resource.owner == principal };',
] as const

/** One rule for each team about its own space, the rest of a set of `rules`. */
const teamRule = (team: number): string =>
  `${team % 5 === 4 ? 'forbid' : 'permit'} (principal in Team::"t${team}", action in [Action::"read", Action::"write"], resource in Space::"s${team}") when { context.risk < ${20 + (team % 60)} && resource.tags.contains("shared") };`

/** A set of so many rules: 8 of the base, and one for each team. */
export function rulesOf(rules: number): PolicySetJson {
  const instance = new CedarInstance()
  const texts = [...BASE, ...Array.from({ length: rules - BASE.length }, (_, team) => teamRule(team))]
  const policies = texts.map((text, at) => {
    const answer = instance.call('policyToJson', text)
    if (answer.type === 'failure') throw new Error(`${text}: ${answer.errors[0]?.message}`)
    return [`rule.${at}`, answer.json] as const
  })
  return { policies: Object.fromEntries(policies) }
}

/** Requests of members of two teams each, with seven entities, about things in the space of one of theirs. */
export function requestsOf(rules: number, count: number): readonly PolicyRequest[] {
  const teams = rules - BASE.length
  return Array.from({ length: count }, (_, at) => requestOf(at, at % teams, (at + 1) % teams))
}

function requestOf(at: number, one: number, other: number): PolicyRequest {
  const [user, role, space] = [`u${at}`, at % 3 === 0 ? 'reader' : 'writer', `s${one}`]
  const org = [{ type: 'Org', id: 'o' }]
  const plain = (type: string, id: string, parents: readonly { type: string; id: string }[]) => ({
    uid: { type, id },
    attrs: {},
    parents,
  })
  return {
    principal: { type: 'User', id: user },
    action: { type: 'Action', id: at % 4 === 0 ? 'write' : 'read' },
    resource: { type: 'Capsule', id: `c${at}` },
    context: { risk: (at * 37) % 100, approver: 'none', lane: 'main', type: 'knowledge', mode: 'enforce', size: at },
    entities: [
      {
        uid: { type: 'User', id: user },
        attrs: { trust: 40 + (at % 60), name: user },
        parents: [
          { type: 'Role', id: role },
          { type: 'Team', id: `t${one}` },
          { type: 'Team', id: `t${other}` },
        ],
      },
      plain('Role', role, []),
      plain('Team', `t${one}`, org),
      plain('Team', `t${other}`, org),
      plain('Org', 'o', []),
      {
        uid: { type: 'Capsule', id: `c${at}` },
        attrs: {
          owner: { __entity: { type: 'User', id: `u${at % 7}` } },
          open: at % 3 === 0,
          quarantined: at % 50 === 0,
          tags: ['shared', `tag${at % 9}`],
        },
        parents: [{ type: 'Space', id: space }],
      },
      plain('Space', space, org),
    ],
  }
}
