import { decideFrom } from '../decide-from.ts'
import type { DecisionInput } from '../decision-input.ts'
import type { DecisionReason, Verdict } from '../verdict.ts'
import { type AnalysedChange, inputOn } from './analysed-change.ts'

/** One input, decided on both sides of a change. */
export interface Judged {
  readonly before: Verdict
  readonly after: Verdict
  readonly inputAfter: DecisionInput
  /** False where the risk is too near to a threshold to say. */
  readonly isSure: boolean
}

/** Decides an input as it would be before a change, and after it. */
export function judgeBoth(input: DecisionInput, change: AnalysedChange): Judged {
  const [before, after] = [inputOn('before', input, change), inputOn('after', input, change)]
  return {
    before: decideFrom(before.input, change.before),
    after: decideFrom(after.input, change.after),
    inputAfter: after.input,
    isSure: before.isSure && after.isSure,
  }
}

export const isAllowed = ({ applied }: Verdict): boolean => applied === 'allow'

/** What a change of a verdict rests on: what stops or holds now; where nothing does, what stopped or held before. */
export function turningPoint({ before, after }: Pick<Judged, 'before' | 'after'>): DecisionReason | undefined {
  const permitted = after.reasons.find(({ code }) => code === 'PERMITTED')
  const then = decisive(before)
  return decisive(after) ?? (then?.policyId == null ? (permitted ?? then) : then)
}

const IN_THE_WAY: ReadonlySet<string> = new Set(['stopped', 'held', 'failed'])

/** The reason of the first step that stops or holds. Rules that are only noted stand with theirs as well. */
function decisive({ steps, reasons }: Verdict): DecisionReason | undefined {
  const step = steps.find(({ result }) => IN_THE_WAY.has(result))?.step
  const at = reasons.filter((reason) => reason.step === step)
  const noted = reasons.find(({ code }) => code === 'FORBIDDEN_BY_POLICY')
  return step === undefined ? noted : (at.at(-1) ?? noted)
}
