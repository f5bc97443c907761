import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { CascadeError, isCascadeError, messageOf } from '#base'
import type { LoadedConfig } from '#config'
import { type FolderOwner, findOwner } from '#data-folder'
import { STORE_FILE } from './doctor/store-files.ts'
import { nothingStored } from './error-fix.ts'
import { HttpClient } from './http-client.ts'
import type { StartInstance, StartInstanceOptions } from './local-instance.ts'
import type { Connection } from './session.ts'

/** How long a command waits for the process that is just opening, or just leaving, the data folder. */
export const CONNECT_MS_MAX = 30_000
const WAIT_MS_FIRST = 20
const WAIT_MS_MAX = 500
/** An owner that does not say that it lives within this is not spoken to. */
const LIVE_MS_MAX = 5_000

/** Speaks to the instance at an address. */
export function connectRemote(url: string, token: string | undefined, signal?: AbortSignal): Connection {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol))
    throw new CascadeError('VALIDATION_FAILED', `--url needs an http or https address; got ${JSON.stringify(url)}.`)
  if (parsed.username !== '' || parsed.password !== '')
    throw new CascadeError(
      'VALIDATION_FAILED',
      '--url takes no name and no password; the token goes into CASCADE_TOKEN.',
    )
  return { kind: 'remote', client: new HttpClient({ url: parsed }, token, signal) }
}

export interface ConnectLocalOptions {
  /** Monotonic enough: milliseconds since 1970. */
  readonly clock: () => number
  readonly waitMsMax?: number
  /** Of an instance that this process becomes: whether others may ask for its folder. */
  readonly lent?: boolean
  /** Asked before each try to open the folder; while it is false another owner is waited for. */
  readonly mayOwn?: () => boolean
  /** False: a folder without a store stays as it is. */
  readonly mayMake?: boolean
  /** What is told of an instance that this process becomes. */
  readonly log?: StartInstanceOptions['log']
  /** Spoken with instead of the administrator's of the data folder. */
  readonly token?: string | undefined
  /** Ends the waiting and the requests. */
  readonly signal?: AbortSignal
}

/**
 * Speaks to the owner of the data folder, or becomes it when nobody is. Of two commands that start at once one becomes
 * the owner; the other finds the folder taken and waits for the winner's socket, with growing pauses.
 *
 * @throws CascadeError DATA_FOLDER_IN_USE when whoever holds the folder does not answer in time, NOT_FOUND where there is no
 *   store and none may be made.
 */
export async function connectLocal(
  loaded: LoadedConfig,
  startInstance: StartInstance,
  {
    clock,
    waitMsMax = CONNECT_MS_MAX,
    mayOwn = () => true,
    mayMake = true,
    lent = false,
    log = 'errors',
    token,
    signal,
  }: ConnectLocalOptions,
): Promise<Connection> {
  const directory = loaded.config.data.dir
  const deadline = clock() + waitMsMax
  for (let waitMs = WAIT_MS_FIRST; ; waitMs = Math.min(WAIT_MS_MAX, waitMs * 2)) {
    const found = await findLiving(directory)
    if (found !== undefined) return { kind: 'client', client: clientOf(found, directory, signal, token) }
    if (!mayOwn() && !signal?.aborted) {
      await pause(waitMs)
      continue
    }
    if (!mayMake && !existsSync(join(directory, STORE_FILE))) throw nothingStored(directory)
    try {
      const local = await startInstance(loaded, { listen: 'socket', log, answers: true, ...(lent && { lent }) })
      return { kind: 'owner', client: new HttpClient({ socket: local.socket }, token ?? local.token, signal) }
    } catch (error) {
      if (!isTaken(error) || clock() >= deadline || signal?.aborted) throw error
    }
    await pause(waitMs)
  }
}

/** Asks an owner for its folder; false of one that does not give it, which is waited for like any other that holds it. */
export async function askForFolder(owner: FolderOwner, directory: string): Promise<boolean> {
  try {
    await clientOf(owner, directory).request('POST', '/v2/system/handover', { timeoutMs: LIVE_MS_MAX })
    return true
  } catch (error) {
    if (isCascadeError(error)) return false
    throw error
  }
}

/** The owner that its file names, if it says that it lives. */
export async function findLiving(directory: string): Promise<FolderOwner | undefined> {
  const owner = findOwner(directory)
  if (owner === undefined) return undefined
  try {
    await new HttpClient({ socket: owner.socket }, undefined).request('GET', '/health/live', { timeoutMs: LIVE_MS_MAX })
    return owner
  } catch (error) {
    if (isCascadeError(error)) return undefined
    throw error
  }
}

const clientOf = (owner: FolderOwner, directory: string, signal?: AbortSignal, token?: string): HttpClient =>
  new HttpClient({ socket: owner.socket }, token ?? readToken(join(directory, 'token')), signal)

/** @throws CascadeError UNAUTHENTICATED when the file cannot be read or holds nothing. */
export function readToken(path: string): string {
  let token: string
  try {
    token = readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new CascadeError('UNAUTHENTICATED', `The token cannot be read: ${messageOf(error)}.`, { cause: error })
  }
  if (token === '') throw new CascadeError('UNAUTHENTICATED', `${path} holds no token.`)
  return token
}

const isTaken = (error: unknown): boolean => isCascadeError(error) && error.code === 'DATA_FOLDER_IN_USE'
