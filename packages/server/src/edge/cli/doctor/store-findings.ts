import type { DoctorFinding } from './finding.ts'

/** What is found by the instance itself. */
interface Found {
  readonly check: string
  readonly ok: boolean
  readonly detail: string
}

type Help = Pick<DoctorFinding, 'severity' | 'means' | 'fix'>

/** What damage in the store means and what to do about it, whichever check found it. */
const DAMAGE: Help = {
  severity: 'damage',
  means: 'What is stored differs from what was written: by the disk, by another program, or by a fault of ours.',
  fix: 'Keep a copy of the data folder, then `restore` the newest backup. `doctor --full` shows how far the damage reaches.',
}

const WORDS: Help = {
  severity: 'damage',
  means: 'Searches by words may miss what is there. What was stored is not touched by this: the index is made of it.',
  fix: 'Make a `backup`, then run `doctor --repair`, which makes the index anew.',
}

const TREE: Help = {
  severity: 'damage',
  means: 'Some proofs fail. The log itself is not touched by this: the tree is worked out of it.',
  fix: 'Run `doctor --repair`, which makes the tree anew where the log is as it was signed. An instance that runs does so by itself once its daily verification comes to it.',
}

const HELP: ReadonlyMap<string, Help> = new Map(
  Object.entries({
    words: WORDS,
    'words, one by one': WORDS,
    'ledger tree': TREE,
    shipping: {
      severity: 'problem',
      means: 'Points in time after that one are lost with this disk. Segments wait in the data folder, within a bound.',
      fix: 'Look whether the target is there and has room (backup.ship.directory); it is tried again by itself.',
    },
    archive: {
      severity: 'problem',
      means: 'What lies in those segments cannot be brought back from here. What is in the store is not touched by it.',
      fix: 'Look whether the place is the right one and is there (archive.directory, archive.s3.bucket), and copy missing objects back to it; `archive verify` reads them whole.',
    },
    erasures: {
      severity: 'problem',
      means: 'What is erased is out of the store; copies of it may still be there.',
      fix: 'Mend what the line names, such as a folder that is not mounted; it is tried again by itself.',
    },
  } satisfies Record<string, Help>),
)

/** What the instance found, with what it means and what to do. */
export const explainFound = (found: Found): DoctorFinding => {
  const { check, ok, detail } = found
  return ok ? { check, ok, detail, severity: 'fine' } : { check, ok, detail, ...(HELP.get(check) ?? DAMAGE) }
}
