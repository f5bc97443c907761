import { SUBJECT_KINDS, SUBJECT_ROLES, type SubjectAnswer, subjectBody, subjectUpdate } from '@forge-cascade/contract'
import type { CommandContext } from '../command-context.ts'
import { type CommandInput, checkInput, numberOf, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import type { ExitName } from '../exit-code.ts'
import { subjectLines } from '../render/identity-lines.ts'
import { printAnswer } from './answer.ts'

/** Subjects listed at once. */
const LISTED = 100
const NAME = { flags: '<name>', description: 'Name of the subject, or its id' }
const ROLE = {
  flags: '--role <role>',
  description: 'What it may be; may be given several times',
  choices: SUBJECT_ROLES,
  many: true,
} as const

export const SUBJECT_ADD: CommandSpec = {
  name: 'subject add',
  summary: 'Register a person, an agent or a service',
  description:
    'It has no token yet: `token create` gives it one. Nobody gives more trust than they have. An agent needs its owner, the person who answers for it. A name that somebody has is refused (exit code 5).',
  arguments: [{ flags: '<name>', description: 'One line, unique whatever its case' }],
  options: [
    { flags: '--kind <kind>', description: 'What it is; person when left out', choices: SUBJECT_KINDS },
    { flags: '--owner <owner>', description: 'Of an agent: the person who answers for it, by name or id' },
    { ...ROLE, description: 'What it may be; member when left out; may be given several times' },
    { flags: '--trust <trust>', description: 'What it is trusted with, 0 to 100; 60 when left out' },
  ],
  examples: [
    { line: 'subject add ada', does: 'registers a person' },
    { line: 'subject add reader --kind agent --owner ada --trust 40', does: 'registers an agent of hers' },
  ],
  run: async (context, input) => {
    const body = checkInput(subjectBody, {
      name: input.argument(0),
      kind: input.text('kind') ?? 'person',
      ...fieldsOf(input),
    })
    return printSubject(context, await (await context.openSession()).call('createSubject', { body }))
  },
}

export const SUBJECT_LIST: CommandSpec = {
  name: 'subject list',
  summary: 'List who there is',
  description:
    'People, agents and services with their roles and trust, in the order of their registration; the first hundred.',
  options: [{ flags: '--kind <kind>', description: 'Only of this kind', choices: SUBJECT_KINDS }],
  examples: [{ line: 'subject list --kind agent', does: 'lists the agents' }],
  reads: true,
  run: async (context, input) => {
    const query = { limit: LISTED, kind: input.text('kind') }
    const { answer, raw } = await (await context.openSession()).call('listSubjects', { query })
    await printAnswer(context, raw, () =>
      answer.items.length === 0
        ? ['There is none of this kind.']
        : answer.items.flatMap((one) => subjectLines(one, context.screen.view)),
    )
    return 'ok'
  },
}

export const SUBJECT_SHOW: CommandSpec = {
  name: 'subject show',
  summary: 'Show who a subject is',
  description: 'Its kind, roles, trust and owner, and whether anybody comes in as it.',
  arguments: [NAME],
  examples: [{ line: 'subject show ada', does: 'shows who ada is' }],
  reads: true,
  run: async (context, input) => {
    const params = { id: input.argument(0) ?? '' }
    return printSubject(context, await (await context.openSession()).call('getSubject', { params }))
  },
}

export const SUBJECT_CHANGE: CommandSpec = {
  name: 'subject change',
  summary: 'Change roles, trust or owner of a subject, end or restore its access',
  description:
    'What is left out stays. --deactivate ends all its tokens for good; after --activate it gets new ones. The administrator of the instance stays as it is (exit code 5).',
  arguments: [NAME],
  options: [
    { ...ROLE, description: 'What it may be from now on; may be given several times' },
    { flags: '--trust <trust>', description: 'What it is trusted with, 0 to 100' },
    { flags: '--owner <owner>', description: 'Of an agent: another person, by name or id' },
    { flags: '--deactivate', description: 'End its access' },
    { flags: '--activate', description: 'Restore its access' },
  ],
  examples: [
    { line: 'subject change reader --trust 20', does: 'trusts it with less' },
    { line: 'subject change reader --deactivate', does: 'ends its access and all its tokens' },
  ],
  reads: true,
  run: async (context, input) => {
    const body = checkInput(subjectUpdate, changeOf(input))
    const params = { id: input.argument(0) ?? '' }
    const session = await context.openSession()
    // What is left out stays as it is now, so that there is no state to insist on.
    return printSubject(context, await session.call('updateSubject', { params, body, ifMatch: '*' }))
  },
}

function changeOf(input: CommandInput): object {
  const [on, off] = [input.on('activate'), input.on('deactivate')]
  if (on && off) throw usage('Name --activate or --deactivate, not both.')
  const change = { ...fieldsOf(input), ...((on || off) && { active: on }) }
  if (Object.keys(change).length > 0) return change
  throw usage('Name what is to change: --role, --trust, --owner, --activate or --deactivate.')
}

function fieldsOf(input: CommandInput): object {
  const [owner, roles, trust] = [input.text('owner'), input.list('role'), numberOf(input.text('trust'))]
  return {
    ...(owner !== undefined && { owner }),
    ...(roles !== undefined && { roles }),
    ...(trust !== undefined && { trust }),
  }
}

async function printSubject(
  context: CommandContext,
  { answer, raw }: { readonly answer: SubjectAnswer; readonly raw: unknown },
): Promise<ExitName> {
  await printAnswer(context, raw, () => subjectLines(answer, context.screen.view))
  return 'ok'
}
