import { emergencyBody } from '@forge-cascade/contract'
import type { CommandContext } from '../command-context.ts'
import { type CommandInput, checkInput, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import type { ExitName } from '../exit-code.ts'
import { emergencyLines, liftLines } from '../render/emergency-lines.ts'
import { printAnswer } from './answer.ts'

export const EMERGENCY_ON: CommandSpec = {
  name: 'emergency on',
  summary: 'Stop everything',
  description:
    'Imports, background work, bulk changes and streams stop within a second, and nothing is carried out until the emergency is lifted, also over a restart. A file named EMERGENCY in the data folder does the same. Turned on again, it takes back what was asked to lift it.',
  options: [{ flags: '--reason <reason>', description: 'Why; shown to whoever is refused' }],
  examples: [{ line: "emergency on --reason 'An agent deletes notes'", does: 'stops everything' }],
  run: (context, input) => set(context, input, true),
}

export const EMERGENCY_OFF: CommandSpec = {
  name: 'emergency off',
  summary: 'Lift the emergency, as one of two people',
  description:
    'Two different people who are administrators or stewards lift it: the first asks, the second has an hour. Where only one such person could come in and lift it, that one asks twice on the machine of the instance, a minute apart.',
  options: [{ flags: '--reason <reason>', description: 'Why it can be lifted' }],
  examples: [{ line: "emergency off --reason 'Its token was withdrawn'", does: 'asks to lift it, or lifts it' }],
  run: (context, input) => set(context, input, false),
}

export const EMERGENCY_STATUS: CommandSpec = {
  name: 'emergency status',
  summary: 'Whether an emergency is on, and what is needed to lift it',
  description: 'Answered in an emergency too.',
  examples: [{ line: 'emergency status', does: 'shows how it stands' }],
  reads: true,
  run: async (context) => {
    const { answer, raw } = await (await context.openSession()).call('getEmergency', {})
    await printAnswer(context, raw, () => emergencyLines(answer, context.screen.view))
    return 'ok'
  },
}

async function set(context: CommandContext, input: CommandInput, active: boolean): Promise<ExitName> {
  const reason = input.text('reason')
  if (reason === undefined) throw usage('An emergency is turned on or lifted with a reason: --reason.')
  const body = checkInput(emergencyBody, { active, reason })
  const { answer, raw } = await (await context.openSession()).call('setEmergency', { body })
  await printAnswer(context, raw, () => (active ? emergencyLines : liftLines)(answer, context.screen.view))
  return 'ok'
}
