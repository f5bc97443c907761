import { sha256 } from '#base'

/**
 * Whether a subject is among the first `percent` of a hundred: the same answer for the same subject and feature, and other
 * subjects for another feature.
 */
export function isInShare(feature: string, subject: string, percent: number): boolean {
  if (percent <= 0) return false
  return percent >= 100 || sha256(`${feature}:${subject}`).readUInt32BE() % 100 < percent
}
