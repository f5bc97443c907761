import { messageOf } from '#base'
import type { Perform } from '#mcp'
import type { CommandContext } from '../command-context.ts'
import type { CommandSpec } from '../command-spec.ts'
import { readScope, SCOPE_OPTIONS } from './filters.ts'

/** Bytes that name a connection. */
const SESSION_BYTES = 8

export const MCP: CommandSpec = {
  name: 'mcp',
  summary: 'Serve an agent over MCP',
  description:
    'Speaks the Model Context Protocol on standard input and output, for an agent that starts this command itself; `mcp install` tells agents how. Several of them and a server share one data folder: the first to come opens it, the others are its clients, and when it leaves one of them takes its place. A scope that is given holds for every call that names none. Ends when standard input ends, or at SIGTERM after the calls under way.',
  options: SCOPE_OPTIONS,
  examples: [
    { line: 'mcp', does: 'serves the agent that started it' },
    { line: 'mcp --identity support-bot --lane billing', does: 'remembers and recalls in this scope' },
    { line: 'mcp --url https://memory.example.org', does: 'serves the memory of an instance elsewhere' },
  ],
  run: async (context, input) => {
    const { io, screen } = context
    // Read before anything is served: what is wrong with it is told to whoever configures the agent.
    if (!context.isRemote) context.loadConfig()
    context.lendFolder()
    const { serveAgent } = await import('#mcp')
    const session = Buffer.from(io.random(new Uint8Array(SESSION_BYTES))).toString('hex')
    const note = (text: string) => screen.fail(`cascade mcp: ${text}`)
    const connection = serveAgent(
      { perform: performOf(context), scope: readScope(input), agent: 'unnamed agent', session },
      {
        version: io.version,
        random: io.random,
        clock: io.clock,
        stdin: io.stdin,
        stdout: io.stdout,
        onNote: note,
        onTrouble: (tool, error) => note(`${tool} broke: ${messageOf(error)}`),
      },
    )
    using _ = context.interrupts.handle(() => void connection.drain())
    // Opened while the client still introduces itself; a call that needs it tries again and tells what is wrong.
    context.openSession().catch((error: unknown) => note(messageOf(error)))
    await connection.closed
    // The client may keep its end open: nothing is read from it any more, and it keeps nobody waiting.
    io.stdin.destroy()
    return 'ok'
  },
}

/** Operations by the way that every command takes: found or opened at the first call, found again when the owner leaves. */
const performOf =
  (context: CommandContext): Perform =>
  async (id, input) =>
    (await context.openSession()).ask(id, input)
