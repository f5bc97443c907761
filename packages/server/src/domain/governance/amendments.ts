import { PROPOSAL_LIMITS } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import type { PolicyBundle, PolicyFile } from '#policy'
import { type Grant, toRecord } from '#store'
import { CONSTITUTION_PREFIX, isOwnClause, OWN_CLAUSE_PREFIX } from './armed-bundle.ts'

/** A clause that is to be put in force, in the place of the one with its id; null takes it away. */
export interface AskedClause {
  readonly id: string
  readonly text: string | null
}

const EXTENSION = '.cedar'
/** The file that a clause is alone in. */
export const clausePath = (id: string): string => `${id}${EXTENSION}`
/** Paths of clauses: no policies of another kind lie there. */
export const isClausePath = (path: string): boolean => path.startsWith(CONSTITUTION_PREFIX)
/** The clause that is alone in a file. */
export const clauseOf = (path: string): string => path.slice(0, -EXTENSION.length)

/**
 * The clauses from here on, by their ids.
 *
 * @throws CascadeError UNPROCESSABLE for those of the program, what is not there to be taken away, and too many or too large ones.
 */
export function amend(clauses: readonly PolicyFile[], asked: readonly AskedClause[]): readonly PolicyFile[] {
  const next = new Map(clauses.map(({ path, text }) => [path, text]))
  for (const [at, { id, text }] of asked.entries()) {
    if (!isOwnClause(id))
      throw unfit(
        `${id} is none of the clauses that a vote changes: give it an id that begins with ${OWN_CLAUSE_PREFIX}`,
      )
    if (asked.findIndex((one) => one.id === id) !== at) throw unfit(`${id} stands there twice: give it one text.`)
    if (text === null && !next.delete(clausePath(id)))
      throw unfit(`There is no clause ${id} to take away; \`cascade constitution\` lists them.`)
    if (text !== null) next.set(clausePath(id), checked(id, text))
  }
  const { clausesMax } = PROPOSAL_LIMITS
  if (next.size > clausesMax)
    throw unfit(
      `${next.size} clauses would be of the instance itself, and at most ${clausesMax} are; take others away.`,
    )
  return [...next].map(([path, text]) => ({ path, text })).toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

function checked(id: string, text: string): string {
  const bytes = Buffer.byteLength(text)
  const { clauseBytesMax } = PROPOSAL_LIMITS
  if (bytes <= clauseBytesMax) return text
  throw unfit(`The clause ${id} has ${bytes} bytes, and at most ${clauseBytesMax} are taken; write less.`)
}

/**
 * Holds each clause to what one is: a single forbid, with its id and a plain sentence.
 *
 * @throws CascadeError UNPROCESSABLE.
 */
export function judgeClauses({ policies }: PolicyBundle, clauses: readonly PolicyFile[]): void {
  for (const { path } of clauses) {
    const id = clauseOf(path)
    const [clause, ...others] = policies.filter(({ file }) => file === path)
    if (clause === undefined || others.length > 0 || clause.id !== id)
      throw unfit(`The clause ${id} is one policy with the annotation @id("${id}"), and nothing beside it.`)
    if (clause.json.effect !== 'forbid')
      throw unfit(`The clause ${id} permits: the constitution forbids, and nothing else.`)
    if (!clause.json.annotations?.says)
      throw unfit(`The clause ${id} says nothing to people: add the annotation @says("…") with one plain sentence.`)
  }
}

/** What the log is told of clauses that were changed; nothing where none was. */
export function tellAmendment(
  grant: Grant,
  asked: readonly AskedClause[],
  before: readonly PolicyFile[],
  bundle: string,
) {
  if (asked.length === 0) return { records: [], events: [] }
  const had = new Set(before.map(({ path }) => path))
  const idsOf = (is: (one: AskedClause, had: boolean) => boolean): string[] =>
    asked.filter((one) => is(one, had.has(clausePath(one.id)))).map(({ id }) => id)
  const told = {
    added: idsOf(({ text }, isOld) => text !== null && !isOld),
    replaced: idsOf(({ text }, isOld) => text !== null && isOld),
    removed: idsOf(({ text }) => text === null),
    bundle,
  }
  const subject = 'governance/constitution'
  return {
    records: [toRecord(grant, 'constitution.amended', subject, told, {})],
    events: [{ type: 'cascade.constitution.amended', subject, data: told }],
  }
}

const unfit = (detail: string): CascadeError => new CascadeError('UNPROCESSABLE', detail)
