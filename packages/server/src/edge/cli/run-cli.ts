import { type Command, CommanderError } from 'commander'
import { CascadeError, isCascadeError, messageOf } from '#base'
import type { CliIo } from './cli-io.ts'
import { CommandContext } from './command-context.ts'
import type { CommandInput } from './command-input.ts'
import type { CommandSpec } from './command-spec.ts'
import { GROUPS } from './commands/groups.ts'
import { helpJson } from './commands/help.ts'
import { describeCommand } from './describe-command.ts'
import { fixOf } from './error-fix.ts'
import { EXIT, type ExitName, endOfError } from './exit-code.ts'
import { GLOBAL_OPTIONS, type GlobalSettings, readGlobals, repeatGlobals } from './global-settings.ts'
import { Interrupts } from './interrupts.ts'
import { loadCommands } from './load-commands.ts'
import { createProgram } from './program.ts'
import { errorLines, errorProblem } from './render/error-lines.ts'
import { Screen } from './screen.ts'

/** Ends of commander that are no mistakes: help and version were asked for, and written. */
const ANSWERED: ReadonlySet<string> = new Set(['commander.helpDisplayed', 'commander.help', 'commander.version'])

/**
 * Runs one command line to its end.
 *
 * @param argv the words after the program's name.
 * @returns the exit code; everything that went wrong has been told on standard error. Never rejects.
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  hearStreams(io)
  // Known before the command line is understood, because its mistakes are told the same way.
  let asked: Asked = {
    name: undefined,
    settings: readGlobals({ json: argv.includes('--json'), color: !argv.includes('--no-color') }),
  }
  const { view } = createScreen(io, asked.settings)
  let exit: ExitName = 'ok'
  const help: string[] = []
  const commands = await loadCommands(argv)
  const program = createProgram({
    commandName: io.commandName,
    version: io.version,
    commands,
    width: view.width,
    paint: view.paint,
    write: (text) => help.push(text),
    run: async (spec, input, given, tree) => {
      asked = { name: spec.name, settings: readGlobals(given) }
      exit = await runCommand(spec, input, { io, settings: asked.settings, program: tree, commands })
    },
  })
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    const screen = createScreen(io, asked.settings)
    exit = await endOf(error, {
      screen,
      program,
      commands,
      help,
      name: asked.name ?? commandWords(argv, commands),
      version: io.version,
      json: asked.settings.json,
    })
  }
  return EXIT[exit].code
}

/** The command that was understood, with its settings; before that, what the words let guess. */
interface Asked {
  readonly name: string | undefined
  readonly settings: GlobalSettings
}

interface Run {
  readonly io: CliIo
  readonly settings: GlobalSettings
  readonly program: Command
  readonly commands: readonly CommandSpec[]
}

/** A command to its end, or to the first Ctrl-C that it does not handle itself. */
async function runCommand(
  spec: CommandSpec,
  input: CommandInput,
  { io, settings, program, commands }: Run,
): Promise<ExitName> {
  using interrupts = new Interrupts(io)
  const screen = createScreen(io, settings)
  await using context = new CommandContext({
    io,
    screen,
    settings,
    interrupts,
    program,
    describe: () => commands.map(describeCommand),
  })
  if (typeof spec.reads === 'function' ? spec.reads(input) : spec.reads) context.neverMake()
  const interrupted = interrupts.ended.then((): ExitName => 'interrupted')
  try {
    return await Promise.race([spec.run(context, input), interrupted])
  } catch (error) {
    if (interrupts.signal.aborted) return 'interrupted'
    throw error
  } finally {
    screen.clearProgress()
  }
}

const createScreen = (io: CliIo, settings: GlobalSettings): Screen =>
  new Screen(io, {
    colour: settings.colour,
    json: settings.json,
    command: (rest) => `${io.commandName}${repeatGlobals(settings)} ${rest}`,
  })

interface Ending {
  readonly screen: Screen
  readonly program: Command
  readonly commands: readonly CommandSpec[]
  /** What commander wrote. */
  readonly help: readonly string[]
  /** The command; empty where none was understood. */
  readonly name: string
  readonly version: string
  readonly json: boolean
}

/** Tells how it ended, once, and gives the exit. */
async function endOf(error: unknown, ending: Ending): Promise<ExitName> {
  if (!(error instanceof CommanderError && ANSWERED.has(error.code))) return fail(error, ending)
  try {
    await answer(error.code, ending)
    return 'ok'
  } catch (trouble) {
    return fail(trouble, ending)
  }
}

/** Help or version, as it was asked for. */
function answer(code: string, { screen, program, commands, help, name, version, json }: Ending): Promise<void> {
  if (!json) return screen.print([help.join('').trimEnd()])
  return screen.json(
    code === 'commander.version' ? { version } : helpJson(program, commands.map(describeCommand), name),
  )
}

function fail(error: unknown, { screen, name, json }: Ending): ExitName {
  const { failure, fix } = understand(error, name, screen)
  if (json) screen.fail(JSON.stringify(errorProblem(failure, screen.view.command(name).trimEnd())))
  else screen.fail(...errorLines(failure, fix, screen.noteView))
  return endOfError(failure)
}

function understand(error: unknown, name: string, screen: Screen): { failure: CascadeError; fix: string } {
  const help = screen.view.command(`${name} --help`.trimStart())
  if (error instanceof CommanderError) {
    const [first = '', ...suggestions] = error.message.split('\n')
    const detail = `${first.replace(/^error: /, '').replace(/^./, (letter) => letter.toUpperCase())}.`.replace(
      /\.\.$/,
      '.',
    )
    const hint = suggestions.join(' ').replace(/^\(|\)$/g, '')
    const failure = new CascadeError('VALIDATION_FAILED', detail, { cause: error })
    return { failure, fix: `${hint} ${fixOf(failure, help)}`.trimStart() }
  }
  const failure = isCascadeError(error) ? error : new CascadeError('INTERNAL', messageOf(error), { cause: error })
  return { failure, fix: fixOf(failure, help, name) }
}

/** The command that a line means which commander did not understand; empty for none that there is. */
function commandWords(argv: readonly string[], commands: readonly CommandSpec[]): string {
  const words = argv.filter((word, at) => !word.startsWith('-') && !VALUED.has(argv[at - 1] ?? ''))
  const [one = '', two = ''] = words
  const names = [...commands.map(({ name }) => name), ...Object.keys(GROUPS)]
  return [`${one} ${two}`, one].find((name) => names.includes(name)) ?? ''
}

/** Options before the command whose value is no command. */
const VALUED: ReadonlySet<string> = new Set(
  GLOBAL_OPTIONS.filter(({ flags }) => flags.includes('<')).map(({ flags }) => flags.split(' ')[0] ?? flags),
)

/**
 * Hears the errors of the streams, so that a reader that leaves (`| head`) does not break the process. Those of writing
 * a result come back to whoever wrote it; of a broken standard error nobody could be told.
 */
function hearStreams({ stdout, stderr }: CliIo): void {
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined)
}
