import { type Command, CommanderError } from 'commander'
import { CascadeError, isCascadeError, messageOf } from '#base'
import type { CliIo } from './cli-io.ts'
import { CommandContext } from './command-context.ts'
import type { CommandInput } from './command-input.ts'
import type { CommandSpec } from './command-spec.ts'
import { COMMANDS } from './commands/index.ts'
import { describeCommand } from './describe-command.ts'
import { fixOf } from './error-fix.ts'
import { EXIT, type ExitName, exitOf } from './exit-code.ts'
import { type GlobalSettings, readGlobals, repeatGlobals } from './global-settings.ts'
import { Interrupts } from './interrupts.ts'
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
  const early = readGlobals({ json: argv.includes('--json'), color: !argv.includes('--no-color') })
  const screen = createScreen(io, early)
  let exit: ExitName = 'ok'
  const help: string[] = []
  const program = createProgram({
    commandName: io.commandName,
    version: io.version,
    width: screen.view.width,
    paint: screen.view.paint,
    write: (text) => help.push(text),
    run: async (spec, input, given, tree) => {
      exit = await runCommand(spec, input, { io, settings: readGlobals(given), program: tree })
    },
  })
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    exit = await endOf(error, argv, screen, early, help)
  }
  screen.clearProgress()
  return EXIT[exit].code
}

interface Run {
  readonly io: CliIo
  readonly settings: GlobalSettings
  readonly program: Command
}

/** A command to its end, or to the first Ctrl-C that it does not handle itself. */
async function runCommand(spec: CommandSpec, input: CommandInput, { io, settings, program }: Run): Promise<ExitName> {
  using interrupts = new Interrupts(io)
  const screen = createScreen(io, settings)
  await using context = new CommandContext({
    io,
    screen,
    settings,
    interrupts,
    program,
    describe: () => COMMANDS.map(describeCommand),
  })
  const interrupted = interrupts.ended.then((): ExitName => 'interrupted')
  try {
    return await Promise.race([spec.run(context, input), interrupted])
  } catch (error) {
    if (interrupts.signal.aborted) return 'interrupted'
    throw error
  }
}

const createScreen = (io: CliIo, settings: GlobalSettings): Screen =>
  new Screen(io, {
    colour: settings.colour,
    command: (rest) => `${io.commandName}${repeatGlobals(settings)} ${rest}`,
  })

/** Tells how it ended, once, and gives the exit. */
async function endOf(
  error: unknown,
  argv: readonly string[],
  screen: Screen,
  settings: GlobalSettings,
  help: readonly string[],
): Promise<ExitName> {
  if (error instanceof CommanderError && ANSWERED.has(error.code)) {
    await screen.print([help.join('').trimEnd()])
    return 'ok'
  }
  const { failure, fix } = understand(error, argv, screen)
  if (settings.json) screen.note(JSON.stringify(errorProblem(failure, screen.view.command(commandWords(argv)))))
  else screen.note(...errorLines(failure, fix, screen.noteView.paint))
  return exitOf(failure.code)
}

function understand(error: unknown, argv: readonly string[], screen: Screen): { failure: CascadeError; fix: string } {
  const help = screen.view.command(`${commandWords(argv)} --help`.trimStart())
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
  return { failure, fix: fixOf(failure, help, commandWords(argv)) }
}

/** The command among what was typed, for naming its help; empty for none that there is. */
function commandWords(argv: readonly string[]): string {
  const at = argv.findIndex((word) => FIRST_WORDS.has(word))
  const two = argv.slice(at, at + 2).join(' ')
  return at < 0 ? '' : COMMANDS.some(({ name }) => name === two) ? two : (argv[at] ?? '')
}

const FIRST_WORDS: ReadonlySet<string> = new Set(COMMANDS.map(({ name }) => name.split(' ')[0] ?? name))

/**
 * Hears the errors of the streams, so that a reader that leaves (`| head`) does not break the process. Those of writing
 * a result come back to whoever wrote it; of a broken standard error nobody could be told.
 */
function hearStreams({ stdout, stderr }: CliIo): void {
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined)
}
