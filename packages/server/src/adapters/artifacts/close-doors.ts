/** What a test of an artifact may import of Node: nothing that reaches other processes, the network or other files. */
const OPEN_MODULES = [
  ...['assert', 'assert/strict', 'buffer', 'console', 'crypto', 'diagnostics_channel', 'events', 'fs', 'fs/promises'],
  ...['path', 'path/posix', 'path/win32', 'perf_hooks', 'process', 'punycode', 'querystring', 'stream'],
  ...['stream/consumers', 'stream/promises', 'stream/web', 'string_decoder', 'test', 'test/reporters', 'timers'],
  ...['timers/promises', 'url', 'util', 'util/types', 'zlib'],
]

/** Members of `process` that reach other processes, or what Node is made of. */
const CLOSED_MEMBERS = [
  ...['kill', '_kill', 'abort', '_debugProcess', '_debugEnd', 'getBuiltinModule', 'binding', '_linkedBinding'],
  ...['execve', 'dlopen', 'setuid', 'setgid', 'seteuid', 'setegid', 'setgroups', 'initgroups'],
  ...['report', 'chdir', 'umask'],
  ...['_getActiveHandles', '_getActiveRequests', '_rawDebug'],
]

/** Globals that reach the network, or load what does: undici leaves an agent behind in a global of its own. */
const CLOSED_GLOBALS = [
  ...['fetch', 'WebSocket', 'EventSource', 'navigator', 'Navigator'],
  ...['Request', 'Response', 'Headers', 'FormData', 'MessageEvent', 'CloseEvent'],
]

/** Members of Node's native handles (TCP, Pipe, UDP) that reach beyond an open one, or make another. */
const CLOSED_HANDLE_MEMBERS = [
  ...['connect', 'connect6', 'bind', 'bind6', 'listen', 'open', 'fchmod', 'send', 'send6', 'recvStart', 'constructor'],
  ...['addMembership', 'addSourceSpecificMembership'],
]

interface Doors {
  readonly modules: readonly string[]
  readonly members: readonly string[]
  readonly globals: readonly string[]
  readonly handleMembers: readonly string[]
  /** The process ends itself after this, should whoever started it be gone. */
  readonly lifeMs: number
}

/** What Node's own permissions leave open. Runs in the process of the test, before it; its text alone goes there. */
function closeDoors(nodeModule: typeof import('node:module'), doors: Doors): void {
  const denied = (what: string): never => {
    const message = `A test of an artifact has no ${what}.`
    // Without a stack, which would name this text by itself, in full.
    throw Object.assign(new Error(message), { code: 'ERR_ACCESS_DENIED', stack: `Error: ${message}` })
  }
  const open = new Set(doors.modules.map((name) => `node:${name}`))
  const chainOf = (start: object | null): readonly object[] =>
    start === null || start === Object.prototype ? [] : [start, ...chainOf(Object.getPrototypeOf(start))]
  const strip = (handle: object | undefined, name: string): void => {
    const chain = chainOf(handle ?? null)
    // A Node that is made otherwise runs no tests.
    if (chain.length === 0) throw new Error(`There is no ${name} to close.`)
    for (const part of chain) for (const member of doors.handleMembers) delete (part as Record<string, unknown>)[member]
  }
  setTimeout(() => process.exit(1), doors.lifeMs).unref()
  // The streams of a process are sockets here, and could be connected to anything.
  for (const stream of [process.stdout, process.stderr]) {
    for (const part of chainOf(stream))
      if (Object.hasOwn(part, 'connect')) Object.assign(part, { connect: () => denied('network') })
    strip(Reflect.get(stream, '_handle'), 'Pipe')
  }
  // All sockets of a kind have one prototype, whichever way leads to them; these are bound to nothing that anybody reaches.
  const bound = Reflect.get(process.getBuiltinModule('node:net'), '_createServerHandle')('0.0.0.0', 0, 4)
  strip(typeof bound === 'object' ? bound : undefined, 'TCP')
  bound.close()
  const datagrams = process.getBuiltinModule('node:dgram').createSocket('udp4')
  const states = Object.getOwnPropertySymbols(datagrams).map((symbol) => Reflect.get(datagrams, symbol))
  strip(states.find((state) => typeof state?.handle === 'object')?.handle, 'UDP')
  datagrams.close()
  Object.assign(process.getBuiltinModule('node:dns'), { lookup: () => denied('network') })
  // A clone makes an instance of any class of Node whose prototype has this member, one that a test gives it too.
  const cloned = Object.getOwnPropertySymbols(Blob.prototype).find(
    ({ description }) => description === 'messaging_deserialize_symbol',
  )
  if (cloned === undefined) throw new Error('There is no cloning to close.')
  for (const { prototype } of [Object, EventTarget, process.getBuiltinModule('node:events').EventEmitter])
    Object.defineProperty(prototype, cloned, {
      get: () => undefined,
      // Classes of Node that are loaded later assign their own.
      set(value) {
        if (this !== prototype) Object.defineProperty(this, cloned, { value, writable: true, configurable: true })
      },
    })
  nodeModule.registerHooks({
    resolve: (specifier, context, next) => {
      const found = next(specifier, context)
      return found.url.startsWith('node:') && !open.has(found.url) ? denied(found.url) : found
    },
  })
  for (const name of ['register', 'registerHooks', 'createRequire', 'syncBuiltinESMExports'])
    Object.defineProperty(nodeModule, name, { value: undefined })
  for (const name of doors.members) Object.defineProperty(process, name, { value: undefined })
  for (const name of doors.globals) Reflect.deleteProperty(globalThis, name)
  // These load undici as well.
  for (const name of ['compileStreaming', 'instantiateStreaming']) Reflect.deleteProperty(WebAssembly, name)
}

/** A module for `--import` that leaves the test what it may have. */
export function doorsUrl(lifeMs: number): string {
  const closed = { members: CLOSED_MEMBERS, globals: CLOSED_GLOBALS, handleMembers: CLOSED_HANDLE_MEMBERS }
  const doors: Doors = { modules: OPEN_MODULES, ...closed, lifeMs }
  const source = `import module from 'node:module'\n;(${closeDoors.toString()})(module, ${JSON.stringify(doors)})`
  return `data:text/javascript;base64,${Buffer.from(source).toString('base64')}`
}
