import { join, resolve } from 'node:path'
import { CascadeError } from '#base'
import {
  AGENT_CLIENT_NAMES,
  AGENT_CLIENTS,
  type AgentClientName,
  type AgentCommand,
  findClients,
  type Place,
} from '../agents/agent-clients.ts'
import type { CommandContext } from '../command-context.ts'
import { type CommandInput, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import type { ExitName } from '../exit-code.ts'
import { quoteForShell } from '../shell-word.ts'
import { printAnswer } from './answer.ts'
import { readScope, SCOPE_OPTIONS } from './filters.ts'

const NAME_DEFAULT = 'cascade'
/** What every client takes as the name of a server. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/

const CLIENT = { flags: '[client]', description: 'Which one (all that are found)', choices: AGENT_CLIENT_NAMES }
const SHARED = [
  { flags: '--project', description: 'In the folder you are in, for everyone who works on it' },
  { flags: '--name <name>', description: `What the server is called (${NAME_DEFAULT})` },
  { flags: '--dry-run', description: 'Show it, and write nothing' },
] as const

export const MCP_INSTALL: CommandSpec = {
  name: 'mcp install',
  summary: 'Tell an agent of this memory',
  description:
    'Shows what Claude Code, Cursor or Visual Studio Code needs in its configuration to start `mcp` with this data folder, from whatever folder, and writes it: beside what is there, comments and order kept, the file as it was beside it. Running it again changes nothing, or brings the entry up to date. With --url the entry leads to an instance elsewhere, with --token-file to its token.',
  arguments: [CLIENT],
  options: [...SHARED, ...SCOPE_OPTIONS],
  examples: [
    { line: 'mcp install claude-code', does: 'lets Claude Code use this memory' },
    { line: 'mcp install --dry-run', does: 'shows it for every client that is found' },
    { line: 'mcp install vscode --project --lane billing', does: 'writes it for one project, with a scope' },
  ],
  run: async (context, input) => change(context, input, entryOf(context, input)),
}

export const MCP_UNINSTALL: CommandSpec = {
  name: 'mcp uninstall',
  summary: 'Take the memory out of an agent’s configuration',
  description:
    'Takes out what `mcp install` wrote, and nothing else; the file as it was stays beside it. The memory itself is not touched.',
  arguments: [CLIENT],
  options: SHARED,
  examples: [
    { line: 'mcp uninstall cursor', does: 'takes it out of the configuration of Cursor' },
    { line: 'mcp uninstall --dry-run', does: 'shows what would be taken out' },
  ],
  run: (context, input) => change(context, input, undefined),
}

type Entry = Readonly<Record<string, string | readonly string[]>>

interface Changed {
  readonly client: AgentClientName
  readonly file: string
  /** What stands there for the memory now, or would; null for nothing. */
  readonly entry: Entry | null
  readonly changed: boolean
  readonly written: boolean
  readonly backup: string | null
}

/** @param entry undefined to take it out. */
async function change(context: CommandContext, input: CommandInput, entry: Entry | undefined): Promise<ExitName> {
  const clients = clientsOf(context, input)
  const { editText, readClientFile, writeClientFile } = await import('../agents/client-file.ts')
  const name = nameOf(input)
  // All are read before the first is written: what is wrong with one is told before anything has changed.
  const plans = clients.map((client) => {
    const file = readClientFile(fileOf(client, context, input))
    return { client, file, edited: editText(file, [AGENT_CLIENTS[client].member, name], entry) }
  })
  const changes = plans.map(({ client, file, edited }): Changed => {
    const changed = edited !== (file.text ?? '')
    const written = changed && !input.on('dry-run')
    const backup = written ? writeClientFile(file, edited) : null
    return { client, file: file.path, entry: entry ?? null, changed, written, backup }
  })
  await printAnswer(context, { name, clients: changes }, () => changes.flatMap((one) => linesOf(one, name)))
  return 'ok'
}

function linesOf({ client, file, entry, changed, written, backup }: Changed, name: string): string[] {
  const shown = JSON.stringify({ [name]: entry }, null, 2)
    .split('\n')
    .slice(1, -1)
  const outcome = changed ? (written ? 'Written.' : 'Nothing was written.') : 'It is so already.'
  return [
    `${AGENT_CLIENTS[client].title}: ${file}`,
    ...(entry === null ? [`  without ${JSON.stringify(name)}`] : shown),
    `${outcome}${backup === null ? '' : ` As it was: ${backup}`}`,
  ]
}

/** What starts the command from any folder. Type is what two of the clients ask for, and the third takes. */
const entryOf = (context: CommandContext, input: CommandInput): Entry => {
  const { command, args } = agentCommand(context, input)
  return { type: 'stdio', command, args: [...args] }
}

function agentCommand(context: CommandContext, input: CommandInput): AgentCommand {
  const { io } = context
  const scope = Object.entries(readScope(input)).flatMap(([key, value]) => (value ? [`--${key}`, value] : []))
  return {
    command: io.selfCommand.command,
    args: [...io.selfCommand.args, 'mcp', ...(context.isRemote ? remoteArgs(context) : localArgs(context)), ...scope],
  }
}

/** The folder by its whole path, and the configuration where one was read: an agent starts programs anywhere. */
function localArgs(context: CommandContext): readonly string[] {
  const { config, file } = context.loadConfig()
  return ['--data', resolve(config.data.dir), ...(file === undefined ? [] : ['--config', resolve(file)])]
}

/** The token itself is never written into a file of others; its file is named, or the variable CASCADE_TOKEN is used. */
function remoteArgs({ settings, io }: CommandContext): readonly string[] {
  const url = settings.url ?? io.env.CASCADE_URL ?? ''
  const { tokenFile } = settings
  return ['--url', url, ...(tokenFile === undefined ? [] : ['--token-file', resolve(io.cwd, tokenFile)])]
}

function clientsOf(context: CommandContext, input: CommandInput): readonly AgentClientName[] {
  const named = AGENT_CLIENT_NAMES.find((name) => name === input.argument(0))
  if (named !== undefined) return [named]
  const found = findClients(placeOf(context))
  if (found.length > 0) return found
  throw new CascadeError(
    'NOT_FOUND',
    `None of ${AGENT_CLIENT_NAMES.join(', ')} is found here; name one, and its configuration is made.`,
  )
}

function fileOf(client: AgentClientName, context: CommandContext, input: CommandInput): string {
  const { file, projectFile } = AGENT_CLIENTS[client]
  return input.on('project') ? join(context.io.cwd, projectFile) : file(placeOf(context))
}

function placeOf({ io: { env, runtime } }: CommandContext): Place {
  const home = env.HOME || env.USERPROFILE
  if (!home) throw usage('HOME is not set, so there is no place for it; --project writes below the folder you are in.')
  return { home, env, platform: runtime.platform }
}

function nameOf(input: CommandInput): string {
  const name = input.text('name') ?? NAME_DEFAULT
  if (NAME.test(name)) return name
  throw usage(`--name takes letters, digits, - and _, at most 64 of them; got ${quoteForShell(name)}.`)
}
