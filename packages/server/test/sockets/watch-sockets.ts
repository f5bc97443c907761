// Loaded before the program, in all of its threads: notes every way out that the process tries, whether it works or not.

import dgram from 'node:dgram'
import { subscribe } from 'node:diagnostics_channel'
import dns from 'node:dns'
import { appendFileSync } from 'node:fs'
import net from 'node:net'

const FILE = process.env.SOCKET_WATCH_FILE ?? ''

function note(kind: string, to: unknown): void {
  appendFileSync(FILE, `${JSON.stringify({ pid: process.pid, kind, to })}\n`)
}

/** Calls go on as before; `kind` and their first argument are noted. */
function watch(owner: object, name: string, kind: string): void {
  const original: unknown = Reflect.get(owner, name)
  if (typeof original !== 'function') return
  Reflect.set(owner, name, function watched(this: unknown, ...args: unknown[]): unknown {
    // An address is looked up without anybody being asked.
    if (kind !== 'dns' || net.isIP(String(args[0])) === 0) note(kind, targetOf(args[0]))
    return Reflect.apply(original, this, args)
  })
}

/** Of a socket's options only where it leads; `connect` gets them as a list when Node calls it itself. */
function targetOf(argument: unknown): unknown {
  const options: unknown = Array.isArray(argument) ? argument[0] : argument
  if (typeof options !== 'object' || options === null) return options
  const { path, host, port } = { path: undefined, host: undefined, port: undefined, ...options }
  return path === undefined || path === null ? { host, port } : { path }
}

watch(net.Socket.prototype, 'connect', 'connect')
watch(dgram.Socket.prototype, 'bind', 'udp')
watch(dgram.Socket.prototype, 'send', 'udp')
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6', 'resolveAny', 'resolveTxt', 'reverse'] as const) {
  watch(dns, name, 'dns')
  watch(dns.promises, name, 'dns')
}
subscribe('udp.socket', () => note('udp', 'socket'))
note('watched', process.argv[1] ?? '')
