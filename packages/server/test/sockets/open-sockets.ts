import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** A socket of a process, as the kernel lists it. */
export interface OpenSocket {
  readonly protocol: string
  readonly localPort: number
  /** Hex of the address and the port; zeros where nobody is at the other end. */
  readonly remote: string
  readonly isListening: boolean
}

const TABLES = ['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'raw6'] as const
const LISTEN = '0A'

/** True where the kernel lists the sockets of a process. */
export const canListSockets = (): boolean => existsSync('/proc/self/net/tcp') && existsSync('/proc/self/fd')

/** Internet sockets of a process; a unix socket is none. Empty once the process is gone. */
export function openSockets(pid: number): readonly OpenSocket[] {
  const owned = inodesOf(pid)
  return TABLES.flatMap((protocol) => rowsOf(pid, protocol).filter(({ inode }) => owned.has(inode)))
}

function inodesOf(pid: number): ReadonlySet<string> {
  const found = new Set<string>()
  for (const name of attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? []) {
    const inode = /^socket:\[(\d+)\]$/.exec(attempt(() => readlinkSync(`/proc/${pid}/fd/${name}`)) ?? '')?.[1]
    if (inode !== undefined) found.add(inode)
  }
  return found
}

/** Columns of /proc/net/tcp: number, local, remote, state, queues, timer, retransmits, user, timeout, inode. */
function rowsOf(pid: number, protocol: (typeof TABLES)[number]): readonly (OpenSocket & { readonly inode: string })[] {
  const lines = (attempt(() => readFileSync(`/proc/${pid}/net/${protocol}`, 'utf8')) ?? '').split('\n').slice(1)
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns.length > 9)
    .map(([, local = '', remote = '', state, , , , , , inode = '']) => ({
      protocol,
      localPort: Number.parseInt(local.split(':')[1] ?? '', 16),
      remote,
      isListening: state === LISTEN,
      inode,
    }))
}

/** A descriptor, or the whole process, may be gone between two looks. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}
