import { CAPSULE_STATUSES, CAPSULE_TYPES, LICENCES, LINK_KINDS } from '@forge-cascade/contract/vocabulary'

/** Small integers for words of closed lists, as the rows hold them. Code 0 is kept free: it means an empty slot. */
interface Codes<Word extends string> {
  readonly encode: (word: Word) => number
  readonly decode: (code: number) => Word
}

function codesOf<Word extends string>(words: readonly Word[]): Codes<Word> {
  return {
    encode: (word) => words.indexOf(word) + 1,
    decode: (code) => {
      const word = words[code - 1]
      if (word === undefined) throw new RangeError(`no word has the code ${code}`)
      return word
    },
  }
}

// Rows outlive the order of a list in the contract: a word may be added at the end of a list, never in between.
export const STATUS_CODES = codesOf(CAPSULE_STATUSES)
export const TYPE_CODES = codesOf(CAPSULE_TYPES)
export const LICENCE_CODES = codesOf(LICENCES)
export const LINK_CODES = codesOf(LINK_KINDS)
export const ACTIVE = STATUS_CODES.encode('ACTIVE')
export const ARCHIVED = STATUS_CODES.encode('ARCHIVED')
export const QUARANTINED = STATUS_CODES.encode('QUARANTINED')
export const ERASED = STATUS_CODES.encode('ERASED')
