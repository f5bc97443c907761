import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { findSamples } from '../../../home.ts'
import type { File } from '../handler.ts'
import { llmsText } from './llms-text.ts'

const INDEX = 'README.md'

/** The pages of the documentation by name (`guides/install.md`), looked for once. What is not here is not served. */
let known: ReadonlyMap<string, string> | undefined

function pages(): ReadonlyMap<string, string> {
  const folder = findSamples()
  known ??= new Map(folder === null ? [] : listPages(folder))
  return known
}

const listPages = (folder: string): readonly [string, string][] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => [path.replaceAll(sep, '/'), join(folder, path)])

/** A page of the documentation that came with the program, as Markdown. */
export function findDocument(name: string): File | undefined {
  const path = pages().get(name)
  return path === undefined ? undefined : { contentType: 'text/markdown; charset=utf-8', bytes: readFileSync(path) }
}

/** What a language model should read first; undefined where the documentation was removed. */
export function findLlmsText(): File | undefined {
  const path = pages().get(INDEX)
  return path === undefined
    ? undefined
    : { contentType: 'text/plain; charset=utf-8', bytes: llmsText(readFileSync(path, 'utf8')) }
}
