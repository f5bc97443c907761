import { setTimeout as pause } from 'node:timers/promises'
import { type AnswerOf, importBody } from '@forge-cascade/contract'
import { CascadeError, isCascadeError, messageOf } from '#base'
import type { LoadedConfig } from '#config'
import type { CommandContext } from '../command-context.ts'
import { type CommandInput, checkInput } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { askForFolder, findLiving } from '../connect.ts'
import { HttpClient } from '../http-client.ts'
import { ImportRun } from '../import-run.ts'
import type { LocalInstance } from '../local-instance.ts'
import {
  knowledgeLine,
  type ReadyFacts,
  readyLines,
  type SamplesOutcome,
  samplesLines,
  tryLines,
  uncountedLines,
} from '../render/start-lines.ts'
import type { View } from '../render/view.ts'
import { Session } from '../session.ts'

/** How long it waits for a command that only uses the folder for a moment. */
const WAIT_MS_MAX = 5_000
/** How long it waits where agents give the folder over: one after the other may have held it. */
const GIVEN_MS_MAX = 30_000
const WAIT_MS = 200
/** Label of the sample knowledge, to remove it by. */
const SAMPLES = 'samples'

/** Configuration that is set by flags of this command. */
const FLAGS = ['host', 'port', 'log-level', 'log-format'] as const

export const START: CommandSpec = {
  name: 'start',
  summary: 'Serve the data folder, until Ctrl-C',
  description:
    'Makes the data folder where it is missing, starts the HTTP interface and prints where it answers: on standard error where standard output is no terminal, so that there it holds log lines alone. Into an empty store it reads the documentation as sample knowledge. The first Ctrl-C or SIGTERM finishes what is under way; SIGHUP, where there is no terminal, reads the configuration again. An agent that holds the folder gives it over and becomes a client. Ends with 5 when another process serves the folder.',
  options: [
    { flags: '--host <address>', description: 'Address to listen on (127.0.0.1)' },
    { flags: '--port <port>', description: 'TCP port; 0 takes any free one (8420)' },
    {
      flags: '--log-level <level>',
      description: 'Least severe line (info)',
      choices: ['debug', 'info', 'warn', 'error'],
    },
    { flags: '--log-format <format>', description: 'How lines look (auto)', choices: ['auto', 'json', 'pretty'] },
    { flags: '--no-samples', description: 'Leave an empty store empty' },
  ],
  examples: [
    { line: 'start', does: 'serves .cascade on port 8420' },
    { line: 'start --data /srv/cascade --port 9000', does: 'serves another folder elsewhere' },
    { line: 'start --log-format json --json', does: 'logs for machines, and prints the address as JSON' },
  ],
  run: async (context, input) => {
    const loaded = context.loadConfig(readFlags(input))
    const instance = await becomeOwner(context, loaded)
    using _reload = context.io.onReload(() => instance.reload(() => context.loadConfig(readFlags(input))))
    let stopping = false
    using _ = context.interrupts.handle((signal) => {
      stopping = true
      context.screen.note(`${signal}: finishing what is under way. Once more to leave at once.`)
      void instance.stop(signal).catch((error: unknown) => context.screen.note(`The stop failed: ${messageOf(error)}`))
    })
    await tell(context, loaded, instance).catch((error: unknown) => {
      // Whoever stops it while it is still telling wants no more of that.
      if (!stopping) throw error
    })
    await instance.stopped
    return 'ok'
  },
}

const readFlags = (input: CommandInput) => ({
  ...Object.fromEntries(FLAGS.map((flag) => [flag, input.text(flag)])),
  ...(input.on('samples') ? {} : { 'samples.import': false }),
})

/** Starts the instance; a command that uses the folder for a moment is waited for. */
async function becomeOwner(context: CommandContext, loaded: LoadedConfig): Promise<LocalInstance> {
  const { clock } = context.io
  const beganAt = clock()
  for (let deadline = beganAt + WAIT_MS_MAX; ; await pause(WAIT_MS)) {
    if (await askOwner(loaded.config.data.dir)) deadline = beganAt + GIVEN_MS_MAX
    try {
      return await context.startInstance(loaded, { listen: 'tcp+socket', log: 'all', answers: context.settings.json })
    } catch (error) {
      const isTaken = isCascadeError(error) && error.code === 'DATA_FOLDER_IN_USE'
      if (!isTaken || clock() >= deadline) throw error
    }
  }
}

/** Of an owner that holds the folder for an agent it is asked for; a server keeps it. */
async function askOwner(directory: string): Promise<boolean> {
  const owner = await findLiving(directory)
  if (owner === undefined) return false
  if (owner.url === null) return askForFolder(owner, directory)
  throw new CascadeError(
    'DATA_FOLDER_IN_USE',
    `${directory} is served already, by process ${owner.pid} since ${owner.started_at}: ${owner.url}.`,
  )
}

async function tell(context: CommandContext, loaded: LoadedConfig, instance: LocalInstance): Promise<void> {
  const { screen, settings, io } = context
  const greeting = greetingOf(context, loaded)
  const readyInS = io.uptimeS()
  const client = new HttpClient({ socket: instance.socket }, instance.token)
  const session = await Session.open(() => ({ kind: 'owner', client }), io.random, context.interrupts.signal)
  const facts = { version: io.version, readyInS, dataDir: loaded.config.data.dir, instance }
  if (settings.json) await screen.json(startJson(facts))
  else await greeting.print(readyLines(facts, greeting.view))
  // Counting takes the longer the more there is, and nobody who was told the address needs to wait for it.
  if (settings.json && !loaded.config.samples.import) return
  const stats = await countOf(session)
  if (isCascadeError(stats)) return settings.json ? undefined : greeting.print(uncountedLines(stats, greeting.view))
  const samplesDir = stats.capsules === 0 && loaded.config.samples.import ? io.samplesDir : null
  if (!settings.json && samplesDir === null) await greeting.print([knowledgeLine(stats, greeting.view)])
  const samples = await importSamples(samplesDir, session)
  if (settings.json) return
  const next = tryLines({ samples, capsules: stats.capsules }, greeting.view)
  await greeting.print([...samplesLines(samples, SAMPLES, greeting.view), ...next])
}

/** What there is, or why nobody lets that be said: an emergency, or a policy. The instance serves all the same. */
async function countOf(session: Session): Promise<AnswerOf<'capsuleStats'> | CascadeError> {
  try {
    return await session.ask('capsuleStats')
  } catch (error) {
    if (isCascadeError(error) && REFUSED.has(error.code)) return error
    throw error
  }
}
const REFUSED: ReadonlySet<string> = new Set(['EMERGENCY_ACTIVE', 'FORBIDDEN', 'APPROVAL_REQUIRED'])

interface Greeting {
  readonly view: View
  readonly print: (lines: readonly string[]) => Promise<void>
}

/** Off a terminal a program reads the log, and each of its lines: what is for people takes the stream that the log leaves. */
function greetingOf({ screen, io }: CommandContext, { config }: LoadedConfig): Greeting {
  if (io.stdout.isTTY === true || config.log.output === 'stderr')
    return { view: screen.view, print: (lines) => screen.print(lines) }
  return { view: screen.noteView, print: async (lines) => screen.note(...lines) }
}

const startJson = ({ version, readyInS, dataDir, instance }: ReadyFacts) => ({
  version,
  ready_in_s: readyInS,
  url: instance.url,
  socket: instance.socket,
  data_dir: dataDir,
  token_file: instance.tokenFile,
  boot: { ...instance.boot, chunks: instance.boot.chunks.map((chunk) => ({ ...chunk, reason: chunk.reason ?? null })) },
})

/** Tables to look things up in are poor answers. */
const LEFT_OUT = ['/reference/']

/** Reads the documentation into an empty store; null where there is none, or nothing to be read. */
async function importSamples(samplesDir: string | null, session: Session): Promise<SamplesOutcome> {
  if (samplesDir === null) return { kind: 'none' }
  try {
    const request = {
      path: samplesDir,
      kind: 'folder',
      exclude: LEFT_OUT,
      history: false,
      label: SAMPLES,
      tags: ['sample'],
    }
    const { answer } = await new ImportRun(session, checkInput(importBody, request)).follow({
      onProgress: () => undefined,
    })
    if (answer.state === 'completed') return { kind: 'imported', documents: answer.imported }
    return { kind: 'failed', reason: answer.problem ?? answer.state }
  } catch (error) {
    // The instance serves without samples as well as with them.
    if (isCascadeError(error)) return { kind: 'failed', reason: error.detail }
    throw error
  }
}
