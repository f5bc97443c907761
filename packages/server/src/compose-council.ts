// What tells of proposals before anybody votes: analyses, and the council.
import { type Clock, systemRandom } from '#base'
import type { BootChunk, BootContext } from '#boot'
import { type Config, listOf } from '#config'
import {
  type Adviser,
  CouncilSessions,
  ProposalAnalyst,
  type ProposalBook,
  type Proposals,
  RULE_ADVISERS,
  type RuleAdviserName,
  ruleAdviser,
} from '#governance'
import { openAiAdviser } from './adapters/models/index.ts'
import type { Frame } from './boot-instance.ts'
import * as key from './compose-keys.ts'
import { AnalysisDesk, CouncilDesk, sweepCouncil } from './edge/jobs/index.ts'

interface CouncilFrame extends Pick<Frame, 'live' | 'log'> {
  readonly clock: Clock
  readonly newId: () => string
}

/** Has the council comment on what is voted on. */
export const councilPart = ({ log }: Pick<CouncilFrame, 'log'>): BootChunk => ({
  name: 'council',
  priority: 3,
  dependsOn: ['http'],
  describe: 'comments on what is voted on',
  start: (boot) => {
    const emergency = boot.get(key.EMERGENCY)
    return sweepCouncil({ sessions: boot.get(key.COUNCIL).sessions, log, halt: () => emergency.signal })
  },
})

/** Hands out who analyses proposals, and the council. */
export function openCouncil(
  { live, clock, newId }: CouncilFrame,
  boot: BootContext,
  { book, proposals }: { readonly book: ProposalBook; readonly proposals: Proposals },
): CouncilSessions {
  const [store, gate, subjects] = [boot.get(key.STORE), boot.get(key.GATE), boot.get(key.SUBJECTS)]
  const { policies, book: decisions } = boot.get(key.GOVERNANCE)
  const instance = boot.get(key.ADMIN)
  const findSubject = (id: string) => subjects.find(id)
  const analyst = new ProposalAnalyst({
    ...{ ledger: store.ledger, book: decisions, policies, gate, instance, findSubject },
    listAgents: async (owner) => (await subjects.listOwned(owner)).map(({ subject }) => subject),
    trustWeight: () => live.loaded.config.guardian.weights.actor_trust,
  })
  const models = modelAdvisers(live.loaded.config.governance.council)
  const advisers = () => [...ruleAdvisers(live.loaded.config.governance.council), ...models]
  const sessions = new CouncilSessions({ store, book, analyst, gate, instance, clock, newId, advisers })
  boot.provide(key.COUNCIL, {
    sessions,
    desk: new CouncilDesk(sessions, proposals),
    analysis: new AnalysisDesk({ analyst, proposals, findSubject }),
  })
  return sessions
}

type CouncilConfig = Config['governance']['council']

const isRule = (name: string): name is RuleAdviserName => Object.hasOwn(RULE_ADVISERS, name)

const ruleAdvisers = ({ advisers }: CouncilConfig): readonly Adviser[] =>
  [...new Set(listOf(advisers))].filter(isRule).map(ruleAdviser)

function modelAdvisers({ model, url, api_key, personas, timeout_s }: CouncilConfig): readonly Adviser[] {
  if (model === undefined) return []
  const asked = { baseUrl: url, model, apiKey: api_key, timeoutMs: timeout_s * 1000, random: systemRandom }
  return listOf(personas).map((persona) => openAiAdviser({ ...asked, persona }))
}
