import type { z } from 'zod'
import { didYouMean } from '#config'

/** A place below what was looked at, and what is wrong there. */
export type Remark = readonly [path: readonly PropertyKey[], message: string]

/** Members of a mesh.yml, by what they stand in. */
export interface KnownKeys {
  readonly top: readonly string[]
  readonly route: readonly string[]
  readonly retry: readonly string[]
}

/** Each issue of form with its place; a member that is not there stands at its own line, with the one that was likely meant. */
export function remarksOf(
  issues: readonly z.core.$ZodIssue[],
  keysAt: (path: readonly PropertyKey[]) => readonly string[],
) {
  return issues.flatMap((issue): Remark[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => [[...issue.path, key], unknownWord('member', key, keysAt(issue.path))])
      : [[issue.path, issue.message]],
  )
}

/** That a word is none of those that are known, and which was likely meant. */
export function unknownWord(what: string, word: string, known: readonly string[]): string {
  const near = didYouMean(word, known)
  const fix = near === undefined ? `Expected one of ${known.join(', ')}.` : `Did you mean ${near}?`
  return `there is no ${what} ${JSON.stringify(word)}. ${fix}`
}

/** Which members are known at a place of the file. */
export const keysOf =
  ({ top, route, retry }: KnownKeys) =>
  (path: readonly PropertyKey[]): readonly string[] => {
    if (path.length === 0) return top
    if (path.length === 2) return route
    return path[2] === 'retry' ? retry : FILTER
  }

const FILTER = ['field', 'is', 'in', 'prefix', 'min', 'max', 'exists', 'all', 'any', 'not']
