import { CascadeError, isCascadeError } from '#base'
import type { PolicyBundle, PolicyFile } from '#policy'
import type { Change, CollectionDefinition, Grant, Records } from '#store'
import { reviveInteger, writeInteger } from './integer-json.ts'

/** A bundle with the texts that it was read from, as it is kept: also when it is in force no more. */
export interface ShelvedBundle {
  readonly files: readonly PolicyFile[]
  readonly bundle: PolicyBundle
}

/** Which bundle is in force, and since when. */
export interface ActiveBundle {
  readonly digest: string
  /** Milliseconds since 1970. */
  readonly appliedAt: number
  /** Subject id. */
  readonly appliedBy: string
  /** Policies of the instance itself, which stand in the place of those that come with the program; null for these. */
  readonly own: readonly PolicyFile[] | null
  /** Clauses of the constitution that are the instance's own, each in a file of its own. */
  readonly clauses: readonly PolicyFile[]
}

type Files = readonly PolicyFile[]

/** What is kept beside the bundle in force; rows from before there were clauses of the instance's own have none. */
interface Kept {
  readonly hasOwn: boolean
  readonly hasClauses?: boolean
}

interface Part {
  readonly parts: number
  readonly text: string
}

export const POLICY_COLLECTION = { name: 'policies', indexes: [] } as const satisfies CollectionDefinition

const ACTIVE = 'active'
const OWN = 'own'
const CLAUSES = 'clauses'
/** Characters of JSON in one record: far below what a record holds, whatever they take in UTF-8. */
const PART_LENGTH = 60_000
const partKey = (name: string, part: number): string => `${name}/${String(part).padStart(4, '0')}`

/** Keeps every bundle that was ever in force, so that what it decided can be explained and decided again. */
export class PolicyShelf {
  readonly #records: Records

  constructor(records: Records) {
    this.#records = records
  }

  async active(): Promise<ActiveBundle | undefined> {
    const found = await this.#records.find<Omit<ActiveBundle, 'own' | 'clauses'> & Kept>(POLICY_COLLECTION.name, ACTIVE)
    if (found === undefined) return undefined
    const { hasOwn, hasClauses = false, ...active } = found.value
    const [own, clauses] = [
      hasOwn ? await this.#read<Files>(OWN) : null,
      hasClauses ? await this.#read<Files>(CLAUSES) : [],
    ]
    return { ...active, own, clauses }
  }

  /** Digest of the bundle in force. */
  async activeDigest(): Promise<string | undefined> {
    return (await this.#records.find<Pick<ActiveBundle, 'digest'>>(POLICY_COLLECTION.name, ACTIVE))?.value.digest
  }

  /** As `find`; nothing for one that is not whole. */
  async findWhole(digest: string): Promise<ShelvedBundle | undefined> {
    try {
      return await this.find(digest)
    } catch (error) {
      if (isCascadeError(error) && error.code === 'DATA_CORRUPT') return undefined
      throw error
    }
  }

  /** @throws CascadeError DATA_CORRUPT for one that is not whole. */
  async find(digest: string): Promise<ShelvedBundle | undefined> {
    const first = await this.#records.find(POLICY_COLLECTION.name, partKey(digest, 0))
    return first === undefined ? undefined : this.#read<ShelvedBundle>(digest)
  }

  /** The changes that put a bundle in force. */
  put(grant: Grant, active: ActiveBundle, shelved: ShelvedBundle): readonly Change[] {
    const { own, clauses, ...rest } = active
    const kept: Kept = { hasOwn: own !== null, hasClauses: clauses.length > 0 }
    return [
      ...this.#write(grant, active.digest, shelved),
      ...(own === null ? [] : this.#write(grant, OWN, own)),
      ...(kept.hasClauses ? this.#write(grant, CLAUSES, clauses) : []),
      this.#records.put(grant, POLICY_COLLECTION.name, ACTIVE, { ...rest, ...kept }),
    ]
  }

  async #read<T>(name: string): Promise<T> {
    const texts: string[] = []
    for (let part = 0, parts = 1; part < parts; part++) {
      const found = await this.#records.find<Part>(POLICY_COLLECTION.name, partKey(name, part))
      if (found === undefined) throw new CascadeError('DATA_CORRUPT', `A part of the policies ${name} is missing.`)
      parts = found.value.parts
      texts.push(found.value.text)
    }
    return JSON.parse(texts.join(''), reviveInteger)
  }

  #write(grant: Grant, name: string, value: unknown): readonly Change[] {
    const json = JSON.stringify(value, writeInteger)
    const parts = Math.ceil(json.length / PART_LENGTH)
    return Array.from({ length: parts }, (_, part) => {
      const text = json.slice(part * PART_LENGTH, (part + 1) * PART_LENGTH)
      return this.#records.put(grant, POLICY_COLLECTION.name, partKey(name, part), { parts, text } satisfies Part)
    })
  }
}
