import { CascadeError } from '#base'
import type { Command, DecisionNote } from './command.ts'
import type { Grant } from './grant.ts'
import type { RecordPut } from './records.ts'
import type { CommandOutcome } from './unit-of-work.ts'

/**
 * A decision that is not on record yet. The first command under its grant takes its record along, so that decision and
 * change stand in one transaction.
 */
export interface UnrecordedDecision {
  /** Undefined where it is on record, or on its way there. */
  take(): DecisionNote | undefined
  /** Whether the command that took it wrote it; otherwise it is to be recorded by itself. */
  landed(isWritten: boolean): void
}

/** What goes into the transaction of the first command under a grant. */
export interface Carried {
  readonly decision?: UnrecordedDecision | undefined
  /** Rows that are written with the first change, however late that comes and whatever becomes of the decision's record. */
  readonly alongside?: (() => readonly RecordPut[]) | undefined
}

/** Every grant that is alive and was made by the gate. */
const minted = new WeakMap<Grant, Carried>()

export const rememberMinted = (grant: Grant, carried: Carried): void => void minted.set(grant, carried)

/** Why a command is not carried out, before the store looks at it; undefined where nothing is in its way. */
export type Refuse = (command: Command) => CascadeError | undefined

type Append = (commands: readonly Command[]) => Promise<readonly CommandOutcome[]>

/**
 * Hands on those commands whose grant the gate made and that `refuse` has nothing against, and refuses the others in their
 * place: a copy of a grant with another action has the right type and is a forgery all the same.
 */
export async function appendMinted(
  commands: readonly Command[],
  append: Append,
  refuse: Refuse = () => undefined,
): Promise<readonly CommandOutcome[]> {
  const errors = commands.map((command) => (minted.has(command.grant) ? refuse(command) : forged(command)))
  const passed = commands.filter((_, index) => errors[index] === undefined)
  if (passed.length === commands.length) return appendCarrying(commands, append)
  const outcomes = (passed.length === 0 ? [] : await appendCarrying(passed, append)).values()
  return errors.map(
    (error) => (error === undefined ? outcomes.next().value : undefined) ?? { ok: false, error: error ?? unanswered() },
  )
}

/** Rows ride with the first command that is written, and which one that is shows only when it was tried: it goes alone. */
async function appendCarrying(commands: readonly Command[], append: Append): Promise<readonly CommandOutcome[]> {
  const outcomes: CommandOutcome[] = []
  for (let from = 0; from < commands.length; ) {
    const at = commands.findIndex((command, index) => index >= from && bringsRows(command))
    const together = commands.slice(from, at < 0 ? undefined : at)
    if (together.length > 0) outcomes.push(...(await appendDecided(together, append)))
    const alone = commands[at]
    if (alone === undefined) break
    outcomes.push(...(await appendAlone(alone, append)))
    from = at + 1
  }
  return outcomes
}

/** Nothing rides with what changes nothing. */
const bringsRows = ({ grant, records }: Command): boolean =>
  records.length > 0 && minted.get(grant)?.alongside !== undefined

async function appendAlone(command: Command, append: Append): Promise<readonly CommandOutcome[]> {
  const { grant } = command
  const { alongside, ...rest } = minted.get(grant) ?? {}
  // Whoever comes meanwhile under the same grant goes without: the rows are written once.
  minted.set(grant, rest)
  let outcomes: readonly CommandOutcome[] = []
  try {
    outcomes = await appendDecided([{ ...command, alongside: alongside?.() ?? [] }], append)
    return outcomes
  } finally {
    if (!isWritten(outcomes[0])) minted.set(grant, { ...rest, alongside })
  }
}

/** The first command under each grant carries the record of its decision. */
async function appendDecided(commands: readonly Command[], append: Append): Promise<readonly CommandOutcome[]> {
  const carried: { readonly decision: UnrecordedDecision; readonly at: number }[] = []
  const complete = commands.map((command, at) => {
    const decision = minted.get(command.grant)?.decision
    const taken = decision?.take()
    if (decision === undefined || taken === undefined) return command
    carried.push({ decision, at })
    return { ...command, decision: taken }
  })
  if (carried.length === 0) return append(commands)
  let outcomes: readonly CommandOutcome[] = []
  try {
    outcomes = await append(complete)
    return outcomes
  } finally {
    for (const { decision, at } of carried) decision.landed(isWritten(outcomes[at]))
  }
}

/** A repeated command, and one whose object was there already, wrote nothing. */
const isWritten = (outcome: CommandOutcome | undefined): boolean =>
  outcome?.ok === true && outcome.committedAt !== undefined

const forged = ({ grant }: Command): CascadeError =>
  new CascadeError('FORBIDDEN', `The grant for ${grant.action} was not made by the gate.`)

const unanswered = (): CascadeError => new CascadeError('INTERNAL', 'The store answered nothing to a command.')
