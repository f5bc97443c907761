export type { CliIo, InputStream, OutputStream, StopSignal } from './cli-io.ts'
export { type CliDescription, type CommandDescription, describeCli } from './describe-cli.ts'
export { EXIT, type ExitName } from './exit-code.ts'
export type {
  LocalInstance,
  RestoreBackup,
  RestoredBackup,
  StartInstance,
  StartInstanceOptions,
} from './local-instance.ts'
export { runCli } from './run-cli.ts'
