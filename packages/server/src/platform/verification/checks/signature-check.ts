import { openNote, type VerifierKey } from '#ledger'
import { failed, passed, skipped, type VerificationCheck } from '../verification-check.ts'

/** First line of the text that a publisher signs: what is signed for an artifact is signed for nothing else. */
const SIGNED_TEXT = 'cascade-artifact/v1'

/** The text over which an artifact is signed, as a note (C2SP signed-note): two lines. */
export const signedTextOf = (digest: string): string => `${SIGNED_TEXT}\n${digest}\n`

export interface SignatureCheckOptions {
  /** The signed note. */
  readonly note: string | undefined
  /** Who may sign: one of them has to have. */
  readonly keys: readonly VerifierKey[]
}

/** Looks whether one of the known keys signed this very digest. */
export const signatureCheck = ({ note, keys }: SignatureCheckOptions): VerificationCheck => ({
  name: 'signature',
  weight: 1,
  run: ({ artifact: { digest } }) => {
    if (keys.length === 0)
      return note === undefined
        ? skipped('no key was named')
        : skipped('it is signed, and no key was named to verify it')
    if (note === undefined) return failed('it is not signed, and a key was named')
    const opened = openNote(note, keys)
    if (!opened) return failed('no named key signed the note')
    if (opened.text !== signedTextOf(digest)) return failed('what is signed is not this artifact')
    return passed(`signed by ${opened.verified.map(({ name }) => name).join(', ')}`)
  },
})
