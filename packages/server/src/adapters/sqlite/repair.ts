import { CascadeError } from '#base'
import type { Finding, Repaired } from '#store'

/** Checks of what is made of rows, and of what it is made of. */
const DERIVED: ReadonlySet<string> = new Set(['words', 'words, one by one'])
const SOURCES: ReadonlySet<string> = new Set(['file', 'heads', 'versions'])

/**
 * Makes the index of words anew where it is damaged.
 *
 * @param findings of a look through the whole store.
 * @throws CascadeError DATA_CORRUPT when what it is made of is damaged as well.
 */
export async function repairWords(
  findings: readonly Finding[],
  rebuild: () => Promise<number>,
): Promise<readonly Repaired[]> {
  const damaged = findings.filter(({ ok }) => !ok)
  if (!damaged.some(({ check }) => DERIVED.has(check))) return []
  const source = damaged.find(({ check }) => SOURCES.has(check))
  if (!source) return [{ check: 'words', detail: `made anew from ${await rebuild()} versions` }]
  throw new CascadeError(
    'DATA_CORRUPT',
    `The index of words is damaged, and so is what it is made of (${source.check}: ${source.detail}); it was not made anew.`,
  )
}
