import type { ObjectRange, ObjectStore } from '#archive'
import { assertName, assertSize } from './check-object.ts'

/** Objects in memory: for tests, which count on what the others promise. */
export class MemoryObjects implements ObjectStore {
  readonly place = 'memory'
  readonly objects = new Map<string, Uint8Array>()

  async put(name: string, bytes: Uint8Array): Promise<void> {
    assertName(name)
    assertSize(name, bytes)
    // A slice of a buffer would go on to share its bytes.
    this.objects.set(name, Uint8Array.from(bytes))
  }

  async get(name: string, range?: ObjectRange): Promise<Uint8Array | undefined> {
    assertName(name)
    const bytes = this.objects.get(name)
    return range ? bytes?.slice(range.offset, range.offset + range.bytes) : bytes?.slice()
  }

  async delete(name: string): Promise<void> {
    assertName(name)
    this.objects.delete(name)
  }

  async list(): Promise<readonly string[]> {
    return [...this.objects.keys()].toSorted()
  }
}
