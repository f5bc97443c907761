import { resolve } from 'node:path'
import { deadLetterChoice, type MeshLintAnswer } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import { listOf } from '#config'
import type { MeshProblem } from '#mesh'
import type { CommandContext } from '../command-context.ts'
import { type CommandInput, checkInput, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { deadLines, doneLines, meshLines, meshLintLines } from '../render/mesh-lines.ts'
import { printAnswer } from './answer.ts'

/** Dead letters listed at once. */
const LISTED = 50
const LETTER_ID = '01939b42-0000-7000-8000-000000000007.changes.ops'

export const MESH_LINT: CommandSpec = {
  name: 'mesh lint',
  summary: 'Say what is wrong with a mesh.yml, and where',
  description:
    'Looks at the file as an instance would: names, patterns, filters, the options of each sink, its keys and its address; nothing is sent. Ends with 7 when something is wrong. Needs no instance.',
  arguments: [{ flags: '<file>', description: 'The file with the routes' }],
  examples: [{ line: 'mesh lint config/mesh.yml', does: 'looks at the routes' }],
  run: async (context, input) => {
    const file = input.argument(0) ?? ''
    const targets = listOf(context.loadConfig().config.mesh.private_targets)
    const found = await context.io.lintMesh(resolve(context.io.cwd, file), targets)
    if (found === undefined) throw new CascadeError('NOT_FOUND', `There is no file ${file}.`)
    const problems = found.ok ? [] : found.problems.map(shown)
    const warnings = found.ok ? (found.warnings ?? []).map(shown) : []
    const config = found.ok ? found.config : undefined
    const answer: MeshLintAnswer = {
      ...{ ok: found.ok, routes: config?.routes.length ?? 0, digest: config?.digest ?? null, problems, warnings },
    }
    await printAnswer(context, answer, () => meshLintLines(answer, context.screen.view))
    return found.ok ? 'ok' : 'damaged'
  },
}

const shown = ({ line, path, message }: MeshProblem) => ({ line: line ?? null, path, message })

export const MESH_SHOW: CommandSpec = {
  name: 'mesh show',
  summary: 'The routes of events, and how far each is',
  description: 'Each sink of each route with its state, how far behind it is, and what it waits for.',
  examples: [{ line: 'mesh show', does: 'shows how the routes stand' }],
  reads: true,
  run: async (context) => {
    const { answer, raw } = await (await context.openSession()).call('getMesh', {})
    await printAnswer(context, raw, () => meshLines(answer, context.screen.view))
    return 'ok'
  },
}

export const MESH_DEAD: CommandSpec = {
  name: 'mesh dead',
  summary: 'Events that were given up, in the order of the log',
  description: 'What could not be delivered, with the reason of the last try.',
  options: [{ flags: '--route <route>', description: 'Those of this route' }],
  examples: [{ line: 'mesh dead --route changes', does: 'lists what the route gave up' }],
  reads: true,
  run: async (context, input) => {
    const route = input.text('route')
    const query = { limit: LISTED, ...(route !== undefined && { route }) }
    const { answer, raw } = await (await context.openSession()).call('listDeadLetters', { query })
    await printAnswer(context, raw, () => deadLines(answer, context.screen.view))
    return 'ok'
  },
}

const CHOICE = {
  arguments: [{ flags: '[id...]', description: 'Ids, as mesh dead shows them' }],
  options: [{ flags: '--route <route>', description: 'All of this route, 500 at a time' }],
} as const

export const MESH_REPLAY: CommandSpec = {
  name: 'mesh replay',
  summary: 'Have events that were given up delivered again',
  description: 'In the order of the log. One that fails again is given up again.',
  ...CHOICE,
  examples: [
    { line: `mesh replay ${LETTER_ID}`, does: 'delivers one again' },
    { line: 'mesh replay --route changes', does: 'delivers all of a route again' },
  ],
  run: async (context, input) => {
    const { answer, raw } = await (await context.openSession()).call('replayDeadLetters', { body: choice(input) })
    return print(context, raw, answer.events, 'on their way again')
  },
}

export const MESH_DISCARD: CommandSpec = {
  name: 'mesh discard',
  summary: 'Give dead letters up for good',
  description: 'The events stay in the log; they are not delivered any more.',
  ...CHOICE,
  examples: [{ line: `mesh discard ${LETTER_ID}`, does: 'gives one up' }],
  run: async (context, input) => {
    const { answer, raw } = await (await context.openSession()).call('discardDeadLetters', { body: choice(input) })
    return print(context, raw, answer.events, 'given up')
  },
}

function choice(input: CommandInput) {
  const [ids, route] = [input.words(0), input.text('route')]
  if ((ids.length === 0) === (route === undefined)) throw usage('Name either ids or a route: --route.')
  return checkInput(deadLetterChoice, route === undefined ? { ids: [...ids] } : { route })
}

async function print(context: CommandContext, raw: unknown, events: number, what: string): Promise<'ok'> {
  await printAnswer(context, raw, () => doneLines(events, what))
  return 'ok'
}
