import type { OptionSpec } from './option-spec.ts'
import { quoteForShell } from './shell-word.ts'

/** Options that every command takes. */
export interface GlobalSettings {
  readonly data: string | undefined
  readonly config: string | undefined
  readonly url: string | undefined
  readonly tokenFile: string | undefined
  readonly json: boolean
  readonly colour: boolean
}

export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { flags: '--data <folder>', description: 'The data folder (CASCADE_DATA; .cascade when left out)' },
  { flags: '--config <file>', description: 'The configuration file (CASCADE_CONFIG)' },
  { flags: '--url <address>', description: 'Speak to the instance at this address instead (CASCADE_URL)' },
  {
    flags: '--token-file <file>',
    description: 'Where the token lies; else CASCADE_TOKEN, else that of the data folder',
  },
  {
    flags: '--json',
    description: 'Print one JSON document and nothing else (`import --watch`, bulk runs: one a line)',
  },
  { flags: '--no-color', description: 'No colours; NO_COLOR says the same, FORCE_COLOR the opposite' },
]

type Given = Readonly<Record<string, unknown>>

export const readGlobals = (given: Given): GlobalSettings => ({
  data: textOf(given.data),
  config: textOf(given.config),
  url: textOf(given.url),
  tokenFile: textOf(given.tokenFile),
  json: given.json === true,
  colour: given.color !== false,
})

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** The settings that a suggested command needs to reach the same instance, as they were typed. */
export function repeatGlobals({ data, config, url, tokenFile }: GlobalSettings): string {
  const named = Object.entries({ data, config, url, 'token-file': tokenFile })
  return named.map(([name, value]) => (value === undefined ? '' : ` --${name} ${quoteForShell(value)}`)).join('')
}
