import { decideFailClosed, type PolicyError } from '#policy'
import { type ArmedBundle, isConstitutional } from './armed-bundle.ts'
import { isInShare } from './canary.ts'
import { type DecisionInput, type InputSubject, questionsOf, toPolicyRequest } from './decision-input.ts'

/** What the policies say. */
export interface PolicyFindings {
  /** Ids of the rules that forbid it and are enforced. */
  readonly forbids: readonly string[]
  /** Ids of the policies that permit it, where nothing enforced forbids it. */
  readonly permits: readonly string[]
  readonly errors: readonly PolicyError[]
  /** What the constitution says, whatever fails beside it. */
  readonly constitution: Readonly<{ forbids: readonly string[]; errors: readonly PolicyError[] }>
  /** Ids of rules that forbid it and are not enforced for this subject. */
  readonly relaxed: readonly string[]
  /** Everything that forbids it would yield to an approval. */
  readonly isCurable: boolean
}

/** What the policies say of everything that a decision asks of them: permitted is what is permitted throughout. */
export function evaluatePolicies(input: DecisionInput, subject: InputSubject, bundle: ArmedBundle): PolicyFindings {
  const [first, ...others] = questionsOf(input).map((question) => evaluateOne(question, subject, bundle))
  if (first === undefined) throw new TypeError('nothing is asked')
  return others.reduce(both, first)
}

function both(one: PolicyFindings, other: PolicyFindings): PolicyFindings {
  const isPermitted = one.permits.length > 0 && other.permits.length > 0
  const mayPass = [one, other].every(({ permits, isCurable }) => permits.length > 0 || isCurable)
  return {
    forbids: unique([...one.forbids, ...other.forbids]),
    permits: isPermitted ? unique([...one.permits, ...other.permits]) : [],
    errors: [...one.errors, ...other.errors],
    constitution: {
      forbids: unique([...one.constitution.forbids, ...other.constitution.forbids]),
      errors: [...one.constitution.errors, ...other.constitution.errors],
    },
    relaxed: unique([...one.relaxed, ...other.relaxed]),
    isCurable: mayPass && !isPermitted,
  }
}

const unique = (ids: readonly string[]): readonly string[] => [...new Set(ids)].sort()

/** Holds one question against the policies: once, and again only where a rule that forbids it is relaxed or yields. */
function evaluateOne(input: DecisionInput, subject: InputSubject, bundle: ArmedBundle): PolicyFindings {
  const approved = input.approval !== null
  const request = toPolicyRequest(input, subject, approved)
  const first = decideFailClosed(bundle.decider, request)
  const passedOver = bundle.relaxed.filter((id) => !isEnforcedFor(id, subject, bundle))
  const isForbidden = first.decision === 'deny' && first.errors.length === 0 && first.reasons.length > 0
  const relaxed = isForbidden ? first.reasons.filter((id) => passedOver.includes(id)) : []
  // Rules that nobody enforces fail without harm, too: the others are asked without them.
  const again = passedOver.length > 0 && first.decision === 'deny'
  const decided = again ? decideFailClosed(bundle.decider, request, new Set(passedOver)) : first
  const found = { errors: decided.errors, relaxed, isCurable: false, constitution: { forbids: [], errors: [] } }
  if (decided.decision === 'allow') return { ...found, forbids: [], permits: decided.reasons }
  // A policy that fails may hide what others say: the constitution is asked by itself.
  const byItself = decided.errors.length > 0 ? decideFailClosed(bundle.decider, request, bundle.ordinary) : decided
  const constitution = { forbids: byItself.reasons.filter(isConstitutional), errors: byItself.errors }
  if (decided.errors.length > 0) return { ...found, constitution, forbids: [], permits: [] }
  const forbids = decided.reasons
  const mayYield =
    !approved && forbids.length > 0 && forbids.every((id) => bundle.rules.get(id)?.curable === 'approval')
  const isCurable = mayYield && yields(input, subject, bundle, new Set(passedOver))
  return { ...found, constitution, forbids, permits: [], isCurable }
}

const isEnforcedFor = (id: string, { id: subject }: InputSubject, { rules }: ArmedBundle): boolean =>
  isInShare(id, subject, rules.get(id)?.canaryPercent ?? 0)

/** Whether the same with an approval would be permitted. */
const yields = (
  input: DecisionInput,
  subject: InputSubject,
  bundle: ArmedBundle,
  except: ReadonlySet<string>,
): boolean => decideFailClosed(bundle.decider, toPolicyRequest(input, subject, true), except).decision === 'allow'
