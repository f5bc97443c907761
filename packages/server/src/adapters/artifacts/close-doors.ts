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

const CLOSED_GLOBALS = ['fetch', 'WebSocket', 'EventSource', 'navigator']

interface Doors {
  readonly modules: readonly string[]
  readonly members: readonly string[]
  readonly globals: readonly string[]
  /** The process ends itself after this, should whoever started it be gone. */
  readonly lifeMs: number
}

/** What Node's own permissions leave open. Runs in the process of the test, before it; its text alone goes there. */
function closeDoors(nodeModule: typeof import('node:module'), { modules, members, globals, lifeMs }: Doors): void {
  const denied = (what: string): never => {
    const message = `A test of an artifact has no ${what}.`
    // Without a stack, which would name this text by itself, in full.
    throw Object.assign(new Error(message), { code: 'ERR_ACCESS_DENIED', stack: `Error: ${message}` })
  }
  const open = new Set(modules.map((name) => `node:${name}`))
  setTimeout(() => process.exit(1), lifeMs).unref()
  // The streams of a process are sockets here, and could be connected to anything.
  for (const stream of [process.stdout, process.stderr]) {
    const { prototype } = stream.constructor
    if ('connect' in prototype) prototype.connect = () => denied('network')
  }
  nodeModule.registerHooks({
    resolve: (specifier, context, next) => {
      const found = next(specifier, context)
      return found.url.startsWith('node:') && !open.has(found.url) ? denied(found.url) : found
    },
  })
  for (const name of ['register', 'registerHooks', 'createRequire', 'syncBuiltinESMExports'])
    Object.defineProperty(nodeModule, name, { value: undefined })
  for (const name of members) Object.defineProperty(process, name, { value: undefined })
  for (const name of globals) Reflect.deleteProperty(globalThis, name)
}

/** A module for `--import` that leaves the test what it may have. */
export function doorsUrl(lifeMs: number): string {
  const doors: Doors = { modules: OPEN_MODULES, members: CLOSED_MEMBERS, globals: CLOSED_GLOBALS, lifeMs }
  const source = `import module from 'node:module'\n;(${closeDoors.toString()})(module, ${JSON.stringify(doors)})`
  return `data:text/javascript;base64,${Buffer.from(source).toString('base64')}`
}
