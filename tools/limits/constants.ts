import { join } from 'node:path'
import { listFiles, readText } from '../checks/check.ts'

/** Code that ships, and in it the constants that say how much there may be at most. */
const SOURCES = /^packages\/(?:server|contract)\/src\/.*\.ts$/
const NOT_SHIPPED = /\.(?:test|contract|bench|as|d)\.ts$|\/(?:test|testing|assembly)\/|\/testing\.ts$/

const CONSTANT = /^(?:export )?const (?<name>[A-Z][A-Z0-9_]*)\b(?<opens>.*= \{)?/
const IS_LIMIT = /(?:^|_)MAX(?:_|$)/
const MEMBER = /\b([a-z]\w*Max): (?=[\d(A-Z])/g
const DEFAULT = /\b([a-z]\w*Max) = (?=\d)/g
const namesIn = (line: string, form: RegExp): readonly string[] => [...line.matchAll(form)].map(([, name = '']) => name)

/** `packages/…/file.ts NAME` of each, `… TABLE.member` in a table, `contract NAME` of the contract. */
export async function listLimitConstants(root: string): Promise<readonly string[]> {
  const paths = (await listFiles(root)).filter((path) => SOURCES.test(path) && !NOT_SHIPPED.test(path))
  return paths.flatMap((path) => limitConstants(readText(root, path)).map((name) => `${placeOf(path)} ${name}`))
}

const placeOf = (path: string): string => (path.startsWith('packages/contract/') ? 'contract' : path)

/** Constants named `…_MAX…`, members `…Max` of tables, and defaults of parameters so named, with a number of their own. */
export function limitConstants(text: string): readonly string[] {
  const found: string[] = []
  let table: string | undefined
  for (const line of text.split('\n')) {
    const { name, opens } = CONSTANT.exec(line)?.groups ?? {}
    if (name !== undefined && IS_LIMIT.test(name)) found.push(name)
    if (name !== undefined && opens !== undefined) table = name
    if (table !== undefined) found.push(...namesIn(line, MEMBER).map((member) => `${table}.${member}`))
    else found.push(...namesIn(line, DEFAULT))
    if (line.startsWith('}') || (name !== undefined && line.includes('}'))) table = undefined
  }
  return found
}

const ROWS = /^tools\/limits\/[a-z-]+-limits\.ts$/
const IMPORT = /import \{([^}]*)\} from '([^']+)'/g

/** The constants that the tables of limits take their numbers from, named as above. */
export async function listConstantsOfRows(root: string): Promise<ReadonlySet<string>> {
  const paths = (await listFiles(root)).filter((path) => ROWS.test(path))
  return new Set(paths.flatMap((path) => constantsOfRows(readText(root, path))))
}

function constantsOfRows(text: string): readonly string[] {
  return [...text.matchAll(IMPORT)].flatMap(([, names = '', from = '']) => {
    const place = from.startsWith('@forge-cascade/contract') ? 'contract' : join('tools/limits', from)
    return names.split(',').flatMap((given) => {
      const [name = '', alias = name] = given.trim().split(' as ')
      const members = namesIn(text, new RegExp(String.raw`\b${alias}\.(\w+)`, 'g'))
      return [`${place} ${name}`, ...members.map((member) => `${place} ${name}.${member}`)]
    })
  })
}
