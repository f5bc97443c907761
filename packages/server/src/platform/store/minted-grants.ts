import { CascadeError } from '#base'
import type { Command } from './command.ts'
import type { Grant } from './grant.ts'
import type { CommandOutcome } from './unit-of-work.ts'

/** Every grant that is alive and was made by the gate. */
const minted = new WeakSet<Grant>()

export const rememberMinted = (grant: Grant): void => void minted.add(grant)

/**
 * Hands on those commands whose grant the gate made, and refuses the others in their place: a copy of a grant with
 * another action has the right type and is a forgery all the same.
 */
export async function appendMinted(
  commands: readonly Command[],
  append: (commands: readonly Command[]) => Promise<readonly CommandOutcome[]>,
): Promise<readonly CommandOutcome[]> {
  const genuine = commands.filter(({ grant }) => minted.has(grant))
  if (genuine.length === commands.length) return append(commands)
  const outcomes = (genuine.length === 0 ? [] : await append(genuine)).values()
  return commands.map((command) => (minted.has(command.grant) ? outcomes.next().value : undefined) ?? forged(command))
}

const forged = ({ grant }: Command): CommandOutcome => ({
  ok: false,
  error: new CascadeError('FORBIDDEN', `The grant for ${grant.action} was not made by the gate.`),
})
