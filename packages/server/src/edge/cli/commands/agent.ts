import { ownAgentBody, ownTokenBody, uuid } from '@forge-cascade/contract'
import { checkInput, numberOf, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { ownAgentLines, subjectLines } from '../render/identity-lines.ts'
import { printAnswer } from './answer.ts'
import { newTokenLines, TOKEN_NAME, TOKEN_OPTIONS } from './token.ts'

const NAME = { flags: '<name>', description: 'Name of the agent, or its id' }

export const AGENT_ADD: CommandSpec = {
  name: 'agent add',
  summary: 'Register an agent of your own',
  description:
    'You answer for it: it is a member with at most your trust, you see what it asked for, and you decide on what waits. It has no token yet: `agent token` gives it one. A name that somebody has is refused (exit code 5).',
  arguments: [{ flags: '<name>', description: 'One line, unique whatever its case' }],
  options: [{ flags: '--trust <trust>', description: 'What it is trusted with, at most your own; 60 when left out' }],
  examples: [{ line: 'agent add scout', does: 'registers an agent of yours' }],
  reads: true,
  run: async (context, input) => {
    const trust = numberOf(input.text('trust'))
    const body = checkInput(ownAgentBody, { name: input.argument(0), ...(trust !== undefined && { trust }) })
    const { answer, raw } = await (await context.openSession()).call('createOwnAgent', { body })
    await printAnswer(context, raw, () => subjectLines(answer, context.screen.view))
    return 'ok'
  },
}

export const AGENT_LIST: CommandSpec = {
  name: 'agent list',
  summary: 'List your agents, with their tokens',
  description: 'The tokens themselves are stored nowhere.',
  examples: [{ line: 'agent list', does: 'lists the agents that you answer for' }],
  reads: true,
  run: async (context) => {
    const { answer, raw } = await (await context.openSession()).call('listOwnAgents', {})
    await printAnswer(context, raw, () =>
      answer.items.length === 0 ? ['You have no agents.'] : ownAgentLines(answer, context.screen.view),
    )
    return 'ok'
  },
}

export const AGENT_TOKEN: CommandSpec = {
  name: 'agent token',
  summary: 'Give an agent of yours a bearer token',
  description:
    'Prints the token, this once: only its SHA-256 is stored. Whoever has it comes in as the agent, for what the scopes name and the agent may, until it ends. With a token that has scopes you make none beyond them.',
  arguments: [NAME],
  options: TOKEN_OPTIONS,
  examples: [
    {
      line: 'agent token scout --scope capsule.* --scope agent.connect --days 30',
      does: 'makes a token for work over MCP',
    },
  ],
  reads: true,
  run: async (context, input) => {
    const [scopes, days] = [input.list('scope'), numberOf(input.text('days'))]
    const body = checkInput(ownTokenBody, {
      name: input.text('name') ?? TOKEN_NAME,
      ...(scopes !== undefined && { scopes }),
      ...(days !== undefined && { expires_in_days: days }),
    })
    const params = { id: input.argument(0) ?? '' }
    const { answer, raw } = await (await context.openSession()).call('createOwnToken', { params, body })
    await printAnswer(context, raw, () => newTokenLines(answer, context.screen.view))
    return 'ok'
  },
}

export const AGENT_REVOKE: CommandSpec = {
  name: 'agent revoke',
  summary: 'End a token of yours, or of an agent of yours, at once',
  description: 'The next request with it is refused. Revoking it again changes nothing.',
  arguments: [{ flags: '<token>', description: 'Id of the token, as agent list and whoami show it' }],
  examples: [{ line: 'agent revoke 01939b3e-7b21-7c01-8e44-1b5f6c7d8e9f', does: 'ends a token' }],
  reads: true,
  run: async (context, input) => {
    const id = (input.argument(0) ?? '').toLowerCase()
    if (!uuid.safeParse(id).success)
      throw usage(`${JSON.stringify(input.argument(0))} is no id of a token; \`agent list\` shows them.`)
    await (await context.openSession()).call('revokeOwnToken', { params: { id } })
    await printAnswer(context, { id, state: 'revoked' }, () => [`Revoked ${id}.`])
    return 'ok'
  },
}
