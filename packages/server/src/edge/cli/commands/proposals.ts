import {
  PROPOSAL_STATUSES,
  type Proposal,
  proposalBody,
  proposalsQuery,
  VOTES,
  voteBody,
} from '@forge-cascade/contract'
import { parseIdOf } from '../capsule-ref.ts'
import type { CommandContext } from '../command-context.ts'
import { checkInput, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import type { ExitName } from '../exit-code.ts'
import { electionLines, proposalLines, proposalListLines, voteLine } from '../render/proposal-lines.ts'
import { printAnswer } from './answer.ts'
import { readProposedAction } from './read-proposed-action.ts'
import { requireNew, writeNew } from './write-new.ts'

/** Proposals listed at once. */
const LISTED = 50
const EXAMPLE_ID = '01939b42-0000-7000-8000-000000000001'
const ID = { flags: '<id>', description: 'Id of the proposal, as proposals list shows it' }

export const PROPOSALS_LIST: CommandSpec = {
  name: 'proposals list',
  summary: 'What people propose and vote on, oldest first',
  description: 'Each with its status, and how the vote on it stands.',
  options: [{ flags: '--status <status>', description: 'Those of this status', choices: PROPOSAL_STATUSES }],
  examples: [
    { line: 'proposals list', does: 'lists proposals' },
    { line: 'proposals list --status VOTING', does: 'lists what is voted on now' },
  ],
  reads: true,
  run: async (context, input) => {
    const { status } = checkInput(proposalsQuery, { status: input.text('status') })
    const query = { limit: LISTED, ...(status !== undefined && { status }) }
    const { answer, raw } = await (await context.openSession()).call('listProposals', { query })
    await printAnswer(context, raw, () => proposalListLines(answer, context.screen.view))
    return 'ok'
  },
}

/** The same, without the verb. */
export const PROPOSALS: CommandSpec = {
  ...PROPOSALS_LIST,
  name: 'proposals',
  summary: 'Change the rules by vote: propose, vote, delegate, count again',
  examples: [{ line: 'proposals', does: 'lists proposals' }],
}

export const PROPOSALS_SHOW: CommandSpec = {
  name: 'proposals show',
  summary: 'One proposal: what it would do, and how the vote on it stands',
  description: 'With its digest, its quorum, when it closes, and what became of it.',
  arguments: [ID],
  examples: [{ line: `proposals show ${EXAMPLE_ID}`, does: 'shows one proposal' }],
  reads: true,
  run: async (context, input) => {
    const params = { id: parseIdOf('proposal', 'proposals list', input.argument(0)) }
    return print(context, await (await context.openSession()).call('getProposal', { params }))
  },
}

export const PROPOSALS_CREATE: CommandSpec = {
  name: 'proposals create',
  summary: 'Propose a change, as a draft',
  description:
    'One of: policies in the place of those in force (files, as for policy apply, or --built-in), another trust of a subject (--subject and --trust), settings (--set, --unset), clauses of the constitution (--amend with files, --without), or what was there before another proposal was carried out (--revert). It is never edited; `proposals open` has it voted on.',
  arguments: [{ flags: '[path...]', description: 'A folder of policies, or files' }],
  options: [
    { flags: '--title <title>', description: 'What it is, in one line' },
    { flags: '--description <text>', description: 'Why, for those who vote' },
    { flags: '--built-in', description: 'The policies that come with the program' },
    { flags: '--subject <subject>', description: 'Whose trust changes, by name or id' },
    { flags: '--trust <trust>', description: 'To how much, 0 to 100' },
    { flags: '--set <key=value>', description: 'A setting, as in memory.min_trust=50', many: true },
    { flags: '--unset <key>', description: 'A setting that is as it is configured again', many: true },
    { flags: '--amend', description: 'The files are clauses of the constitution' },
    { flags: '--without <clause>', description: 'A clause of the constitution that is taken away', many: true },
    { flags: '--revert <id>', description: 'The proposal whose change is taken back' },
  ],
  examples: [
    { line: `proposals create policies --title 'Nothing is archived'`, does: 'proposes the policies of a folder' },
    { line: `proposals create --title 'Trust ada' --subject ada --trust 80`, does: 'proposes another trust' },
    { line: `proposals create --title 'Surer answers' --set memory.min_trust=60`, does: 'proposes a setting' },
    { line: `proposals create clause.cedar --amend --title 'For good'`, does: 'proposes a clause of the constitution' },
    { line: `proposals create --title 'Back again' --revert ${EXAMPLE_ID}`, does: 'proposes what was there before' },
  ],
  run: async (context, input) => {
    const given = { title: input.text('title'), description: input.text('description') }
    const body = checkInput(proposalBody, { ...given, action: await readProposedAction(context, input) })
    return print(context, await (await context.openSession()).call('createProposal', { body }))
  },
}

export const PROPOSALS_OPEN: CommandSpec = {
  name: 'proposals open',
  summary: 'Have a draft of yours voted on',
  description:
    'At once, or after the time for discussion (governance.discussion_hours). What the constitution forbids is vetoed, and ends the command with 5.',
  arguments: [ID],
  examples: [{ line: `proposals open ${EXAMPLE_ID}`, does: 'has it voted on' }],
  reads: true,
  run: async (context, input) => {
    const params = { id: parseIdOf('proposal', 'proposals list', input.argument(0)) }
    const called = await (await context.openSession()).call('activateProposal', { params })
    await print(context, called)
    return called.answer.outcome === 'vetoed' ? 'conflict' : 'ok'
  },
}

export const PROPOSALS_WITHDRAW: CommandSpec = {
  name: 'proposals withdraw',
  summary: 'Take back a proposal of yours that is not voted on yet',
  description: 'A draft, or one that is discussed; what is voted on stays.',
  arguments: [ID],
  examples: [{ line: `proposals withdraw ${EXAMPLE_ID}`, does: 'takes it back' }],
  reads: true,
  run: async (context, input) => {
    const params = { id: parseIdOf('proposal', 'proposals list', input.argument(0)) }
    return print(context, await (await context.openSession()).call('withdrawProposal', { params }))
  },
}

export const PROPOSALS_VOTE: CommandSpec = {
  name: 'proposals vote',
  summary: 'Vote on a proposal, or vote anew',
  description: 'Until the close; the last vote counts, with the trust that you had when voting opened.',
  arguments: [ID, { flags: '<vote>', description: `One of ${VOTES.join(', ')}` }],
  examples: [{ line: `proposals vote ${EXAMPLE_ID} for`, does: 'votes for it' }],
  reads: true,
  run: async (context, input) => {
    const params = { id: parseIdOf('proposal', 'proposals list', input.argument(0)) }
    const said = voteBody.safeParse({ vote: input.argument(1) })
    if (!said.success)
      throw usage(`${JSON.stringify(input.argument(1))} is no vote; expected one of ${VOTES.join(', ')}.`)
    const called = await (await context.openSession()).call('voteOnProposal', { params, body: said.data })
    await printAnswer(context, called.raw, () => [voteLine(called.answer)])
    return 'ok'
  },
}

export const PROPOSALS_RETRY: CommandSpec = {
  name: 'proposals retry',
  summary: 'Try again to carry out what was passed and failed',
  description: 'What is passed is carried out by itself after its timelock. Ends with 5 where it fails again.',
  arguments: [ID],
  examples: [{ line: `proposals retry ${EXAMPLE_ID}`, does: 'tries again' }],
  reads: true,
  run: async (context, input) => {
    const params = { id: parseIdOf('proposal', 'proposals list', input.argument(0)) }
    const called = await (await context.openSession()).call('executeProposal', { params })
    await print(context, called)
    return called.answer.execution?.state === 'failed' ? 'conflict' : 'ok'
  },
}

export const PROPOSALS_EXPORT: CommandSpec = {
  name: 'proposals export',
  summary: 'Write everything that the result of a vote is worked out from',
  description:
    'Rules, weights, delegations and ballots with their entries in the log, as JSON: tools/tally/tally.py, in the clone and in the package, counts it again without this program. Existing files are not written over.',
  arguments: [ID],
  options: [{ flags: '--out <file>', description: 'The new file; without it the JSON is printed' }],
  examples: [{ line: `proposals export ${EXAMPLE_ID} --out election.json`, does: 'writes it into a file' }],
  reads: true,
  run: async (context, input) => {
    const params = { id: parseIdOf('proposal', 'proposals list', input.argument(0)) }
    requireNew(context, input.text('out'))
    const { answer, raw } = await (await context.openSession()).call('exportElection', { params })
    const text = `${JSON.stringify(raw, null, 2)}\n`
    const written = writeNew(context, input.text('out'), text)
    await printAnswer(context, raw, () => (written === undefined ? [text.trimEnd()] : electionLines(answer, written)))
    return 'ok'
  },
}

async function print(
  context: CommandContext,
  { answer, raw }: { readonly answer: Proposal; readonly raw: unknown },
): Promise<ExitName> {
  await printAnswer(context, raw, () => proposalLines(answer, context.screen.view))
  return 'ok'
}
