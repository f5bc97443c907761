export type { CliIo, StopSignal } from './cli-io.ts'
export type {
  ListRestorable,
  LocalInstance,
  RestoreBackup,
  RestorePoint,
  StartInstanceOptions,
} from './local-instance.ts'
export { runCli } from './run-cli.ts'
