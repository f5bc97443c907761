import { isCascadeError } from '#base'
import { type LoadedConfig, loadConfig } from '#config'
import type { CliIo } from '../cli-io.ts'
import type { CommandContext } from '../command-context.ts'
import { findLiving } from '../connect.ts'
import { checkBackups } from './backup-checks.ts'
import { checkClock } from './clock-checks.ts'
import { checkConfig } from './config-checks.ts'
import { checkEmbedding } from './embedding-check.ts'
import { attempt, type DoctorFinding, findingOf } from './finding.ts'
import { checkFolder, type FolderCheckOptions } from './folder-checks.ts'
import { checkPort } from './port-check.ts'
import { checkRuntime } from './runtime-checks.ts'

/** Everything around the store: runtime, configuration, and what that names. What one check breaks on is its finding. */
export async function checkMachine(context: CommandContext): Promise<DoctorFinding[]> {
  const runtime = checkRuntime(context.io)
  let loaded: LoadedConfig
  try {
    loaded = context.loadConfig()
  } catch (error) {
    const folder = await checkNamedFolder(context)
    const wrong = findingOf('configuration', error, context.screen.view.command('config --help'))
    return [...runtime, ...folder, folder.some(isShut) ? { ...wrong, fix: FOLDER_FIRST } : wrong]
  }
  return [...runtime, ...(await checkConfigured(context.io, loaded))]
}

const isShut = ({ check, ok }: DoctorFinding): boolean => check === 'access' && !ok
const FOLDER_FIRST = 'Mend the access to the data folder first: a configuration in it cannot be read until then.'

async function checkConfigured(io: CliIo, loaded: LoadedConfig): Promise<DoctorFinding[]> {
  const { data, embedding } = loaded.config
  const each = await Promise.all([
    attempt('configuration permissions', () => checkConfig(loaded, io.runtime.platform)),
    attempt('clock', () => checkClock(data.dir, io.clock(), io.env)),
    attempt('embedding', async () => [await checkEmbedding(embedding, io.describeEmbedder)]),
    checkBackups(loaded.config, io),
    attempt('port', () => checkOwnPort(loaded)),
    attempt('data folder', () => checkFolder(data.dir, folderOptions(io))),
  ])
  return each.flat()
}

/** An instance that serves has its port already. */
async function checkOwnPort({ config: { data, server } }: LoadedConfig): Promise<DoctorFinding[]> {
  const living = await findLiving(data.dir)
  const url = living?.url ?? null
  return url === null ? [await checkPort(server)] : []
}

/**
 * The folder of a configuration that is wrong, as a flag, the environment or the default names it; nothing when there is
 * none at that place, as a file may name another.
 */
async function checkNamedFolder({ io, settings }: CommandContext): Promise<DoctorFinding[]> {
  const directory = namedFolder(io, settings.data)
  if (directory === undefined) return []
  const found = await attempt('data folder', () => checkFolder(directory, folderOptions(io)))
  return found.some(({ check, ok }) => check === 'data folder' && ok) ? [] : found
}

function namedFolder({ env, cwd }: CliIo, data: string | undefined): string | undefined {
  const { CASCADE_DATA, CASCADE_DATA_DIR } = env
  try {
    const named = { flags: { data }, env: { CASCADE_DATA, CASCADE_DATA_DIR }, cwd, readFile: () => undefined }
    return loadConfig(named).config.data.dir
  } catch (error) {
    // What is wrong with the name is told of the whole configuration.
    if (isCascadeError(error)) return undefined
    throw error
  }
}

const folderOptions = ({ runtime }: CliIo): FolderCheckOptions => ({
  platform: runtime.platform,
  userId: process.getuid?.(),
})
