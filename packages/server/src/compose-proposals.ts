// What people change by vote.
import type { ProposalKind } from '@forge-cascade/contract'
import type { Clock } from '#base'
import type { BootChunk, BootContext } from '#boot'
import type { AskedValue, Config, VotedValues } from '#config'
import {
  Delegations,
  type KindRules,
  openProposals as openVoting,
  PolicyDifferences,
  ProposalBook,
  VotedSettings,
} from '#governance'
import type { Subject, Subjects } from '#identity'
import type { Frame } from './boot-instance.ts'
import { councilPart, openCouncil } from './compose-council.ts'
import * as key from './compose-keys.ts'
import { ProposalDesk, sweepProposals } from './edge/jobs/index.ts'

interface ProposalFrame extends Pick<Frame, 'live' | 'log' | 'options'> {
  readonly clock: Clock
  readonly newId: () => string
}

const HOUR_MS = 60 * 60 * 1000
const msOf = (hours: number): number => Math.round(hours * HOUR_MS)
const THRESHOLDS = {
  majority: { numerator: 1, denominator: 2, isBeyond: true },
  two_thirds: { numerator: 2, denominator: 3, isBeyond: false },
  three_quarters: { numerator: 3, denominator: 4, isBeyond: false },
} as const

/** Proposals, and what looks after them once requests are answered. */
export const proposalParts = (frame: ProposalFrame): readonly BootChunk[] => [
  {
    name: 'proposals',
    priority: 1.5,
    dependsOn: ['policies'],
    describe: 'knows what is voted on',
    start: (boot) => openProposals(frame, boot),
  },
  {
    name: 'votes',
    priority: 3,
    dependsOn: ['http'],
    describe: 'opens and closes votes, and carries out what was passed',
    start: (boot) => {
      const emergency = boot.get(key.EMERGENCY)
      return sweepProposals({ course: boot.get(key.PROPOSALS).course, log: frame.log, halt: () => emergency.signal })
    },
  },
  councilPart(frame),
]

async function openProposals(
  { live, log, options, clock, newId }: ProposalFrame,
  boot: BootContext,
): Promise<undefined> {
  const [store, gate, subjects] = [boot.get(key.STORE), boot.get(key.GATE), boot.get(key.SUBJECTS)]
  const { policies } = boot.get(key.GOVERNANCE)
  const instance = boot.get(key.ADMIN)
  const governance = () => live.loaded.config.governance
  const resolve = (idOrName: string) => subjects.resolve(idOrName)
  const delegations = new Delegations({ store, clock, resolve })
  const port = {
    tryVote: (asked: readonly AskedValue[]) => live.tryVote(asked),
    after: (asked: readonly AskedValue[]) => live.after(asked),
    vote: (voted: VotedValues) => {
      const unfit = live.vote(voted)
      // Where errors alone are written it stays so.
      if (options.log === 'all') log.setLevel(live.loaded.config.log.level)
      return unfit
    },
  }
  const settings = new VotedSettings({ store, port })
  const unfit = await settings.open()
  if (unfit.length > 0) log.warn('settings that were voted for do not fit any more and do not count', { keys: unfit })
  const book = new ProposalBook(store)
  const { course, execution, proposals } = openVoting({
    ...{ book, gate, policies, settings, subjects, delegations, clock, newId, instance, resolve },
    listPeople: () => listPeople(subjects),
    rules: (kind) => rulesOf(governance(), kind),
    voteTrustMin: () => governance().vote_trust_min,
    discussionMs: () => msOf(governance().discussion_hours),
  })
  const sessions = openCouncil({ live, log, clock, newId }, boot, { book, proposals })
  const advice = (id: string) => sessions.list(id)
  const differences = new PolicyDifferences(policies)
  const desk = { advice, proposals, execution, delegations, differences, ledger: store.ledger }
  const findSubject = (id: string) => subjects.find(id)
  boot.provide(key.PROPOSALS, { course, desk: new ProposalDesk({ ...desk, findSubject }) })
  return undefined
}

function rulesOf(governance: Config['governance'], kind: ProposalKind): KindRules {
  const { quorum_percent, threshold, voting_hours, timelock_hours } = governance[kind]
  return {
    quorumPercent: quorum_percent,
    threshold: THRESHOLDS[threshold],
    delegateShareMaxPercent: governance.delegate_share_max_percent,
    lateMs: msOf(governance.late_hours),
    extensionMs: msOf(governance.extension_hours),
    votingMs: msOf(voting_hours),
    timelockMs: msOf(timelock_hours),
  }
}

const PER_PAGE = 100

async function listPeople(subjects: Subjects): Promise<readonly Subject[]> {
  const people: Subject[] = []
  for (let cursor: string | undefined, isMore = true; isMore; isMore = cursor !== undefined) {
    const { items, next } = await subjects.list({ limit: PER_PAGE, cursor, kind: 'person' })
    people.push(...items.map(({ subject }) => subject))
    cursor = next
  }
  return people
}
