import { DELEGATION_TOPICS, delegationBody, delegationQuery } from '@forge-cascade/contract'
import { checkInput } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { delegationLine, delegationListLines } from '../render/proposal-lines.ts'
import { printAnswer } from './answer.ts'

const TOPIC = {
  flags: '--topic <topic>',
  description: 'On proposals of this kind; all when left out',
  choices: DELEGATION_TOPICS,
} as const

export const PROPOSALS_DELEGATE: CommandSpec = {
  name: 'proposals delegate',
  summary: 'Have somebody speak for you in votes where you say nothing yourself',
  description:
    'In votes that open from then on. Your own vote always wins. What would lead back to you is refused; naming another person takes the place of the one before.',
  arguments: [{ flags: '<subject>', description: 'A person, by name or id' }],
  options: [TOPIC],
  examples: [{ line: 'proposals delegate grace --topic policy', does: 'has grace vote for you on policies' }],
  run: async (context, input) => {
    const body = checkInput(delegationBody, { to: input.argument(0), topic: input.text('topic') })
    const { answer, raw } = await (await context.openSession()).call('delegateVote', { body })
    await printAnswer(context, raw, () => [delegationLine(answer)])
    return 'ok'
  },
}

export const PROPOSALS_UNDELEGATE: CommandSpec = {
  name: 'proposals undelegate',
  summary: 'Speak for yourself again',
  description: 'In votes that open from then on.',
  options: [TOPIC],
  examples: [{ line: 'proposals undelegate --topic policy', does: 'ends the delegation on policies' }],
  reads: true,
  run: async (context, input) => {
    const query = checkInput(delegationQuery, { topic: input.text('topic') })
    await (await context.openSession()).call('revokeDelegation', { query })
    await printAnswer(context, { topic: query.topic, state: 'revoked' }, () => [
      `Nobody speaks for you on ${query.topic}.`,
    ])
    return 'ok'
  },
}

export const PROPOSALS_DELEGATIONS: CommandSpec = {
  name: 'proposals delegations',
  summary: 'Who speaks for you in votes, and for whom you speak',
  description: 'As it is now; a vote under way counts what was delegated when it opened.',
  examples: [{ line: 'proposals delegations', does: 'lists them' }],
  reads: true,
  run: async (context) => {
    const { answer, raw } = await (await context.openSession()).call('listDelegations', {})
    await printAnswer(context, raw, () => delegationListLines(answer))
    return 'ok'
  },
}
