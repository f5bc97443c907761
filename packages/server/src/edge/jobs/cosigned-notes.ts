import {
  type CheckpointMirror,
  type CosignedCheckpoint,
  cosignersOf,
  openCheckpoint,
  readIfReadable,
  type VerifierKey,
  type WitnessLink,
} from '#ledger'

/** The log whose checkpoints are cosigned. */
export interface CosignedLog {
  readonly origin: string
  /** Keys that sign or signed for it. */
  readonly keys: readonly VerifierKey[]
}

/**
 * The newest checkpoint that each witness cosigned, as files of the data folder. Each proves itself, and a witness gives its
 * cosignature again: nothing is lost with them but time.
 */
export class CosignedNotes {
  readonly #place: CheckpointMirror
  readonly #log: CosignedLog
  readonly #links: readonly WitnessLink[]
  readonly #kept = new Map<WitnessLink, CosignedCheckpoint>()

  private constructor(place: CheckpointMirror, log: CosignedLog, links: readonly WitnessLink[]) {
    this.#place = place
    this.#log = log
    this.#links = links
  }

  /** Reads what is there. A file that does not prove itself counts for nothing. */
  static async open(place: CheckpointMirror, log: CosignedLog, links: readonly WitnessLink[]): Promise<CosignedNotes> {
    const notes = new CosignedNotes(place, log, links)
    for (const link of links) {
      const note = await readIfReadable(place, nameOf(log.origin, link))
      const read = note === undefined ? undefined : notes.#read(note)
      if (read?.witnesses.includes(link.url)) notes.#kept.set(link, read)
    }
    return notes
  }

  /** The notes that are there for an origin, whoever signed them. */
  static async readAll(
    place: CheckpointMirror,
    origin: string,
    links: readonly WitnessLink[],
  ): Promise<readonly string[]> {
    const notes = await Promise.all(links.map((link) => readIfReadable(place, nameOf(origin, link))))
    return notes.filter((note) => note !== undefined)
  }

  get all(): readonly CosignedCheckpoint[] {
    return [...this.#kept.values()]
  }

  of(link: WitnessLink): CosignedCheckpoint | undefined {
    return this.#kept.get(link)
  }

  /** Keeps the note for each of those who cosigned it. @throws CascadeError UNAVAILABLE where it cannot be written. */
  async keep(note: string, by: readonly WitnessLink[]): Promise<void> {
    const read = this.#read(note)
    if (read === undefined) return
    for (const link of by) {
      this.#kept.set(link, read)
      await this.#place.write(nameOf(this.#log.origin, link), note)
    }
  }

  #read(note: string): CosignedCheckpoint | undefined {
    const { origin, keys } = this.#log
    const head = openCheckpoint(note, origin, keys)
    const witnesses = this.#links.filter((link) => cosignersOf(note, link.keys).size > 0).map(({ url }) => url)
    return head && { origin, size: head.size, root: head.root, note, witnesses }
  }
}

/** What is kept of a log for a witness, as the files are named. */
function nameOf(origin: string, { keys: [first] }: WitnessLink): string {
  return `${origin}.${(first?.keyHash ?? 0).toString(16).padStart(8, '0')}`
}
