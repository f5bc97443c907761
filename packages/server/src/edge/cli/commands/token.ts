import { type AnswerOf, tokenBody, uuid } from '@forge-cascade/contract'
import { checkInput, numberOf, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { tokenLines } from '../render/identity-lines.ts'
import type { View } from '../render/view.ts'
import { printAnswer } from './answer.ts'

/** Tokens listed at once. */
const LISTED = 100
export const TOKEN_NAME = 'command line'

/** What a token is for, until when, and what it is called. */
export const TOKEN_OPTIONS: NonNullable<CommandSpec['options']> = [
  {
    flags: '--scope <scope>',
    description: 'What it is for: an action (capsule.search), a family (capsule.*); all when left out',
    many: true,
  },
  { flags: '--days <days>', description: 'When it ends, in days, at most 365; 90 when left out' },
  {
    flags: '--name <name>',
    description: `What you call it, to know it again; ${JSON.stringify(TOKEN_NAME)} when left out`,
  },
]

/** A new token, and how it is used. */
export const newTokenLines = (made: NewToken, view: View): string[] => [
  ...tokenLines(made, view),
  '',
  `  ${made.token}`,
  '',
  'It is shown this once. To use it here, or with --url elsewhere, set it in the environment:',
  `  CASCADE_TOKEN=… ${view.command('search …')}`,
]

type NewToken = AnswerOf<'createToken'>

export const TOKEN_CREATE: CommandSpec = {
  name: 'token create',
  summary: 'Give a subject a bearer token',
  description:
    'Prints the token, this once: only its SHA-256 is stored. Whoever has it comes in as the subject, for what the scopes name and the subject may, until it ends.',
  options: [{ flags: '--for <subject>', description: 'Who comes in with it, by name or id' }, ...TOKEN_OPTIONS],
  examples: [
    {
      line: 'token create --for reader --scope capsule.search --scope capsule.read --days 30',
      does: 'makes a token that searches and reads',
    },
  ],
  reads: true,
  run: async (context, input) => {
    const subject = input.text('for')
    if (subject === undefined) throw usage('A token needs its subject: --for, a name or an id (`subject list`).')
    const [scopes, days] = [input.list('scope'), numberOf(input.text('days'))]
    const body = checkInput(tokenBody, {
      subject,
      name: input.text('name') ?? TOKEN_NAME,
      ...(scopes !== undefined && { scopes }),
      ...(days !== undefined && { expires_in_days: days }),
    })
    const { answer, raw } = await (await context.openSession()).call('createToken', { body })
    await printAnswer(context, raw, () => newTokenLines(answer, context.screen.view))
    return 'ok'
  },
}

export const TOKEN_LIST: CommandSpec = {
  name: 'token list',
  summary: 'List tokens: whose, for what, until when',
  description:
    'In the order in which they were made, the first hundred; what is over until 30 days after its time. The tokens themselves are stored nowhere.',
  options: [{ flags: '--for <subject>', description: 'Only those of this subject, by name or id' }],
  examples: [{ line: 'token list --for reader', does: 'lists the tokens of one subject' }],
  reads: true,
  run: async (context, input) => {
    const query = { limit: LISTED, subject: input.text('for') }
    const { answer, raw } = await (await context.openSession()).call('listTokens', { query })
    await printAnswer(context, raw, () =>
      answer.items.length === 0
        ? ['There are no tokens.']
        : answer.items.flatMap((one) => tokenLines(one, context.screen.view)),
    )
    return 'ok'
  },
}

export const TOKEN_REVOKE: CommandSpec = {
  name: 'token revoke',
  summary: 'End a token at once',
  description: 'The next request with it is refused. Revoking it again changes nothing.',
  arguments: [{ flags: '<token>', description: 'Id of the token, as token list shows it' }],
  examples: [{ line: 'token revoke 01939b3e-7b21-7c01-8e44-1b5f6c7d8e9f', does: 'ends a token' }],
  reads: true,
  run: async (context, input) => {
    const id = (input.argument(0) ?? '').toLowerCase()
    if (!uuid.safeParse(id).success)
      throw usage(`${JSON.stringify(input.argument(0))} is no id of a token; \`token list\` shows them.`)
    await (await context.openSession()).call('revokeToken', { params: { id } })
    await printAnswer(context, { id, state: 'revoked' }, () => [`Revoked ${id}.`])
    return 'ok'
  },
}
