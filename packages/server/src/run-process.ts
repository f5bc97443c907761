import { systemClock, systemRandom } from '#base'
import { environment } from '#config'
import type { LogStream, RootLogger } from '#observability'
import { type CliIo, runCli, type StopSignal } from './edge/cli/index.ts'
import { commandName, findSamples, selfCommand } from './home.ts'
import { VERSION } from './version.ts'

type StartInstance = CliIo['startInstance']
type Loaded = Parameters<StartInstance>[0]

/** What makes instances; `log` is made here, by the configuration of each. */
export interface Composition
  extends Pick<
    CliIo,
    | 'restoreBackup'
    | 'restorePoint'
    | 'restoreAsIs'
    | 'listRestorable'
    | 'publishLog'
    | 'openPublished'
    | 'detectKind'
    | 'describeEmbedder'
    | 'lintMesh'
    | 'readPolicies'
    | 'openPolicies'
    | 'armPolicies'
  > {
  startInstance(loaded: Loaded, options: Parameters<StartInstance>[1], log: RootLogger): ReturnType<StartInstance>
  mendPolicies(loaded: Loaded, log: RootLogger): ReturnType<CliIo['mendPolicies']>
}

/** Runs the command line of this process; returns its exit code. */
export const runProcess = (argv: readonly string[], composition: Composition): Promise<number> =>
  runCli(argv, ioOf(composition))

const ioOf = (composition: Composition): CliIo => ({
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: environment(),
  cwd: process.cwd(),
  commandName: commandName(process.cwd(), environment()),
  selfCommand: selfCommand(environment()),
  version: VERSION,
  samplesDir: findSamples(),
  runtime: { node: process.versions.node, sqlite: process.versions.sqlite, platform: process.platform },
  clock: systemClock,
  random: systemRandom,
  uptimeS: () => process.uptime(),
  onSignal: listenToSignals,
  onReload: listenToHangup,
  exitNow: (code) => process.exit(code),
  startInstance: async (loaded, options) => composition.startInstance(loaded, options, await openLog(loaded, options)),
  mendPolicies: async (loaded) =>
    composition.mendPolicies(loaded, await openLog(loaded, { listen: 'socket', log: 'none', answers: true })),
  restoreBackup: composition.restoreBackup,
  restorePoint: composition.restorePoint,
  restoreAsIs: composition.restoreAsIs,
  listRestorable: composition.listRestorable,
  publishLog: composition.publishLog,
  openPublished: composition.openPublished,
  detectKind: composition.detectKind,
  describeEmbedder: composition.describeEmbedder,
  lintMesh: composition.lintMesh,
  readPolicies: composition.readPolicies,
  openPolicies: composition.openPolicies,
  armPolicies: composition.armPolicies,
})

async function openLog({ config }: Loaded, options: Parameters<StartInstance>[1]): Promise<RootLogger> {
  const { level, format, output } = config.log
  const { createLogger } = await import('#observability')
  return createLogger({
    ...{ stream: streamOf(output, options), clock: systemClock, format },
    noColor: Boolean(environment().NO_COLOR),
    level: options.log === 'all' ? level : 'error',
  })
}

/** A log that nobody is to see. */
const NOWHERE: LogStream = { write: () => true }

function streamOf(output: 'auto' | 'stdout' | 'stderr', { log, answers }: Parameters<StartInstance>[1]): LogStream {
  if (log === 'none') return NOWHERE
  if (log === 'errors') return process.stderr
  return process[output === 'auto' ? (answers ? 'stderr' : 'stdout') : output]
}

function listenToSignals(listener: (signal: StopSignal) => void): Disposable {
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.on(signal, listener)
  return {
    [Symbol.dispose]: () => {
      for (const signal of signals) process.off(signal, listener)
    },
  }
}

function listenToHangup(listener: () => void): Disposable {
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  if (hasTerminal || process.platform === 'win32') return { [Symbol.dispose]: () => undefined }
  process.on('SIGHUP', listener)
  return { [Symbol.dispose]: () => void process.off('SIGHUP', listener) }
}
