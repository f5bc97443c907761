export type { CliIo, StopSignal } from './cli-io.ts'
export type { LocalInstance, RestoreBackup, StartInstanceOptions } from './local-instance.ts'
export { runCli } from './run-cli.ts'
