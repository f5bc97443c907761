import { ACTIONS, previewRequest } from '@forge-cascade/contract'
import { type CommandInput, checkInput, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { parseGivenJson } from '../read-given.ts'
import { decisionLines, explainedDecisionLines } from '../render/decision-lines.ts'
import { printAnswer } from './answer.ts'

/** Decisions listed at once. */
const LISTED = 20

export const GATE_EXPLAIN: CommandSpec = {
  name: 'gate explain',
  summary: 'Tell why something was allowed, denied or held',
  description:
    'Every step of the decision, its reasons, each policy that it rests on part by part, whether what it was decided from is what the log has the digest of, and whether the same is decided today by the policies of then. Of what acts outside the store, such as a backup, also what became of it. You may ask about what you asked for yourself, or an agent of yours; who reads decisions, about all. The id of a decision ends every refusal, and stands in the log (`ledger audit`), and in `gate decisions`.',
  arguments: [{ flags: '<id>', description: 'Id of the decision' }],
  examples: [{ line: 'gate explain 01939b3e-7a12-7b01-9d44-0a4f5b6c7d8e', does: 'tells the story of one decision' }],
  reads: true,
  run: async (context, input) => {
    const params = { id: input.argument(0) ?? '' }
    const { answer, raw } = await (await context.openSession()).call('getDecision', { params })
    await printAnswer(context, raw, () => explainedDecisionLines(answer, context.screen.view))
    return 'ok'
  },
}

export const GATE_PREVIEW: CommandSpec = {
  name: 'gate preview',
  summary: 'Ask what the gate would decide, with nothing done',
  description:
    'The function that decides, for yourself or for another subject. Nothing goes on record but that you asked.',
  arguments: [
    { flags: '<action>', description: 'What would be done, such as capsule.erase', choices: Object.keys(ACTIONS) },
    { flags: '[resource]', description: 'To what: capsule/<id>; * where it comes into being' },
  ],
  options: [
    { flags: '--for <subject>', description: 'Who would do it, by id or name; you when left out' },
    { flags: '--approved', description: 'As if somebody who is entitled had approved it' },
    { flags: '--lane <lane>', description: 'For capsule.create: the lane it would be in' },
    {
      flags: '--capsule <json>',
      description: 'For capsule.create: what else is known of it, such as {"type":"decision"}',
    },
  ],
  examples: [
    { line: 'gate preview capsule.erase --for scout', does: 'tells what scout would be answered' },
    { line: 'gate preview policy.apply', does: 'tells what you would be answered' },
    { line: 'gate preview capsule.create --lane payroll', does: 'tells whether you may add to a lane' },
  ],
  reads: true,
  run: async (context, input) => {
    const capsule = newCapsule(input)
    const given = { ...(input.on('approved') && { approved: true }), ...(capsule && { capsule }) }
    const body = checkInput(previewRequest, {
      action: input.argument(0),
      resource: input.argument(1),
      subject: input.text('for'),
      ...(Object.keys(given).length > 0 && { context: given }),
    })
    const { answer, raw } = await (await context.openSession()).call('previewDecision', { body })
    await printAnswer(context, raw, () => decisionLines(answer, context.screen.view))
    return 'ok'
  },
}

/** What would be created, as far as it was said. @throws CascadeError VALIDATION_FAILED for what is no object of JSON. */
function newCapsule(input: CommandInput): object | undefined {
  const [given, lane] = [input.text('capsule'), input.text('lane')]
  if (given === undefined && lane === undefined) return undefined
  const known = given === undefined ? {} : parseGivenJson('--capsule', given)
  if (typeof known !== 'object' || known === null || Array.isArray(known))
    throw usage('--capsule takes an object of JSON, such as {"type":"decision"}.')
  return { ...known, ...(lane !== undefined && { lane }) }
}

export const GATE_DECISIONS: CommandSpec = {
  name: 'gate decisions',
  summary: 'List decisions, newest first',
  description:
    'Changes, refusals and what waits for an approval. Reading that was allowed is gathered in the log and not listed; `gate explain` tells of it by its id.',
  options: [
    { flags: '--for <subject>', description: 'Of one subject, by id or name' },
    { flags: '--about <resource>', description: 'About one resource, such as capsule/<id>' },
    { flags: '--unpaired', description: 'What acts outside the store and has no outcome yet, oldest first' },
    { flags: '--cursor <cursor>', description: 'Where the page before ended' },
  ],
  examples: [
    { line: 'gate decisions --for scout', does: 'lists what scout did and was refused' },
    { line: 'gate decisions --unpaired', does: 'lists backups, exports and the like that are under way' },
  ],
  reads: true,
  run: async (context, input) => {
    const query = {
      limit: LISTED,
      subject: input.text('for'),
      resource: input.text('about'),
      ...(input.on('unpaired') && { unpaired: true }),
      cursor: input.text('cursor'),
    }
    const { answer, raw } = await (await context.openSession()).call('listDecisions', { query })
    const { paint, command } = context.screen.view
    await printAnswer(context, raw, () => [
      ...(answer.items.length === 0 ? ['No decisions are on record.'] : []),
      ...answer.items.flatMap((each) => decisionLines(each, context.screen.view, 'short')),
      ...(answer.next_cursor === null
        ? []
        : [paint.faint(`More: ${command(`gate decisions --cursor ${answer.next_cursor}`)}`)]),
    ])
    return 'ok'
  },
}
