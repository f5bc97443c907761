import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isCascadeError, messageOf } from '#base'
import type { LoadedConfig } from '#config'
import { findOwner } from '#data-folder'
import { NODE_MAJOR_MIN, SQLITE_MIN } from '../../runtime.ts'
import type { CliIo } from './cli-io.ts'
import { findLiving } from './connect.ts'
import { fixOf } from './error-fix.ts'
import type { DoctorFinding } from './render/doctor-lines.ts'
import { byteSize } from './render/words.ts'

/** Below this much room a busy instance may run into a full disk within hours. */
const FREE_BYTES_MIN = 512 * 1024 * 1024
/** What others than the user must not do with a folder that holds a token. */
const OTHERS = 0o077

/**
 * A module whose one function makes a 128-bit vector: valid where WebAssembly has SIMD.
 * Bytes: magic, version; type () → v128; one function; its body `i32.const 0; i8x16.splat; end`.
 *
 * @see https://webassembly.github.io/spec/core/binary/modules.html
 */
const SIMD_MODULE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11,
])

/** The runtime: does it have what the store needs. */
export function checkRuntime({ runtime }: Pick<CliIo, 'runtime'>): DoctorFinding[] {
  return [
    finding('Node', atLeast(runtime.node, [NODE_MAJOR_MIN]), `version ${runtime.node} on ${runtime.platform}`, {
      fix: `Install Node ${NODE_MAJOR_MIN} or newer; in a clone, \`npm ci\` brings it.`,
    }),
    finding('SQLite', atLeast(runtime.sqlite ?? '0', SQLITE_MIN), `version ${runtime.sqlite ?? 'unknown'}, in Node`, {
      fix: `Use a Node that brings SQLite ${SQLITE_MIN.join('.')} or newer.`,
    }),
    finding('SIMD', WebAssembly.validate(SIMD_MODULE), 'vector instructions in WebAssembly, for search by meaning', {
      fix: 'This processor or its emulation has none; use a 64-bit Intel, AMD or ARM machine.',
    }),
  ]
}

/** Finds what is wrong with the folder itself; the store in it is the instance's to check. */
export async function checkFolder(loaded: LoadedConfig, platform: NodeJS.Platform): Promise<DoctorFinding[]> {
  const directory = loaded.config.data.dir
  const room = checkRoom(directory)
  if (!(await exists(directory)))
    return [
      { check: 'data folder', ok: true, detail: `${directory} is not there yet; the first command makes it` },
      await room,
    ]
  const modes =
    platform === 'win32'
      ? []
      : [checkMode('data folder', directory, '700'), checkMode('token', join(directory, 'token'), '600')]
  const each = await Promise.all([checkAccess(directory), ...modes, room, checkOwner(directory)])
  return each.filter((found) => found !== undefined)
}

async function checkAccess(directory: string): Promise<DoctorFinding> {
  try {
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK)
    return { check: 'access', ok: true, detail: `${directory} can be read and written` }
  } catch (error) {
    return {
      check: 'access',
      ok: false,
      detail: messageOf(error),
      fix: `Give yourself the folder: chown -R "$USER" ${directory}`,
    }
  }
}

async function checkMode(check: string, path: string, wanted: string): Promise<DoctorFinding | undefined> {
  if (!(await exists(path))) return undefined
  const { mode } = await stat(path)
  const shown = (mode & 0o777).toString(8)
  return finding(`${check} permissions`, (mode & OTHERS) === 0, `mode ${shown} of ${path}`, {
    fix: `Others can use what is in it. Take that away: chmod ${wanted} ${path}`,
  })
}

async function checkRoom(directory: string): Promise<DoctorFinding> {
  const place = await nearestFolder(directory)
  const { bavail, bsize } = await statfs(place)
  const free = bavail * bsize
  return finding('disk', free >= FREE_BYTES_MIN, `${byteSize(free)} free at ${place}`, {
    fix: `Free some space: below ${byteSize(FREE_BYTES_MIN)} writing may fail soon. Reading goes on, nothing is lost.`,
  })
}

async function checkOwner(directory: string): Promise<DoctorFinding> {
  const owner = findOwner(directory)
  const living = await findLiving(directory)
  if (living !== undefined)
    return {
      check: 'owner',
      ok: true,
      detail: `process ${living.pid} since ${living.started_at}${living.url === null ? '' : `, at ${living.url}`}`,
    }
  const left =
    owner === undefined
      ? 'nobody'
      : `nobody; process ${owner.pid} left without a word, and the next start puts that in order`
  return { check: 'owner', ok: true, detail: left }
}

/** What an error means to a doctor. */
export function findingOf(check: string, error: unknown, help: string): DoctorFinding {
  if (!isCascadeError(error)) throw error
  return { check, ok: false, detail: `${error.detail} (${error.code})`, fix: fixOf(error, help) }
}

const finding = (check: string, ok: boolean, detail: string, { fix }: { readonly fix: string }): DoctorFinding =>
  ok ? { check, ok, detail } : { check, ok, detail, fix }

function atLeast(version: string, least: readonly number[]): boolean {
  const parts = version.split('.').map(Number)
  const at = least.findIndex((wanted, index) => (parts[index] ?? 0) !== wanted)
  return at < 0 || (parts[at] ?? 0) > (least[at] ?? 0)
}

async function nearestFolder(path: string): Promise<string> {
  let place = path
  while (!(await exists(place)) && dirname(place) !== place) place = dirname(place)
  return place
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return false
    throw error
  }
}
