import { existsSync } from 'node:fs'
import { isCascadeError } from '#base'
import type { RingEntry } from './key-ring.ts'
import { readHeader } from './sealed-reader.ts'

/** True when the file lies where it was written, under this key and no later one. */
export function isReachable({ place, keyId }: RingEntry): boolean {
  try {
    return existsSync(place) && readHeader(place).keyId === keyId
  } catch (error) {
    if (isCascadeError(error)) return false
    throw error
  }
}
