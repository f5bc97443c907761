import { readFileSync } from 'node:fs'

/**
 * Packages whose code speaks of its own place on disk, which it does not have in a bundle, and why that does no harm.
 * Another one fails the build until somebody has read what it looks for there.
 */
const REVIEWED: Readonly<Record<string, string>> = {
  commander: 'in a comment, and in the search for subcommands that are programs; we have none',
  pino: 'only transports, threads that write the log elsewhere; we log to a stream',
  'thread-stream': 'only as the carrier of those transports',
  unpdf: 'only the decoders of images and the canvas; we take text',
}

const PLACE = /\bimport\.meta\b|\b__dirname\b|\b__filename\b|\bnew Worker\(/
const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/

/** @returns a sentence for each module of a package, among `modules`, that nobody has looked at. */
export const findPlaceUsers = (modules: readonly string[]): readonly string[] =>
  modules.flatMap((module) => {
    const name = PACKAGE.exec(module)?.[1]
    if (name === undefined || name in REVIEWED || module.startsWith('\0')) return []
    return PLACE.test(readFileSync(module, 'utf8')) ? [`${module} looks for files or threads at its own place`] : []
  })
