import type { Database } from './database.ts'

/** UNION keeps a set: each capsule is visited once, however many ways lead to it. */
const ANCESTORS = `WITH RECURSIVE up (key) AS (
    SELECT value FROM json_each(?)
    UNION SELECT parent FROM edges JOIN up ON edges.child = up.key
  )`

/** True when one of `starts` is the capsule or comes from it, by the edges of all versions. */
export function isReachedFrom(database: Database, starts: readonly number[], capsule: number): boolean {
  if (starts.length === 0) return false
  const sql = `${ANCESTORS} SELECT 1 AS found FROM up WHERE key = ?`
  return database.get(sql, JSON.stringify(starts), capsule) !== undefined
}

/** Keys of the parents that any version of the capsule names. */
export const parentsEverNamed = (database: Database, capsule: number): Set<number> =>
  new Set(
    database.all<{ parent: number }>('SELECT parent FROM edges WHERE child = ?', capsule).map(({ parent }) => parent),
  )
