// Runs in each process of tests: the threads that it starts are those of the bundle, which start in half the time.
import { existsSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { basename, extname, join } from 'node:path'
import threads, { Worker } from 'node:worker_threads'
import { inject } from 'vitest'

const bundle = inject('children')

/** Where the bundle has a thread of the sources; threads that exist for a test are in none. */
function bundled(file: string | URL): string | URL {
  if (bundle === null || !(file instanceof URL) || extname(file.pathname) !== '.ts') return file
  const path = join(bundle, `${basename(file.pathname, '.ts')}.js`)
  return existsSync(path) ? path : file
}

class BundledWorker extends Worker {
  constructor(...[file, options]: ConstructorParameters<typeof Worker>) {
    super(bundled(file), options)
  }
}

// Tests that share a process share what it has loaded.
if (Worker.name !== BundledWorker.name) {
  Object.assign(threads, { Worker: BundledWorker })
  syncBuiltinESMExports()
}
