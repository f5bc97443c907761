import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { ACTIONS, ROUTING_LIMITS, type RoutingLint, routingQuestion } from '@forge-cascade/contract'
import { unreadable } from '#base'
import { parseRouting, type Space } from '#routing'
import type { CommandContext } from '../command-context.ts'
import { checkInput, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { routingAnswerLines, routingChangeLines, routingLines, routingLintLines } from '../render/routing-lines.ts'
import { printAnswer } from './answer.ts'

export const ROUTING_SHOW: CommandSpec = {
  name: 'routing show',
  summary: 'The rules of routing, and how the providers stand',
  description:
    'Each provider with its circuit, its failures, how far its answers have drifted and what that leaves of its weights; each rule with the share of every arm; and what is wrong with the file, where what was sound last counts.',
  options: [{ flags: '--text', description: 'Print the rules themselves' }],
  examples: [
    { line: 'routing show', does: 'tells who makes vectors' },
    { line: 'routing show --text', does: 'prints the rules as they count' },
  ],
  reads: true,
  run: async (context, input) => {
    const { answer, raw } = await (await context.openSession()).call('getRouting', {})
    await printAnswer(context, raw, () =>
      input.on('text') ? (answer.text ?? '').trimEnd().split('\n') : routingLines(answer, context.screen.view),
    )
    return 'ok'
  },
}

export const ROUTING_LINT: CommandSpec = {
  name: 'routing lint',
  summary: 'Say what is wrong with rules of routing, and where',
  description:
    'Reads the file that the configuration names (`routing.file`), or another, and holds it against the model that the configuration names: every problem at once, with its line and what to do. Ends with 7 when one is an error. Needs no instance.',
  arguments: [{ flags: '[file]', description: 'The file; that of the configuration when left out' }],
  examples: [
    { line: 'routing lint', does: 'looks at config/routing.yml' },
    { line: 'routing lint new-rules.yml', does: 'looks at rules before they are used' },
  ],
  run: async (context, input) => {
    const { config } = context.loadConfig()
    const file = input.argument(0) ?? config.routing.file
    const { rules, findings } = parseRouting(readRules(context, file), await spaceOf(context), (option, name) =>
      option === 'api_key_env'
        ? !!context.io.env[name]
        : existsSync(join(dirname(resolve(context.io.cwd, file)), name)),
    )
    const answer: RoutingLint = {
      ok: rules !== undefined,
      rules: rules?.rules.length ?? 0,
      providers: Object.keys(rules?.providers ?? {}).length,
      findings: [...findings],
    }
    await printAnswer(context, answer, () => routingLintLines(answer, file, context.screen.view))
    return answer.ok ? 'ok' : 'damaged'
  },
}

export const ROUTING_PREVIEW: CommandSpec = {
  name: 'routing preview',
  summary: 'Ask which provider would make a vector, and why',
  description:
    'The function that chooses, with the circuits and the drift of this moment. No provider is asked. With --rules it is asked of a file that does not count yet.',
  options: [
    { flags: '--for <subject>', description: 'For whom, by id or name; for the instance itself when left out' },
    { flags: '--purpose <purpose>', description: 'What for; query when left out', choices: ['query', 'document'] },
    { flags: '--action <action>', description: 'By which action', choices: Object.keys(ACTIONS) },
    { flags: '--lane <lane>', description: 'In which lane' },
    { flags: '--text <text>', description: 'Of which text' },
    { flags: '--rules <file>', description: 'Rules in the place of those that count' },
  ],
  examples: [
    { line: 'routing preview --for scout', does: 'tells who would answer questions of scout' },
    { line: 'routing preview --for scout --rules new-rules.yml', does: 'tells what other rules would change' },
  ],
  reads: true,
  run: async (context, input) => {
    const rules = input.text('rules')
    const body = checkInput(routingQuestion, {
      ...{ subject: input.text('for'), purpose: input.text('purpose'), action: input.text('action') },
      ...{ lane: input.text('lane'), text: input.text('text') },
      rules: rules === undefined ? undefined : readRules(context, rules),
    })
    const { answer, raw } = await (await context.openSession()).call('previewRouting', { body })
    await printAnswer(context, raw, () => routingAnswerLines(answer, context.screen.view))
    return 'ok'
  },
}

export const ROUTING_APPLY: CommandSpec = {
  name: 'routing apply',
  summary: 'Put rules of routing in force, in the place of those that are',
  description:
    'They are written into the file that the configuration names, and are on record with who did it. What is not sound changes nothing and ends with 7. Where the rules change meanwhile it is refused.',
  arguments: [{ flags: '<file>', description: 'The rules' }],
  options: [{ flags: '--dry-run', description: 'Say what is wrong with them, with nothing put in force' }],
  examples: [{ line: 'routing apply new-rules.yml', does: 'puts the rules of the file in force' }],
  run: async (context, input) => {
    const file = input.argument(0)
    if (file === undefined) throw usage('Name the file with the rules.')
    const text = readRules(context, file)
    const session = await context.openSession()
    const { answer: before } = await session.call('getRouting', {})
    const body = { text, dry_run: input.on('dry-run') }
    const { answer, raw } = await session.call('applyRouting', { body, ifMatch: `"${before.digest}"` })
    await printAnswer(context, raw, () => routingChangeLines(answer, file, context.screen.view))
    return answer.digest === null ? 'damaged' : 'ok'
  },
}

/** @throws CascadeError SOURCE_UNREADABLE; a usage error for what is longer than rules may be. */
function readRules({ io }: CommandContext, file: string): string {
  const path = resolve(io.cwd, file)
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw unreadable(path, error)
  }
  if (bytes.length > ROUTING_LIMITS.textBytesMax)
    throw usage(`${file} has ${bytes.length} bytes, and rules have at most ${ROUTING_LIMITS.textBytesMax}.`)
  return bytes.toString('utf8')
}

/** Whose vectors an instance of this configuration has, as far as that is known without asking a provider. */
async function spaceOf(context: CommandContext): Promise<Space | undefined> {
  const { provider, model, dimensions, folder } = context.loadConfig().config.embedding
  if (provider === 'openai') return model === undefined ? undefined : { model, dimensions }
  return context.io.describeEmbedder(provider === 'onnx' ? folder : undefined)
}
