import { isUuid, sha256Hex } from '#base'

/** In UTF-16 units, as the contract counts. */
export const SUBJECT_NAME_LENGTH_MAX = 200

/** One line that people can tell apart: not what only looks like an id, nor what differs by something unseen. */
export const isSubjectName = (text: string): boolean =>
  text.length > 0 &&
  text.length <= SUBJECT_NAME_LENGTH_MAX &&
  text.isWellFormed() &&
  text.trim() === text &&
  !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text) &&
  !isUuid(text.toLowerCase())

/**
 * What stands for a name where names are unique: those that differ only in case or Unicode composition are one. A digest
 * fits any name into a key.
 */
export const subjectNameKey = (name: string): string => sha256Hex(fold(name))

// Down and then up, because each alone leaves pairs apart: ẞ and ß meet in lower case, ß and SS in upper case, ς and σ too.
const fold = (name: string): string => name.normalize('NFC').toLowerCase().toUpperCase().normalize('NFC')
