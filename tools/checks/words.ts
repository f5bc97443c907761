import { type Check, listFiles, readText } from './check.ts'

/** A text that has no place in the tree. Patterns hold one-letter classes so that no rule finds itself. */
interface WordRule {
  readonly name: string
  readonly pattern: RegExp
  readonly files: RegExp
  readonly except?: RegExp
}

const TEXT = /./
const CODE = /\.(ts|tsx|mts|js|mjs|cjs|py|sh)$|^(cascade|\.ci\/run)$/
const TESTS = /\.(test|contract)\.|^(e2e|bench)\/|\/testing(\/|\.ts$)/
const LOCK = /package-lock\.json$/

export const WORD_RULES: readonly WordRule[] = [
  {
    name: 'word of unfinished work',
    pattern:
      /\b(t[o]do|fi[x]me|x{3}|not (yet )?implemen[t]ed|placehol[d]er|for no[w]|in a rea[l] (system|implementation)|simplifie[d])\b/gi,
    files: CODE,
    except: TESTS,
  },
  { name: 'path of one machine', pattern: /(?<![A-Za-z0-9_.])\/(wor[k]|far[m]|roo[t]|home\/[a-z]+)\//g, files: TEXT },
  { name: 'host of a registry', pattern: /\b(registry[.]npmjs|pypi[.]org|static[.]crates[.]io)/g, files: TEXT },
  {
    name: 'test that is skipped, alone or meant to fail',
    pattern: /\b(it|test|describe)\.(skip|only|tod[o]|fails)\b/g,
    files: CODE,
  },
  {
    name: 'hole in the types or the linter',
    pattern: /: an[y]\b|<an[y]>|\bas an[y]\b|\bas unknow[n] as\b|@ts-(ignor[e]|expect-erro[r])|biome-ignor[e]/g,
    files: CODE,
    except: TESTS,
  },
  {
    name: 'silent catch',
    pattern:
      /\bcatch\s*(\([^)]*\))?\s*\{(\s|\/\/[^\n]*|\/\*[^*]*\*\/)*\}|\.catch\(\s*\([^)]*\)\s*=>\s*(\{\s*\}|undefined)\s*\)/g,
    files: CODE,
    except: TESTS,
  },
  {
    name: 'environment read outside kernel/config',
    pattern: /\bprocess\.env\b|\benv\b[^\n]*from 'node:process'/g,
    files: /^packages\/[^/]+\/src\/.*\.ts$/,
    except: /\.(test|contract)\.|\/testing(\/|\.ts$)|^packages\/server\/src\/kernel\/config\//,
  },
]

const LINES_MAX = 400

/** Words and lengths that a review would stop at. */
export const words: Check = async (root) => {
  const files = (await listFiles(root)).filter((path) => !LOCK.test(path))
  const findings = files.flatMap((path) => findingsIn(path, readText(root, path)))
  return { seen: `${files.length} files`, findings }
}

function findingsIn(path: string, text: string): readonly string[] {
  if (text.includes('\0')) return []
  return [
    ...WORD_RULES.filter((rule) => appliesTo(rule, path)).flatMap((rule) => hitsOf(rule, path, text)),
    ...tooLong(path, text),
  ]
}

const appliesTo = (rule: WordRule, path: string): boolean => rule.files.test(path) && !rule.except?.test(path)

const hitsOf = (rule: WordRule, path: string, text: string): readonly string[] =>
  [...text.matchAll(rule.pattern)].map(
    (hit) => `${path}:${lineAt(text, hit.index)}: ${rule.name}: ${hit[0].trim().slice(0, 60)}`,
  )

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length

function tooLong(path: string, text: string): readonly string[] {
  const lines = text.split('\n').length - 1
  const counts = CODE.test(path) && !TESTS.test(path) && lines > LINES_MAX
  return counts ? [`${path}: ${lines} lines, more than ${LINES_MAX}; there are probably two nouns in it`] : []
}
