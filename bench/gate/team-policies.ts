import { BUILT_IN_FILES } from '../../packages/server/src/domain/governance/index.ts'

interface PolicyText {
  readonly path: string
  readonly text: string
}

/** One rule for the role of each team about reading: what the policies of an organisation are made of. */
const teamPolicy = (team: number): string => `@id("team.${team}.read")
permit (principal in Role::"team${team}", action == Action::"capsule.read", resource is Capsule)
when { context.risk < ${20 + (team % 60)} && resource.tags.contains("shared") };
`

/** Files that come with every bundle, whoever applies it. */
const FIXED: ReadonlySet<string> = new Set(['constitution.cedar', 'cascade.cedarschema'])

/** What an instance applies: the roles and guards that come with the program, and a policy for each of so many teams. */
export const filesOf = (teams: number): readonly PolicyText[] => [
  ...BUILT_IN_FILES.filter(({ path }) => !FIXED.has(path)),
  { path: 'teams.cedar', text: Array.from({ length: teams }, (_, team) => teamPolicy(team)).join('\n') },
]

/** The same with what comes with every bundle. */
export const wholeFilesOf = (teams: number): readonly PolicyText[] => [
  ...BUILT_IN_FILES.filter(({ path }) => FIXED.has(path)),
  ...filesOf(teams),
]
