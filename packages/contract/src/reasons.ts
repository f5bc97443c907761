/** The steps of a decision, cheap to dear; the first that stops ends it. */
export const GATE_STEPS = [
  'emergency',
  'identity',
  'rate',
  'constitution',
  'policy',
  'trust',
  'guardian',
  'approval',
] as const
export type GateStep = (typeof GATE_STEPS)[number]

/** How far the gate goes: it records alone, it records and says so to the caller, it stops. */
export const GATE_MODES = ['audit', 'warn', 'enforce'] as const
export type GateMode = (typeof GATE_MODES)[number]

/** Of an answer to whoever was let pass and would have been refused: `<reason>, <reason>; decision=<id>`. */
export const GATE_WARNING_HEADER = 'cascade-gate-warning'

/** The word of a decision record: `would_deny` is a denial, or a need of approval, that the mode did not enforce. */
export type DecisionWord = 'allow' | 'deny' | 'require_approval' | 'would_deny'

interface ReasonDefinition {
  readonly step: GateStep
  /** What is the case. */
  readonly meaning: string
  /** What somebody who is stopped by it can do. Left out where nothing is stopped. */
  readonly fix?: string
}

/** Every reason that the gate can give. Closed: a decision names codes of this table and no others. */
export const REASONS = {
  EMERGENCY: {
    step: 'emergency',
    meaning: 'The kill switch is on',
    fix: 'Wait until two people have lifted it; `cascade emergency status` shows who turned it on and why.',
  },
  NO_CREDENTIAL: {
    step: 'identity',
    meaning: 'Nobody in particular asks: no token, or one that is not known here',
    fix: 'Send a bearer token that is valid.',
  },
  SUBJECT_INACTIVE: {
    step: 'identity',
    meaning: 'The subject was deactivated',
    fix: 'Ask an administrator to activate it again.',
  },
  OUT_OF_SCOPE: {
    step: 'identity',
    meaning: 'The token was made for other actions',
    fix: 'Use a token whose scopes have this action, or ask for one.',
  },
  RESOURCE_ABSENT: {
    step: 'identity',
    meaning: 'There is no such resource',
    fix: 'Check the id.',
  },
  BODY_INVALID: {
    step: 'identity',
    meaning: 'The request had no valid body, so there was nothing to decide on',
    fix: 'Send a body as the answer asks for; nothing was held against whoever sent it.',
  },
  RATE_LIMITED: {
    step: 'rate',
    meaning: 'The subject or its address asks too often',
    fix: 'Wait as long as `Retry-After` says.',
  },
  FORBIDDEN_BY_CONSTITUTION: {
    step: 'constitution',
    meaning: 'A rule of the constitution forbids it',
    fix: 'Nothing that is configured permits it; the rule says what it protects.',
  },
  FORBIDDEN_BY_POLICY: {
    step: 'policy',
    meaning: 'A policy forbids it',
    fix: 'Ask whoever looks after the policies; the reason names the one that forbids it.',
  },
  NOT_PERMITTED: {
    step: 'policy',
    meaning: 'No policy permits it',
    fix: 'Ask an administrator for a role or a policy that permits it or, for a capsule, its owner for a share.',
  },
  POLICY_ERROR: {
    step: 'policy',
    meaning: 'A policy could not be evaluated, so nothing is permitted',
    fix: 'Mend the policy that the reason names, and apply it. Where nobody can: stop the instance, and run `cascade policy apply --built-in` on its machine.',
  },
  PERMITTED: { step: 'policy', meaning: 'A policy permits it, and none forbids it' },
  OWN_WORK: {
    step: 'policy',
    meaning:
      'The instance starts, completes what was acknowledged, or is mended from its data folder, which no policy refuses',
  },
  TRUST_TOO_LOW: {
    step: 'trust',
    meaning: 'The subject is trusted less than actions of this risk ask for',
    fix: 'Have somebody approve it, or somebody who is trusted more do it.',
  },
  RISK_TOO_HIGH: {
    step: 'guardian',
    meaning: 'The guardian finds the risk too high',
    fix: 'See the signals in the decision; approval, or time, lowers what can be lowered.',
  },
  NEEDS_APPROVAL: {
    step: 'approval',
    meaning: 'Somebody who is entitled has to approve it first',
    fix: 'A change waits for it, and the answer says where to look. What only reads does not wait: ask somebody to do it who needs no approval.',
  },
  APPROVED: { step: 'approval', meaning: 'Somebody who is entitled approved exactly this' },
  STEP_FAILED: {
    step: 'policy',
    meaning: 'A step of the decision broke, and what cannot be decided is denied',
    fix: 'Tell whoever looks after the instance; its log has the cause under the id of the decision.',
  },
} as const satisfies Record<string, ReasonDefinition>

export type ReasonCode = keyof typeof REASONS

/** What each signal of the guardian weighs unless the configuration says otherwise: its part, 0-1, of the risk that is left. */
export const RISK_WEIGHTS = {
  action: 1,
  actor_trust: 0.25,
  novelty: 0.1,
  time: 0.1,
  volume: 0.3,
  denials: 0.4,
  anomaly: 0.6,
  affect_delta: 0.3,
  drift_score: 0.4,
  provider_history: 0.2,
} as const
