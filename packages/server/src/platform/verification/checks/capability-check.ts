import { failed, isResult, manifestOr, passed, type VerificationCheck } from '../verification-check.ts'

/**
 * Names the powers that a version declares and the one before did not; each has to be allowed. Of a first version every
 * power is new.
 */
export const capabilityCheck = (allowed: readonly string[]): VerificationCheck => ({
  name: 'capabilities',
  weight: 1,
  run: (subject) => {
    const manifest = manifestOr(subject, 'nothing says which powers it needs')
    if (isResult(manifest)) return manifest
    const { before } = subject
    if (before && before.name !== manifest.name)
      return failed(
        `it is called ${JSON.stringify(manifest.name)}, and the version before ${JSON.stringify(before.name)}`,
      )
    const added = manifest.capabilities.filter((each) => !before?.capabilities.includes(each))
    const refused = [...new Set(added)].filter((each) => !allowed.includes(each))
    if (refused.length > 0) return failed(`new and not allowed: ${refused.join(', ')}`)
    const gone = (before?.capabilities ?? []).filter((each) => !manifest.capabilities.includes(each))
    return passed(
      [changeOf('new and allowed', added), changeOf('no longer needed', gone)].filter(Boolean).join('; ') ||
        'none is new',
    )
  },
})

const changeOf = (what: string, names: readonly string[]): string =>
  names.length === 0 ? '' : `${what}: ${[...new Set(names)].join(', ')}`
