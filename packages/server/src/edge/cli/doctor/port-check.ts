import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { isErrno, messageOf } from '#base'
import { type DoctorFinding, fine, problem, warning } from './finding.ts'

/** Where Linux lists sockets; the local address is the second column, the state the fourth, the inode the tenth. */
const SOCKET_TABLES = ['/proc/net/tcp', '/proc/net/tcp6']
const LISTENING = '0A'
/** Processes that are looked through for the one with the socket. */
const PROCESSES_MAX = 20_000

/** Whether `start` would get its port; only for a folder that nobody serves. */
export async function checkPort({
  host,
  port,
}: {
  readonly host: string
  readonly port: number
}): Promise<DoctorFinding> {
  if (port === 0) return fine('port', 'any that is free')
  const code = await tryToListen(host, port)
  if (code === undefined) return fine('port', `${port} is free`)
  const trouble = TROUBLES[code]
  return trouble === undefined
    ? problem('port', `${host}:${port} cannot be listened on (${code})`, { fix: 'Choose another: --host, --port.' })
    : trouble(host, port)
}

const TROUBLES: Readonly<Record<string, (host: string, port: number) => DoctorFinding>> = {
  EADDRINUSE: (_host, port) =>
    warning('port', `${port} is taken by ${ownerOf(port) ?? 'another program'}`, {
      means: '`start` would end with an error. All other commands work.',
      fix: `Stop that program, or choose another port: --port or CASCADE_PORT. \`ss -ltnp\` or \`lsof -i :${port}\` lists who listens.`,
    }),
  EACCES: (_host, port) =>
    problem('port', `${port} is kept for the system`, {
      means: '`start` would end with an error.',
      fix: 'Choose a port from 1024 on: --port or CASCADE_PORT. A proxy in front can have the small one.',
    }),
  EADDRNOTAVAIL: (host) =>
    problem('port', `${host} is no address of this machine`, {
      means: '`start` would end with an error.',
      fix: 'Choose another: --host or CASCADE_HOST; 127.0.0.1 is this machine alone.',
    }),
}

/** @returns the code with which it fails, or undefined when it listened. */
function tryToListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve('code' in error ? String(error.code) : messageOf(error)))
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
}

/** `process 4242 (node)`; undefined where the system does not say, as of other users' processes. */
export function ownerOf(port: number): string | undefined {
  const wanted = new Set(SOCKET_TABLES.flatMap((table) => inodesOf(table, port)).map((inode) => `socket:[${inode}]`))
  if (wanted.size === 0) return undefined
  const processes = namesIn('/proc').filter((name) => /^\d+$/.test(name))
  const found = processes.slice(0, PROCESSES_MAX).find((id) => holds(id, wanted))
  return found === undefined ? undefined : `process ${found} (${textOf(`/proc/${found}/comm`).trim()})`
}

function inodesOf(table: string, port: number): readonly string[] {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return textOf(table)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(end) && columns[3] === LISTENING)
    .map((columns) => columns[9] ?? '')
}

const holds = (id: string, wanted: ReadonlySet<string>): boolean =>
  namesIn(`/proc/${id}/fd`).some((name) => wanted.has(orNothing(() => readlinkSync(`/proc/${id}/fd/${name}`)) ?? ''))

const namesIn = (folder: string): readonly string[] => orNothing(() => readdirSync(folder)) ?? []
const textOf = (path: string): string => orNothing(() => readFileSync(path, 'utf8')) ?? ''

const UNSEEN = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ESRCH', 'EINVAL'] as const

/** Processes come, go, and belong to others, all while they are looked at; what cannot be read says nothing. */
function orNothing<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (isErrno(error, ...UNSEEN)) return undefined
    throw error
  }
}
