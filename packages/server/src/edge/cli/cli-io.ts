import type { Readable, Writable } from 'node:stream'
import type { ImportJob, PolicyChange } from '@forge-cascade/contract'
import type { Clock, Random } from '#base'
import type { Environment, LoadedConfig } from '#config'
import type { ArmedBundle } from '#governance'
import type { PublishedSource, ReadPublished } from '#ledger'
import type { MeshReading } from '#mesh'
import type { BundleReading, PolicyBundle, PolicyExplanation, PolicyFile, PolicyRequest } from '#policy'
import type { AgentCommand } from './agents/agent-clients.ts'
import type { ListRestorable, RestoreAsIs, RestoreBackup, RestorePoint, StartInstance } from './local-instance.ts'

/** A stream that may be a terminal. */
export interface OutputStream extends Writable {
  readonly isTTY?: boolean
  /** Columns of the terminal. */
  readonly columns?: number
}

export interface InputStream extends Readable {
  readonly isTTY?: boolean
}

export type StopSignal = 'SIGINT' | 'SIGTERM'

/** Policies as they were read. */
export interface ReadPolicies {
  /** Of the bundle, in the order of their paths. */
  readonly files: readonly PolicyFile[]
  /** Files of cases beside them. */
  readonly tests: readonly PolicyFile[]
  /** How many policies there are in the files, sound or not. */
  readonly policies: number
  readonly reading: BundleReading
}

export interface OpenPolicies {
  /** Decides, and tells part by part how. */
  explain(request: PolicyRequest): PolicyExplanation
}

/** What makes the vectors. */
export interface EmbedderFacts {
  readonly model: string
  readonly dimensions: number
  /** Package that runs it; null where none is needed. */
  readonly runtime: string | null
}

/** Everything of the process that the command line touches, as arguments: `main.ts` hands in the real ones. */
export interface CliIo {
  readonly stdin: InputStream
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  /** From `environment()` of the configuration. */
  readonly env: Environment
  /** Absolute; relative paths start here. */
  readonly cwd: string
  /** How the program was called, for the examples that people copy: `cascade` or `./cascade`. */
  readonly commandName: string
  /** What starts the program from any folder, for others that are to start it. */
  readonly selfCommand: AgentCommand
  /** Version of the program. */
  readonly version: string
  /** Folder with the sample knowledge that the first start imports; null when there is none. */
  readonly samplesDir: string | null
  /** Versions and platform of the runtime, for `doctor`. */
  readonly runtime: { readonly node: string; readonly sqlite: string | undefined; readonly platform: NodeJS.Platform }
  readonly clock: Clock
  readonly random: Random
  /** Seconds since the process began. */
  readonly uptimeS: () => number
  /** Calls the listener at each SIGINT and SIGTERM, until the handle is disposed of; the process itself then ends by none. */
  readonly onSignal: (listener: (signal: StopSignal) => void) => Disposable
  /**
   * Calls the listener at each SIGHUP, until the handle is disposed of. Where the process has a terminal, SIGHUP says that
   * this was closed, and ends the process as ever.
   */
  readonly onReload: (listener: () => void) => Disposable
  /** Ends the process at once; for a second Ctrl-C alone. */
  readonly exitNow: (code: number) => void
  readonly startInstance: StartInstance
  readonly restoreBackup: RestoreBackup
  readonly restorePoint: RestorePoint
  readonly restoreAsIs: RestoreAsIs
  readonly listRestorable: ListRestorable
  /**
   * What an import takes a path of this machine for when nobody says it.
   *
   * @throws CascadeError SOURCE_UNREADABLE for what cannot be read, or is nothing that is imported by itself.
   */
  readonly detectKind: (path: string) => Promise<ImportJob['kind']>
  /**
   * Writes a log into a folder as static files, or brings those of an older publication up to date.
   *
   * @param onProgress told in entries.
   * @throws CascadeError CONFLICT when the folder holds anything else; UNAVAILABLE or STORAGE_FULL; DATA_CORRUPT.
   */
  readonly publishLog: (
    source: PublishedSource,
    directory: string,
    onProgress: (done: number, total: number) => void,
  ) => Promise<void>
  /** Reads the files of such a folder. */
  readonly openPublished: (directory: string) => Promise<ReadPublished>
  /**
   * Reads the policies of a folder, or of files, whoever wrote them. What is wrong with them are findings.
   *
   * @throws CascadeError SOURCE_UNREADABLE; UNPROCESSABLE for more than a bundle may hold, or no policy at all.
   */
  readonly readPolicies: (paths: readonly string[]) => Promise<ReadPolicies>
  /**
   * Puts the policies that come with the program in force in a data folder that nobody owns, without reading those that are, and
   * without an instance: whoever may open the folder is its operator, and no policy is asked.
   *
   * @throws CascadeError DATA_FOLDER_IN_USE; what opening the store throws.
   */
  readonly mendPolicies: (loaded: LoadedConfig) => Promise<PolicyChange>
  /**
   * Reads a mesh.yml by the sinks of this program; undefined where there is no such file.
   *
   * @throws CascadeError SOURCE_UNREADABLE.
   */
  readonly lintMesh: (path: string, privateTargets: readonly string[]) => Promise<MeshReading | undefined>
  /** Policies that were found sound, to be asked. */
  readonly openPolicies: (bundle: PolicyBundle) => Promise<OpenPolicies>
  /**
   * Policies of a gate, whoever wrote them, ready to decide by; undefined for files that are not sound. They are read on a
   * thread that is thrown away.
   */
  readonly armPolicies: (files: readonly PolicyFile[]) => Promise<ArmedBundle | undefined>
  /**
   * The embedder of this machine: the model in a folder, or the built-in one.
   *
   * @throws CascadeError CONFIG_INVALID when the folder does not fit, or nothing is there to run it.
   */
  readonly describeEmbedder: (folder: string | undefined) => Promise<EmbedderFacts>
}
