import { formatUuid, messageOf } from '#base'
import { isDamage, toldContent } from '#ledger'
import { type Finding, LOG_TREE } from '#store'
import { ERASED } from './codes.ts'
import { readContent } from './content-check.ts'
import { decodeContent } from './content-codec.ts'
import type { Database } from './database.ts'
import { examineTree } from './examine-tree.ts'
import { LedgerReader } from './ledger-reader.ts'
import { examineCounts, examineIndex, Lexicon, VersionTerms } from './lexical/index.ts'
import { Names } from './names.ts'
import { ROLES } from './spaces.ts'
import { parseTagKeys } from './tag-keys.ts'
import { isStorageFailure } from './thread-errors.ts'

type Progress = (done: number, total: number) => void

/** Entries of the chain that are checked between two reports of progress. */
const CHAIN_SLICE = 5000
/** A quick look checks the newest entries alone. */
const QUICK_CHAIN_ENTRIES = 1000
/** Versions whose content is compared with the digest in the log, and with the index: a sample spread evenly over all. */
const DIGEST_SAMPLES = 500
/** What the check of the log is called. */
const CHAIN = 'ledger chain'
/** Leaves about one capsule that are searched for the one that tells of a version. */
const LEAVES_OF_CAPSULE_MAX = 1000

interface Check {
  readonly name: string
  readonly isFull: boolean
  /** What is wrong, or undefined when nothing is. */
  readonly run: (database: Database, index: VectorIndexState) => string | undefined
}

/** What the vector index in memory holds once everything up to a leaf is written. */
export interface VectorIndexState {
  readonly slots: number
  /** Sequence of that leaf; -1 before the first. */
  readonly sequence: number
}

/**
 * Looks for damage, changes nothing. Each check reads one state of the file, which may be written to meanwhile.
 *
 * @param index as the writer has it; compared with the rows only if nothing was written since.
 */
export function examine(
  database: Database,
  depth: 'quick' | 'full',
  index: VectorIndexState,
  onProgress: Progress,
): readonly Finding[] {
  const checks = CHECKS.filter(({ isFull }) => depth === 'full' || !isFull)
  const findings = checks.map(({ name, run }, position) => {
    onProgress(position, checks.length + 1)
    return orUnreadable(name, () => {
      const problem = database.snapshot(() => run(database, index))
      return { check: name, ok: problem === undefined, detail: problem ?? 'nothing wrong' }
    })
  })
  findings.push(orUnreadable(CHAIN, () => checkChain(database, depth)))
  onProgress(checks.length + 1, checks.length + 1)
  return findings
}

/** A file in which a check cannot even be carried out is damaged, which is what the check is to tell. */
function orUnreadable(check: string, look: () => Finding): Finding {
  try {
    return look()
  } catch (error) {
    if (isDamage(error)) return { check, ok: false, detail: error.detail }
    if (!isStorageFailure(error, 'corrupt')) throw error
    return { check, ok: false, detail: messageOf(error) }
  }
}

/** Counts that must be equal or zero, by the statement that makes one. */
const count = (database: Database, sql: string): number => database.get<{ n: number }>(sql)?.n ?? 0

const none = (database: Database, sql: string, what: string): string | undefined => {
  const found = count(database, sql)
  return found === 0 ? undefined : `${found} ${what}`
}

/** A head may have one vector a space; where the vector is the store's own to make, a missing one is made by and by. */
const HEADS_WITH_VECTOR = `capsules c CROSS JOIN embeddings e ON e.version = c.head CROSS JOIN spaces s ON s.key = e.space
  WHERE c.indexed = 1 AND s.role <> ${ROLES.retired} AND (e.space = c.space OR c.space IS NULL)`

const GIVEN_HEADS = `SELECT count(*) AS n FROM capsules c JOIN spaces s ON s.key = c.space
  WHERE c.indexed = 1 AND s.role <> ${ROLES.retired}`

const CHECKS: readonly Check[] = [
  {
    name: 'file',
    isFull: true,
    run: (database) => {
      const rows = database.all<{ integrity_check: string }>('PRAGMA integrity_check(10)')
      const problems = rows.map((row) => row.integrity_check).filter((line) => line !== 'ok')
      return problems.length === 0 ? undefined : problems.join('; ')
    },
  },
  {
    name: 'file, quickly',
    isFull: false,
    run: (database) => {
      const pages = count(database, 'SELECT page_count AS n FROM pragma_page_count')
      return pages > 0 ? undefined : 'the file has no pages'
    },
  },
  {
    name: 'heads',
    isFull: false,
    run: (database) =>
      none(
        database,
        `SELECT count(*) AS n FROM capsules c LEFT JOIN versions v ON v.key = c.head
         WHERE v.key IS NULL OR v.capsule <> c.key OR v.version <> c.version`,
        'capsules whose head is missing or another one’s',
      ),
  },
  {
    name: 'versions',
    isFull: true,
    run: (database) =>
      none(
        database,
        `SELECT count(*) AS n FROM (SELECT v.capsule FROM versions v LEFT JOIN capsules c ON c.key = v.capsule
           GROUP BY v.capsule HAVING c.key IS NULL OR count(*) <> max(v.ordinal) OR min(v.ordinal) <> 1)`,
        'capsules with versions missing',
      ),
  },
  {
    name: 'lineage',
    isFull: false,
    run: (database) =>
      none(
        database,
        `SELECT count(*) AS n FROM edges e LEFT JOIN capsules p ON p.key = e.parent LEFT JOIN capsules c ON c.key = e.child
         WHERE p.key IS NULL OR c.key IS NULL`,
        'edges without a capsule at one end',
      ),
  },
  {
    name: 'links',
    isFull: false,
    run: (database) =>
      none(
        database,
        `SELECT count(*) AS n FROM links l LEFT JOIN capsules a ON a.key = l.source LEFT JOIN capsules b ON b.key = l.target
         WHERE a.key IS NULL OR b.key IS NULL`,
        'links without a capsule at one end',
      ),
  },
  {
    name: 'vectors',
    isFull: false,
    run: (database, { slots, sequence }) => {
      const given = count(database, GIVEN_HEADS)
      const found = count(database, `SELECT count(*) AS n FROM ${HEADS_WITH_VECTOR} AND c.space IS NOT NULL`)
      const rows = count(database, `SELECT count(*) AS n FROM ${HEADS_WITH_VECTOR}`)
      const isSame = count(database, 'SELECT coalesce(max(sequence), -1) AS n FROM leaves') === sequence
      if (given === found && (rows === slots || !isSame)) return undefined
      return `${given} heads were given a vector, ${found} have one; of ${rows} vectors of heads ${slots} are in memory`
    },
  },
  {
    name: 'words',
    isFull: false,
    run: (database) => examineCounts(database),
  },
  {
    name: 'words, one by one',
    isFull: true,
    run: (database) => checkTerms(database) ?? examineIndex(database),
  },
  {
    name: 'digests',
    isFull: true,
    run: (database) => checkDigests(database),
  },
  {
    name: LOG_TREE,
    isFull: true,
    run: (database) => examineTree(database),
  },
]

/** A version's content must still give the salted digest in the leaf that tells of it. */
function checkDigests(database: Database): string | undefined {
  interface SampleRow {
    readonly id: Uint8Array
    readonly version: string
  }
  const ledger = new LedgerReader(database, new Names(database), '')
  const stride = Math.max(1, Math.floor(count(database, 'SELECT count(*) AS n FROM versions') / DIGEST_SAMPLES))
  const rows = database.all<SampleRow>(
    `SELECT c.id, v.version FROM versions v JOIN capsules c ON c.key = v.capsule
     WHERE v.key % ? = 0 AND c.status <> ${ERASED} AND c.segment IS NULL`,
    stride,
  )
  const bad = rows.filter((row) => {
    const told = ledger.list({ subject: `capsule/${formatUuid(row.id)}` }, { limit: LEAVES_OF_CAPSULE_MAX })
    const version = told.map(({ leaf }) => toldContent(leaf)).find((one) => one?.version === row.version)
    return version && 'fault' in readContent(database, version)
  })
  return bad.length === 0 ? undefined : `${bad.length} of ${rows.length} versions differ from their digest in the log`
}

/** A version's text must still give the terms that stand for it in the index. */
function checkTerms(database: Database): string | undefined {
  interface SampleRow {
    readonly title: string | null
    readonly tags: string | null
    readonly content: string | Uint8Array
    readonly stream: Uint8Array
  }
  const [names, lexicon] = [new Names(database), new Lexicon(database)]
  const terms = new VersionTerms((term) => lexicon.find(term) ?? 0)
  const stride = Math.max(1, Math.floor(count(database, 'SELECT count(*) AS n FROM term_streams') / DIGEST_SAMPLES))
  const rows = database.all<SampleRow>(
    `SELECT v.title, v.tags, v.content, s.stream FROM term_streams s JOIN versions v ON v.key = s.version
     WHERE s.version % ? = 0`,
    stride,
  )
  const bad = rows.filter(({ title, tags, content, stream }) => {
    const text = { title, tags: parseTagKeys(tags).map((tag) => names.text(tag)), content: decodeContent(content) }
    return Buffer.compare(terms.of(text).stream, stream) !== 0
  })
  return bad.length === 0 ? undefined : `${bad.length} of ${rows.length} versions say something else than the index has`
}

function checkChain(database: Database, depth: 'quick' | 'full'): Finding {
  const ledger = new LedgerReader(database, new Names(database), '')
  const newest = count(database, 'SELECT coalesce(max(sequence), -1) AS n FROM leaves')
  let state = ledger.chainBefore(depth === 'full' ? 0 : Math.max(0, newest - QUICK_CHAIN_ENTRIES))
  for (let before = -2; state.checkedTo !== before && state.firstBad === undefined; ) {
    before = state.checkedTo
    state = ledger.verify(state, CHAIN_SLICE)
  }
  const isComplete = state.firstBad === undefined && state.checkedTo >= newest
  const detail = state.firstBad === undefined ? `checked to ${state.checkedTo}` : `broken at ${state.firstBad}`
  return { check: CHAIN, ok: isComplete, detail }
}
