/** Three numbers of at most nine digits, so that every comparison is exact and every raise has room. */
const VERSION = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/
export const NUMBER_MAX = 999_999_999

export interface Version {
  readonly major: number
  readonly minor: number
  readonly patch: number
}

export const FIRST_VERSION = '1.0.0'

/** The version a capsule gets next, or the sentence that says why the requested one cannot be it. */
export type NextVersion =
  | { readonly kind: 'version'; readonly version: string }
  | { readonly kind: 'refused'; readonly reason: string }

export interface VersionChange {
  /** True when the content differs; everything else that makes a version raises the patch number. */
  readonly contentChanged: boolean
  /** The version the caller names instead; it must be higher than the one before. */
  readonly requested?: string | undefined
}

/**
 * MAJOR.MINOR.PATCH, or nothing for any other text. Pre-releases and build metadata are none of ours: a version that is
 * stored is a version that is out.
 *
 * @see semver.org 2.0.0, section 2
 */
export function parseVersion(text: string): Version | undefined {
  const match = VERSION.exec(text)
  return match ? { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) } : undefined
}

export const formatVersion = ({ major, minor, patch }: Version): string => `${major}.${minor}.${patch}`

/** Below, at or above zero as `a` is lower than, equal to or higher than `b` (semver.org section 11). */
export const compareVersions = (a: Version, b: Version): number =>
  a.major - b.major || a.minor - b.minor || a.patch - b.patch

/**
 * The version after `previous`: changed content raises the minor number, any other change the patch, and a caller may
 * name a higher one. Without a previous version it is 1.0.0, or a named one that is not lower.
 */
export function nextVersion(previous: string | undefined, change: VersionChange): NextVersion {
  const before = previous === undefined ? undefined : parseVersion(previous)
  if (previous !== undefined && !before) return refused(`the version before, "${shown(previous)}", is not one`)
  if (change.requested !== undefined) return requestedVersion(before, change.requested)
  return before ? raised(before, change.contentChanged) : { kind: 'version', version: FIRST_VERSION }
}

function requestedVersion(before: Version | undefined, requested: string): NextVersion {
  const wanted = parseVersion(requested)
  if (!wanted) return refused(`expected MAJOR.MINOR.PATCH, three numbers without more, got "${shown(requested)}"`)
  if (before && compareVersions(wanted, before) <= 0) {
    return refused(`expected a version above ${formatVersion(before)}, got ${requested}`)
  }
  if (!before && wanted.major < 1) return refused(`a first version is not below ${FIRST_VERSION}, got ${requested}`)
  return { kind: 'version', version: requested }
}

function raised({ major, minor, patch }: Version, contentChanged: boolean): NextVersion {
  if ((contentChanged ? minor : patch) >= NUMBER_MAX) {
    return refused(
      `${formatVersion({ major, minor, patch })} cannot be raised further; name a version with a higher start`,
    )
  }
  const next = contentChanged ? { major, minor: minor + 1, patch: 0 } : { major, minor, patch: patch + 1 }
  return { kind: 'version', version: formatVersion(next) }
}

const refused = (reason: string): NextVersion => ({ kind: 'refused', reason })

/** What a caller sent, short enough for a sentence. */
const shown = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text)
