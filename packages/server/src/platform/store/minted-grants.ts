import { CascadeError } from '#base'
import type { Command } from './command.ts'
import type { Grant } from './grant.ts'
import type { CommandOutcome } from './unit-of-work.ts'

/** Every grant that is alive and was made by the gate. */
const minted = new WeakSet<Grant>()

export const rememberMinted = (grant: Grant): void => void minted.add(grant)

/** Why a command is not carried out, before the store looks at it; undefined where nothing is in its way. */
export type Refuse = (command: Command) => CascadeError | undefined

/**
 * Hands on those commands whose grant the gate made and that `refuse` has nothing against, and refuses the others in their
 * place: a copy of a grant with another action has the right type and is a forgery all the same.
 */
export async function appendMinted(
  commands: readonly Command[],
  append: (commands: readonly Command[]) => Promise<readonly CommandOutcome[]>,
  refuse: Refuse = () => undefined,
): Promise<readonly CommandOutcome[]> {
  const errors = commands.map((command) => (minted.has(command.grant) ? refuse(command) : forged(command)))
  const passed = commands.filter((_, index) => errors[index] === undefined)
  if (passed.length === commands.length) return append(commands)
  const outcomes = (passed.length === 0 ? [] : await append(passed)).values()
  return errors.map(
    (error) => (error === undefined ? outcomes.next().value : undefined) ?? { ok: false, error: error ?? unanswered() },
  )
}

const forged = ({ grant }: Command): CascadeError =>
  new CascadeError('FORBIDDEN', `The grant for ${grant.action} was not made by the gate.`)

const unanswered = (): CascadeError => new CascadeError('INTERNAL', 'The store answered nothing to a command.')
