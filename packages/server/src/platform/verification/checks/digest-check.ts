import { failed, passed, skipped, type VerificationCheck } from '../verification-check.ts'

/**
 * Compares the digest of the artifact with the one it has to have.
 *
 * @param stated hex, as whoever asks got it by another way; of one file alone its own SHA-256 counts as well.
 */
export const digestCheck = (stated: string | undefined): VerificationCheck => ({
  name: 'digest',
  weight: 1,
  run: ({ artifact: { digest, files } }) => {
    if (stated === undefined) return skipped('no digest was stated to compare with')
    if (stated === digest) return passed('it is the one that was stated')
    const [only] = files
    if (files.length === 1 && only?.sha256 === stated)
      return passed(
        'the SHA-256 of its one file is the one that was stated; the digest of an artifact is over names as well',
      )
    const ofFile = files.length === 1 && only !== undefined ? `, the SHA-256 of its one file is ${only.sha256}` : ''
    return failed(`the digest of the artifact is ${digest}${ofFile}, and ${stated} was stated`)
  },
})
