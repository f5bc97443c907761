import { z } from 'zod'
import { configFacts } from './config-facts.ts'
import { council } from './council-schema.ts'

const percent = (value: number) => z.int().min(0).max(100).default(value)
/** Parts of an hour as well: 0.001 is 3.6 seconds, for whoever tries out a vote. */
const hours = (value: number, min = 0) => z.number().min(min).max(8760).default(value)

const THRESHOLDS = ['majority', 'two_thirds', 'three_quarters'] as const
type Threshold = (typeof THRESHOLDS)[number]

interface KindDefaults {
  readonly what: string
  readonly quorum: number
  readonly threshold: Threshold
  /** What may be set; all where left out. */
  readonly thresholds?: readonly [Threshold, ...Threshold[]]
  readonly timelock: number
}

/** When a proposal of a kind is passed, and when it is carried out. */
const kind = ({ what, quorum, threshold, timelock, thresholds = THRESHOLDS }: KindDefaults) =>
  z.strictObject({
    quorum_percent: percent(quorum).register(configFacts, {
      reload: true,
      description: `Part of the weight of all voters that has to be cast on proposals ${what}, in percent.`,
    }),
    threshold: z
      .enum(thresholds)
      .default(threshold)
      .register(configFacts, {
        reload: true,
        description: `Part of the weight for and against that has to be for proposals ${what}: more than half, or at least so much.`,
      }),
    voting_hours: hours(168, 0.001).register(configFacts, {
      reload: true,
      description: `Hours that voting on proposals ${what} is open.`,
    }),
    timelock_hours: hours(timelock).register(configFacts, {
      reload: true,
      description: `Hours between the close of the vote and the carrying out of proposals ${what}.`,
    }),
  })

/** How people change the rules by vote. What it says when voting opens counts for the whole vote. */
export const governance = z.strictObject({
  vote_trust_min: z.int().min(1).max(100).default(80).register(configFacts, {
    reload: true,
    description: 'Trust that a person needs, when voting opens, to vote.',
  }),
  discussion_hours: hours(0).register(configFacts, {
    reload: true,
    description: 'Hours between the activation of a proposal and the opening of the vote.',
  }),
  late_hours: hours(24).register(configFacts, {
    reload: true,
    description: 'A quorum that is reached in so many hours before the close is late.',
  }),
  extension_hours: hours(24).register(configFacts, {
    reload: true,
    description: 'Hours that a late quorum leaves at least to answer it.',
  }),
  delegate_share_max_percent: percent(50).register(configFacts, {
    reload: true,
    description: 'What one delegate may carry of the weight of all voters, in percent; its own counts whole beyond it.',
  }),
  policy: kind({ what: 'to change policies', quorum: 40, threshold: 'majority', timelock: 48 }),
  trust: kind({ what: 'to change the trust of a subject', quorum: 40, threshold: 'majority', timelock: 24 }),
  configuration: kind({ what: 'to change settings', quorum: 40, threshold: 'majority', timelock: 24 }),
  constitution: kind({
    ...{ what: 'to amend the constitution, or to change how votes are counted', quorum: 60, timelock: 168 },
    ...{ threshold: 'two_thirds', thresholds: ['two_thirds', 'three_quarters'] },
  }),
  council,
})
