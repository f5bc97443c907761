import { ACTION_RISKS, ACTION_TRAITS, ACTIONS, type Action } from '@forge-cascade/contract/vocabulary'
import { ACTION_GROUPS } from './action-groups.ts'

/** Name of the schema's file in every bundle. */
export const SCHEMA_FILE = 'cascade.cedarschema'

const ENTITIES = `// Made of the table of actions: what policies of this instance may speak of.

entity Role;

// Who acts or owns: a person, an agent or a service. An agent has a person behind it.
entity Subject in [Role] {
  kind: String,
  trust: Long,
  owner?: Subject,
};

entity Capsule {
  owner: Subject,
  trust: Long,
  status: String,
  licence: String,
  type: String,
  tags: Set<String>,
  // What is shared with whoever asks: "read", "write", "fork".
  shared: Set<String>,
  identity?: String,
  lane?: String,
  fold?: String,
};

// A request that waits for somebody's word.
entity Approval {
  requester: Subject,
};

// A decision of the gate that is read.
entity Decision {
  // Who had asked; absent for nobody in particular.
  asker?: Subject,
  // Whether whoever reads it may read what it was about.
  readable: Bool,
};

// Everything else: an import, the log, the instance, or what comes into being.
entity Thing;

type Asked = {
  // The guardian's score, 0-100.
  risk: Long,
  // Whether somebody who is entitled has approved exactly this.
  approved: Bool,
};
`

const quoted = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(', ')

const groupsOf = (action: Action): readonly string[] => [
  ACTION_TRAITS[action].risk,
  ...Object.entries(ACTION_GROUPS)
    .filter(([, members]: readonly [string, readonly string[]]) => members.includes(action))
    .map(([group]) => group),
]

const appliesOf = (action: Action): string =>
  `{ principal: [Subject], resource: [${kindOf(action)}, Thing], context: Asked }`

/** What there are facts of when the action is decided. */
function kindOf(action: Action): 'Approval' | 'Capsule' | 'Decision' {
  if (action === 'governance.read') return 'Decision'
  return action.startsWith('approval.') ? 'Approval' : 'Capsule'
}

/** What policies may speak of, in Cedar's syntax for schemas. */
export function writePolicySchema(): string {
  const groups = [...ACTION_RISKS, ...Object.keys(ACTION_GROUPS)]
  // Object.entries widens the keys of the table to string; they are exactly the actions.
  const actions = (Object.entries(ACTIONS) as [Action, string][]).map(
    ([action, meaning]) =>
      `// ${meaning}.\naction ${JSON.stringify(action)} in [${quoted(groupsOf(action))}] appliesTo ${appliesOf(action)};`,
  )
  return [ENTITIES, `action ${quoted(groups)};`, '', ...actions, ''].join('\n')
}
