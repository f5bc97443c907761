import type { CommandSpec } from '../command-spec.ts'
import { selfLines } from '../render/identity-lines.ts'
import { printAnswer } from './answer.ts'

export const WHOAMI: CommandSpec = {
  name: 'whoami',
  summary: 'Say who you are here, and what your token is for',
  description:
    'Name, roles, trust and owner of whose token is used, what the token is for and when it ends, and which instance answers. Every token is good for this, whatever its scopes.',
  examples: [
    { line: 'whoami', does: 'says who you are here' },
    { line: 'whoami --json', does: 'prints the same for a script' },
  ],
  reads: true,
  run: async (context) => {
    const { answer, raw } = await (await context.openSession()).call('getSelf', {})
    await printAnswer(context, raw, () => selfLines(answer, context.screen.view))
    return 'ok'
  },
}
