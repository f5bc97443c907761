import { onChanged, tellChanged } from './cache-news.ts'
import type { Subject } from './subject.ts'
import { subjectNameKey } from './subject-name.ts'

/** Subjects at hand, by id and by name. What is changed through any registry over the same store is let go at once. */
export class KnownSubjects {
  readonly #store: object
  readonly #max: number
  readonly #byId = new Map<string, Subject>()
  /** By the key of a name, and by a name as it is registered, which is no key. */
  readonly #byName = new Map<string, Subject>()
  #changes = 0

  /** @param max at this bound all are let go at once. */
  constructor(store: object, max: number) {
    this.#store = store
    this.#max = max
    onChanged(store, (id) => this.#drop(id))
  }

  byId(id: string): Subject | undefined {
    return this.#byId.get(id)
  }

  /** @param key of a name, or a name as it is registered: most ask by that, and need no digest. */
  byName(key: string): Subject | undefined {
    return this.#byName.get(key)
  }

  /**
   * Keeps what is read, unless something was changed while it was read: it may be of before.
   *
   * @param read gives nothing for what is absent, which is never kept: it may be registered at any moment.
   */
  async keep(read: () => Promise<Subject | undefined>): Promise<Subject | undefined> {
    const changes = this.#changes
    const subject = await read()
    if (subject && changes === this.#changes) this.add(subject)
    return subject
  }

  add(subject: Subject): void {
    if (this.#byId.size >= this.#max) {
      this.#byId.clear()
      this.#byName.clear()
    }
    this.#byId.set(subject.id, subject)
    this.#byName.set(subject.name, subject)
    this.#byName.set(subjectNameKey(subject.name), subject)
  }

  /** Has every registry over the store read this subject anew. */
  forget(id: string): void {
    tellChanged(this.#store, id)
  }

  #drop(id: string): void {
    this.#changes += 1
    const known = this.#byId.get(id)
    this.#byId.delete(id)
    for (const [key, subject] of this.#byName) if (subject === known || subject.id === id) this.#byName.delete(key)
  }
}
