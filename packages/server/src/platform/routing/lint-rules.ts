import { isIP, isIPv6 } from 'node:net'
import { bareHost, didYouMean, networksOf, type YamlPath } from '#config'
import { CONFIGURED, type RoutingRule, type RoutingRules } from './routing-rules.ts'

/** One thing that is wrong with rules, or may not be meant so. */
export interface RoutingFinding {
  readonly severity: 'error' | 'warning'
  /** From 1. */
  readonly line: number
  /** Such as `rules.0.split`; empty for the whole. */
  readonly path: string
  readonly message: string
  /** What to do about it. */
  readonly fix: string
}

/** Whose vectors an instance has; dimensions where they are known. */
export interface Space {
  readonly model: string
  readonly dimensions?: number | undefined
}

/** Whether there is the key that a provider names, here where it is asked. */
export type HasKey = (option: 'api_key_env' | 'api_key_file', name: string) => boolean

/** The line of what a path leads to, from 1. */
export type LineOf = (path: YamlPath) => number

/** What a schema cannot say: names that mean nothing, providers of another space, rules that no request reaches. */
export function lintRules(
  rules: RoutingRules,
  lineOf: LineOf,
  space: Space | undefined,
  hasKey: HasKey = () => true,
): readonly RoutingFinding[] {
  const lint = new Lint(rules, lineOf)
  lint.keys(hasKey)
  lint.providers(space)
  lint.rules()
  return sortFindings(lint.findings)
}

export const sortFindings = (findings: readonly RoutingFinding[]): readonly RoutingFinding[] =>
  findings.toSorted((a, b) => a.line - b.line)

class Lint {
  readonly findings: RoutingFinding[] = []
  readonly #rules: RoutingRules
  readonly #lineOf: LineOf
  readonly #known: readonly string[]

  constructor(rules: RoutingRules, lineOf: LineOf) {
    this.#rules = rules
    this.#lineOf = lineOf
    this.#known = [CONFIGURED, ...Object.keys(rules.providers)]
  }

  /** Only warnings: the instance may have another environment. */
  keys(hasKey: HasKey): void {
    for (const [name, rule] of Object.entries(this.#rules.providers))
      for (const option of ['api_key_env', 'api_key_file'] as const) {
        const named = rule[option]
        if (named === undefined || hasKey(option, named)) continue
        this.#warn(
          ['providers', name, option],
          `${named}, the key of ${name}, is not there.`,
          'Have it where the instance is started: without it these rules are refused.',
        )
      }
  }

  providers(space: Space | undefined): void {
    const used = new Set(
      this.#rules.rules.flatMap(({ split, fallbacks = [] }) => [...split.map((arm) => arm.provider), ...fallbacks]),
    )
    for (const [name, { url, model, dimensions, api_key_env, api_key_file }] of Object.entries(this.#rules.providers)) {
      const at = ['providers', name]
      if (name === CONFIGURED)
        this.#error(at, `${CONFIGURED} is the embedder of the configuration file.`, 'Give this provider another name.')
      if (space && model !== space.model) this.#error([...at, 'model'], ...otherSpace(name, model, space.model))
      if (space?.dimensions !== undefined && dimensions !== undefined && dimensions !== space.dimensions)
        this.#error([...at, 'dimensions'], ...otherSpace(name, `${dimensions} dimensions`, `${space.dimensions}`))
      if (isLinkLocal(url))
        this.#error(
          [...at, 'url'],
          'A link-local address is where a machine tells of itself, its credentials among them.',
          'Name the address of the provider.',
        )
      if (hasUserinfo(url))
        this.#error(
          [...at, 'url'],
          'An address must not hold a name or a password.',
          'Use api_key_env or api_key_file.',
        )
      if (api_key_env !== undefined && api_key_file !== undefined)
        this.#error([...at, 'api_key_file'], 'The key comes from a variable and from a file.', 'Keep one of them.')
      if (!used.has(name)) this.#warn(at, `No rule names ${name}.`, 'Name it in a split or among fallbacks.')
    }
  }

  rules(): void {
    const seen = new Set<string>()
    let reached = true
    for (const [index, rule] of this.#rules.rules.entries()) {
      const at = ['rules', index]
      if (seen.has(rule.name)) this.#error([...at, 'name'], `There are two rules ${rule.name}.`, 'Rename one.')
      seen.add(rule.name)
      if (!reached) this.#warn(at, `No request reaches ${rule.name}: a rule above fits all.`, 'Move it up.')
      this.#split(rule, at)
      this.#when(rule, at)
      if (Object.values(rule.when).every((value) => value === undefined)) reached = false
    }
  }

  #split({ split, fallbacks = [] }: RoutingRule, at: YamlPath): void {
    for (const [index, { provider }] of split.entries()) {
      const place = [...at, 'split', index]
      this.#name(provider, [...place, 'provider'])
      if (split.findIndex((arm) => arm.provider === provider) < index)
        this.#error(place, `${provider} is in this split twice.`, 'Add the weights up.')
    }
    for (const [index, provider] of fallbacks.entries()) this.#name(provider, [...at, 'fallbacks', index])
    if (split.every(({ weight }) => weight === 0))
      this.#error([...at, 'split'], 'Every weight is 0.', 'Give one arm a weight.')
  }

  #when({ when }: RoutingRule, at: YamlPath): void {
    const { characters_min: min, characters_max: max, hours } = when
    if (min !== undefined && max !== undefined && min > max)
      this.#error(
        [...at, 'when', 'characters_min'],
        'No text has as many characters: the least is above the most.',
        'Swap them.',
      )
    if (hours && hours[0] === hours[1])
      this.#error([...at, 'when', 'hours'], 'These hours are none.', 'Name two that differ, or leave them out.')
  }

  #name(provider: string, at: YamlPath): void {
    if (this.#known.includes(provider)) return
    const near = didYouMean(provider, this.#known)
    this.#error(at, `There is no provider ${provider}.`, near ? `Did you mean ${near}?` : 'Declare it under providers.')
  }

  #error(path: YamlPath, message: string, fix: string): void {
    this.findings.push({ severity: 'error', line: this.#lineOf(path), path: path.join('.'), message, fix })
  }

  #warn(path: YamlPath, message: string, fix: string): void {
    this.findings.push({ severity: 'warning', line: this.#lineOf(path), path: path.join('.'), message, fix })
  }
}

const otherSpace = (name: string, theirs: string, ours: string): [string, string] => [
  `${name} makes vectors of another space: ${theirs}, and those of the instance are of ${ours}. Vectors of two spaces are never compared.`,
  'Name a provider of the same model; a change of the model is made with embedding.model.',
]

const hasUserinfo = (url: string): boolean => {
  const parsed = URL.parse(url)
  return parsed !== null && `${parsed.username}${parsed.password}` !== ''
}

const LINK_LOCAL = networksOf(['169.254.0.0/16', 'fe80::/10'])

/** RFC 3927 and RFC 4291, where the metadata services of clouds answer. */
const isLinkLocal = (url: string): boolean => {
  const host = bareHost(URL.parse(url)?.hostname ?? '')
  return isIP(host) !== 0 && LINK_LOCAL.check(host, isIPv6(host) ? 'ipv6' : 'ipv4')
}
