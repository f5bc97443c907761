import type { CommandSpec } from '../command-spec.ts'
import { constitutionLines } from '../render/proposal-lines.ts'
import { printAnswer } from './answer.ts'

export const CONSTITUTION: CommandSpec = {
  name: 'constitution',
  summary: 'The constitution, clause by clause',
  description:
    'What forbids in every mode, whatever policies permit: clauses that come with the program, and those that people of this instance voted for (`proposals create --amend`). `--text` prints them in Cedar.',
  options: [{ flags: '--text', description: 'Print them in Cedar' }],
  examples: [
    { line: 'constitution', does: 'lists the clauses' },
    { line: 'constitution --text', does: 'prints them in Cedar' },
  ],
  reads: true,
  run: async (context, input) => {
    const { answer, raw } = await (await context.openSession()).call('getConstitution', {})
    await printAnswer(context, raw, () => constitutionLines(answer, context.screen.view, input.on('text')))
    return 'ok'
  },
}
