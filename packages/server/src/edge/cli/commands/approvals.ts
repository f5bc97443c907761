import { APPROVAL_STATES, type Approval, approvalDecisionBody } from '@forge-cascade/contract'
import { parseIdOf } from '../capsule-ref.ts'
import type { CommandContext } from '../command-context.ts'
import { type CommandInput, checkInput, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import type { ExitName } from '../exit-code.ts'
import { approvalLines, approvalListLines } from '../render/approval-lines.ts'
import { printAnswer } from './answer.ts'

/** Requests listed at once. */
const LISTED = 50
const EXAMPLE_ID = '01939b41-0000-7000-8000-000000000009'
const ID = [{ flags: '<id>', description: 'Id of the request, as approvals list shows it' }]

export const APPROVALS_LIST: CommandSpec = {
  name: 'approvals list',
  summary: 'What waits for an approval, oldest first',
  description: 'What you asked for and what you may approve, after how many of whom wait for which action.',
  options: [
    { flags: '--state <state>', description: 'Those in this state, not those that wait', choices: APPROVAL_STATES },
    { flags: '--mine', description: 'Only what you asked for' },
  ],
  examples: [
    { line: 'approvals list', does: 'lists what waits' },
    { line: 'approvals list --mine --state failed', does: 'lists what you asked for and what was not carried out' },
  ],
  reads: true,
  run: async (context, input) => {
    const query = { state: input.text('state') ?? 'waiting', mine: input.on('mine'), limit: LISTED }
    const { answer, raw } = await (await context.openSession()).call('listApprovals', { query })
    await printAnswer(context, raw, () => approvalListLines(answer, query.state, context.screen.view))
    return 'ok'
  },
}

/** The same, without the verb. */
export const APPROVALS: CommandSpec = {
  ...APPROVALS_LIST,
  name: 'approvals',
  summary: 'What waits for an approval: list it, show, approve, reject',
  examples: [{ line: 'approvals', does: 'lists what waits' }],
}

export const APPROVALS_SHOW: CommandSpec = {
  name: 'approvals show',
  summary: 'One request that waits or waited, and what became of it',
  description: 'What is to be done, by whom, why it needs an approval, and what was decided.',
  arguments: ID,
  examples: [{ line: `approvals show ${EXAMPLE_ID}`, does: 'shows one request' }],
  reads: true,
  run: async (context, input) => {
    const params = { id: parseIdOf('request', 'approvals list', input.argument(0)) }
    return print(context, await (await context.openSession()).call('getApproval', { params }))
  },
}

export const APPROVALS_APPROVE: CommandSpec = {
  name: 'approvals approve',
  summary: 'Approve a request, which is then carried out',
  description:
    'It is carried out at once, in the name of whoever asked, and once. Where the capsule, the policies or the rights of whoever asked have changed since, it fails and nothing is done. Nobody approves a request of their own.',
  arguments: ID,
  options: [{ flags: '--reason <reason>', description: 'Why; shown to whoever asked' }],
  examples: [{ line: `approvals approve ${EXAMPLE_ID} --reason 'Agreed on Monday'`, does: 'has it carried out' }],
  run: (context, input) => decide(context, input, 'approve'),
}

export const APPROVALS_REJECT: CommandSpec = {
  name: 'approvals reject',
  summary: 'Reject a request',
  description: 'Nothing is done. Whoever asked sees the reason.',
  arguments: ID,
  options: [{ flags: '--reason <reason>', description: 'Why; shown to whoever asked' }],
  examples: [{ line: `approvals reject ${EXAMPLE_ID} --reason 'Still needed'`, does: 'rejects it' }],
  run: (context, input) => {
    if (input.text('reason') === undefined) throw usage('A rejection needs its reason: --reason.')
    return decide(context, input, 'reject')
  },
}

async function decide(context: CommandContext, input: CommandInput, decision: 'approve' | 'reject'): Promise<ExitName> {
  const params = { id: parseIdOf('request', 'approvals list', input.argument(0)) }
  const reason = input.text('reason')
  const body = checkInput(approvalDecisionBody, { decision, ...(reason !== undefined && { reason }) })
  const called = await (await context.openSession()).call('decideApproval', { params, body })
  await print(context, called)
  return called.answer.state === 'failed' ? 'conflict' : 'ok'
}

async function print(
  context: CommandContext,
  { answer, raw }: { readonly answer: Approval; readonly raw: unknown },
): Promise<ExitName> {
  await printAnswer(context, raw, () => approvalLines(answer, context.screen.view))
  return 'ok'
}
