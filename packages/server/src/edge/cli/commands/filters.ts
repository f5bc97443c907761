import { CAPSULE_STATUSES, CAPSULE_TYPES } from '@forge-cascade/contract'
import { type CommandInput, readTime } from '../command-input.ts'
import type { OptionSpec } from '../option-spec.ts'

/** Where a capsule is put, and where one is looked for. */
export const SCOPE_OPTIONS: readonly OptionSpec[] = [
  { flags: '--identity <name>', description: 'Scope: for whom' },
  { flags: '--lane <name>', description: 'Scope: which line of work' },
  { flags: '--fold <name>', description: 'Scope: which part of it' },
]

export const readScope = (input: CommandInput) => ({
  identity: input.text('identity'),
  lane: input.text('lane'),
  fold: input.text('fold'),
})

/** What a search and a question can be narrowed by. */
export const FILTER_OPTIONS: readonly OptionSpec[] = [
  { flags: '--type <type>', description: 'Only of this type', choices: CAPSULE_TYPES, many: true },
  { flags: '--tag <tag>', description: 'Only with this tag; several must all be there', many: true },
  { flags: '--owner <name>', description: 'Only of this owner' },
  ...SCOPE_OPTIONS,
  { flags: '--status <status>', description: 'Of this status (ACTIVE alone)', choices: CAPSULE_STATUSES, many: true },
  { flags: '--min-trust <0-100>', description: 'Least effective trust (40)' },
  { flags: '--as-of <time>', description: 'What was valid then: 2026-03-01, or a time with its zone' },
  { flags: '--known-at <time>', description: 'As it was recorded by then' },
]

export const readFilters = (input: CommandInput) => ({
  type: input.list('type'),
  tag: input.list('tag'),
  owner: input.text('owner'),
  ...readScope(input),
  status: input.list('status'),
  min_trust: input.text('min-trust'),
  as_of: readTime(input, 'as-of'),
  known_at: readTime(input, 'known-at'),
})
