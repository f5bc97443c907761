import { CascadeError, sha256Hex } from '#base'
import { decisionsOf, digestOfInput, writeDecisions, writePolicies, type ZipFile } from '#evidence'
import { type DecisionRow, keptOf } from '#governance'
import type { PolicyFile } from '#policy'

/** What is kept of decisions beside the log. */
export interface KeptDecisions {
  /** By the id of the first of them; undefined for what has expired or was erased. */
  readonly find: (id: string) => Promise<Pick<DecisionRow, 'key' | 'input' | 'verdict'> | undefined>
  /** What the policies of a digest were read from; undefined for those that are not kept. */
  readonly policies: (digest: string) => Promise<readonly PolicyFile[] | undefined>
}

/** Finds what goes into one bundle beside the entries that tell of decisions, as often as these are read. */
export class DecisionCarrier {
  readonly #kept: KeptDecisions
  /** Digests of the policies that the entries name. */
  readonly #named = new Set<string>()
  /** Index of an entry → SHA-256 of what was found beside it. */
  readonly #found = new Map<number, string>()

  constructor(kept: KeptDecisions) {
    this.#kept = kept
  }

  /**
   * What the decisions were made from that an entry tells of; undefined for one that tells of none.
   *
   * @throws CascadeError DATA_CORRUPT for an input that is not what the log has the digest of; CONFLICT where it is asked again
   *   and something has expired or was erased meanwhile: the manifest has the digest of what was there.
   */
  async carry(index: number, entry: Uint8Array): Promise<Uint8Array | undefined> {
    const told = decisionsOf(entry)
    if (told === undefined) return undefined
    const decisions = await Promise.all(
      told.map(async ({ id, count, digest, bundle }) => {
        this.#named.add(bundle)
        const row = await this.#kept.find(id)
        if (row === undefined) return { id, count, digest, kept: null }
        if (digestOfInput(row) === digest) return { id, count, digest, kept: keptOf(row) }
        const what = `What decision ${id} was made from is not what entry ${index} of the log has the digest of.`
        throw new CascadeError('DATA_CORRUPT', what)
      }),
    )
    const { bytes } = writeDecisions({ v: 1, entry: index, decisions })
    const [before, now] = [this.#found.get(index), sha256Hex(bytes)]
    if (before !== undefined && before !== now)
      throw new CascadeError('CONFLICT', 'What a decision was made from was erased meanwhile; export again.')
    this.#found.set(index, now)
    return bytes
  }

  /** The policies that the entries name, as far as they are kept; for when all entries have been read. */
  async policies(): Promise<readonly ZipFile[]> {
    const files: ZipFile[] = []
    for (const digest of [...this.#named].sort()) {
      const found = await this.#kept.policies(digest)
      if (found) files.push(writePolicies(digest, found))
    }
    return files
  }
}
