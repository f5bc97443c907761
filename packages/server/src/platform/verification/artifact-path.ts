import { ARTIFACT_LIMITS } from '@forge-cascade/contract'

const { pathBytesMax, depthMax } = ARTIFACT_LIMITS
/** Control characters, and what turns the direction of text or is not seen in it. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u
/** Names that Windows keeps for devices, with any ending. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

const RULES: readonly { readonly breaks: (path: string) => boolean; readonly says: string }[] = [
  { breaks: (path) => path === '', says: 'is no name' },
  { breaks: (path) => !path.isWellFormed() || path.includes('\uFFFD'), says: 'is not UTF-8' },
  { breaks: (path) => Buffer.byteLength(path) > pathBytesMax, says: `is longer than ${pathBytesMax} bytes` },
  { breaks: (path) => UNSEEN.test(path), says: 'holds a line feed, or another character that is not seen' },
  { breaks: (path) => /[\\:]/.test(path), says: 'holds a backslash or a colon' },
  { breaks: (path) => path.startsWith('/'), says: 'is not relative' },
  { breaks: (path) => path.split('/').includes('..'), says: 'leads out of the artifact' },
  { breaks: (path) => path.split('/').some((name) => name === '' || name === '.'), says: 'has an empty part' },
  { breaks: (path) => path.split('/').length > depthMax, says: `lies deeper than ${depthMax} folders` },
  {
    breaks: (path) => path.split('/').some((name) => DEVICE.test(name) || /[. ]$/.test(name)),
    says: 'has a name that is another one on some systems',
  },
]

/** What is wrong with the path of a file, as the end of a sentence; undefined for one that means the same everywhere. */
export const pathProblem = (path: string): string | undefined => RULES.find(({ breaks }) => breaks(path))?.says
