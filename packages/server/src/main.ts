import { systemClock, systemRandom } from '#base'
import { environment } from '#config'
import { type CliIo, runCli, type StopSignal } from './edge/cli/index.ts'
import { commandName, findSamples } from './home.ts'
import { VERSION } from './version.ts'

/** The instance and all its parts: loaded only by the command that becomes one, so that clients start fast. */
const compose = () => import('./compose.ts')

const io: CliIo = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: environment(),
  cwd: process.cwd(),
  commandName: commandName(process.cwd(), environment()),
  version: VERSION,
  samplesDir: findSamples(),
  runtime: { node: process.versions.node, sqlite: process.versions.sqlite, platform: process.platform },
  clock: systemClock,
  random: systemRandom,
  uptimeS: () => process.uptime(),
  onSignal: listenToSignals,
  onReload: listenToHangup,
  exitNow: (code) => process.exit(code),
  startInstance: async (loaded, options) => {
    const { level, format, output } = loaded.config.log
    const noColor = Boolean(environment().NO_COLOR)
    const { createLogger } = await import('#observability')
    const stream = output === 'auto' ? (options.answers ? 'stderr' : 'stdout') : output
    const log = createLogger({
      stream: process[stream],
      clock: systemClock,
      format,
      noColor,
      level: options.quiet ? 'error' : level,
    })
    const { startInstance } = await compose()
    return startInstance(loaded, options, log)
  },
  restoreBackup: async (dataDir, file) => (await compose()).restoreBackup(dataDir, file),
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

process.exitCode = await runCli(process.argv.slice(2), io)
