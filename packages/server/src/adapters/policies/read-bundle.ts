import type { DetailedError, ValidationError } from '@cedar-policy/cedar-wasm'
import {
  actionsOf,
  type BundledPolicy,
  type BundleReading,
  bundleDigest,
  FINDING_FIXES,
  type FindingCode,
  judgeId,
  POLICY_LIMITS,
  type PolicyFile,
  type PolicyFinding,
  type PolicyText,
  splitPolicies,
} from '#policy'
import { CedarInstance } from './cedar-instance.ts'
import { TextPlaces } from './text-places.ts'

/** What is about to be read: told before each step, so that whoever waits knows what the reading broke on. */
export interface ReadingStep {
  readonly file: string
  /** Where the policy begins, in UTF-16 units. */
  readonly start: number
}

/**
 * Reads the files of a bundle, whoever wrote them, and says what is wrong with them. To be run where it may take its time and
 * die: Cedar's parser can be made to do either.
 */
export function readBundle(files: readonly PolicyFile[], onStep: (step: ReadingStep) => void): BundleReading {
  return new BundleReader(files, onStep).read()
}

interface Source extends PolicyText {
  readonly file: PolicyFile
}

interface ReadPolicy extends BundledPolicy {
  readonly source: Source
}

class BundleReader {
  readonly #files: readonly PolicyFile[]
  readonly #onStep: (step: ReadingStep) => void
  readonly #findings: PolicyFinding[] = []
  readonly #places = new Map<PolicyFile, TextPlaces>()
  #instance = new CedarInstance()

  constructor(files: readonly PolicyFile[], onStep: (step: ReadingStep) => void) {
    this.#files = files
    this.#onStep = onStep
  }

  read(): BundleReading {
    const sources = this.#files
      .filter(({ path }) => !isSchema(path))
      .flatMap((file) => splitPolicies(file.text).map((each): Source => ({ ...each, file })))
    if (sources.length > POLICY_LIMITS.policiesMax) {
      const at = sources[POLICY_LIMITS.policiesMax]!
      this.#find('BUNDLE_LARGE', at.file, at.start, `there are more than ${POLICY_LIMITS.policiesMax} policies`)
      return this.#reading([])
    }
    const policies = this.#withoutTwins(sources.flatMap((source) => this.#readPolicy(source)))
    const schema = this.#readSchema()
    // What is declared is looked at where all can be read: else one slip would be told of as many.
    if (schema !== undefined && this.#isSound) this.#validate(policies, schema)
    return this.#reading(policies, schema)
  }

  get #isSound(): boolean {
    return this.#findings.every(({ severity }) => severity === 'warning')
  }

  #reading(policies: readonly ReadPolicy[], schema?: PolicyFile): BundleReading {
    const findings = this.#findings.toSorted(byPlace).slice(0, POLICY_LIMITS.findingsMax)
    const actions = this.#isSound && schema !== undefined ? this.#actionsOf(schema) : []
    if (!this.#isSound) return { bundle: undefined, findings }
    const bundled = policies.map(({ source: _, ...policy }) => policy)
    return { bundle: { digest: bundleDigest(this.#files), policies: bundled, actions }, findings }
  }

  #readPolicy(source: Source): readonly ReadPolicy[] {
    const { file, start, text } = source
    if (Buffer.byteLength(text) > POLICY_LIMITS.policyBytesMax) {
      this.#find('POLICY_LARGE', file, start, `the policy has more than ${POLICY_LIMITS.policyBytesMax} bytes`)
      return []
    }
    this.#onStep({ file: file.path, start })
    const json = this.#guard('POLICY_DEEP', source, () => {
      const answer = this.#instance.call('policyToJson', text)
      if (answer.type === 'success') return this.#accepted(source, answer.json)
      this.#tellOf(source, answer.errors)
      return undefined
    })
    if (json === undefined) return []
    const id = json.annotations?.id
    const problem = judgeId(id, json.effect)
    if (problem !== undefined) this.#find(problem[0], file, start, problem[1])
    return problem === undefined && id !== undefined
      ? [{ id, file: file.path, line: this.#placeIn(file, start).line, json, source }]
      : []
  }

  /** The form in which Cedar is handed it from then on may be less deep than its text. */
  #accepted(source: Source, json: BundledPolicy['json']): BundledPolicy['json'] | undefined {
    const answer = this.#instance.call('checkParsePolicySet', { staticPolicies: [json] })
    if (answer.type === 'success') return json
    this.#find('POLICY_DEEP', source.file, source.start, 'the policy has too many operators within one another')
    return undefined
  }

  #tellOf(source: Source, errors: readonly DetailedError[]): void {
    const { file, start } = source
    const isTemplate = this.#instance.call('templateToJson', source.text).type === 'success'
    if (isTemplate) this.#find('POLICY_TEMPLATE', file, start, 'the policy is a template: it has a slot in its scope')
    else for (const error of errors) this.#findError('POLICY_SYNTAX', file, start, source.text, error)
  }

  #placeIn(file: PolicyFile, at: number): ReturnType<TextPlaces['of']> {
    const places = this.#places.get(file) ?? new TextPlaces(file.text)
    this.#places.set(file, places)
    return places.of(at)
  }

  #withoutTwins(policies: readonly ReadPolicy[]): readonly ReadPolicy[] {
    const first = new Map<string, ReadPolicy>()
    for (const policy of policies) {
      const other = first.get(policy.id)
      if (other === undefined) first.set(policy.id, policy)
      else {
        const message = `${policy.id} is the id of the policy in ${other.file}:${other.line} as well`
        this.#find('ID_TWICE', policy.source.file, policy.source.start, message)
      }
    }
    return [...first.values()]
  }

  /** The schema, when there is one and it can be read. */
  #readSchema(): PolicyFile | undefined {
    const [file, another] = this.#files.filter(({ path }) => isSchema(path))
    if (file === undefined) return undefined
    if (another !== undefined) this.#find('SCHEMA_TWICE', another, 0, `${file.path} is a schema as well`)
    this.#onStep({ file: file.path, start: 0 })
    return this.#guard('SCHEMA_DEEP', { file, start: 0, text: file.text }, () => {
      const answer = this.#instance.call('checkParseSchema', file.text)
      if (answer.type === 'success') return file
      for (const error of answer.errors) this.#findError('SCHEMA_SYNTAX', file, 0, file.text, error)
      return undefined
    })
  }

  #actionsOf(schema: PolicyFile): ReturnType<typeof actionsOf> {
    const answer = this.#instance.call('schemaToJson', schema.text)
    return answer.type === 'success' ? actionsOf(answer.json) : []
  }

  #validate(policies: readonly ReadPolicy[], schema: PolicyFile): void {
    const byId = new Map(policies.map((policy) => [policy.id, policy.source]))
    const staticPolicies = Object.fromEntries(policies.map(({ id, source }) => [id, source.text]))
    this.#onStep({ file: schema.path, start: 0 })
    this.#guard('POLICY_DEEP', { file: schema, start: 0, text: '' }, () => {
      const settings = { validationSettings: { mode: 'strict' } }
      const answer = this.#instance.call('validate', { schema: schema.text, policies: { staticPolicies }, ...settings })
      if (answer.type === 'failure') {
        for (const error of answer.errors) this.#findError('SCHEMA_SYNTAX', schema, 0, schema.text, error)
        return
      }
      const tell = (code: FindingCode, list: readonly ValidationError[]): void => {
        for (const { policyId, error } of list) {
          const source = byId.get(policyId)
          if (source) this.#findError(code, source.file, source.start, source.text, error)
        }
      }
      tell('POLICY_TYPE', answer.validationErrors)
      tell('POLICY_SUSPECT', answer.validationWarnings)
    })
  }

  /** An instance that trapped is given up, and the policy it trapped on is told of. */
  #guard<T>(code: FindingCode, { file, start }: Source, run: () => T): T | undefined {
    try {
      return run()
    } catch {
      this.#instance = new CedarInstance()
      const what = code === 'SCHEMA_DEEP' ? 'the schema has types' : 'the policy has parts'
      this.#find(code, file, start, `${what} too deep within one another: Cedar cannot read it`)
      return undefined
    }
  }

  #findError(
    code: FindingCode,
    file: PolicyFile,
    start: number,
    text: string,
    { message, help, sourceLocations = [] }: DetailedError,
  ): void {
    const [place] = sourceLocations
    // Cedar counts bytes.
    const at = place === undefined ? 0 : Buffer.from(text).subarray(0, place.start).toString('utf8').length
    const plain = message.replace(/^failed to parse (?:policy|schema) from string: |^for policy `[^`]*`, /, '')
    const label = place?.label ?? null
    this.#find(code, file, start + at, label === null ? plain : `${plain}: ${label}`, help ?? undefined)
  }

  #find(code: FindingCode, file: PolicyFile, at: number, message: string, fix: string = FINDING_FIXES[code]): void {
    const severity = code === 'POLICY_SUSPECT' ? 'warning' : 'error'
    this.#findings.push({ severity, code, file: file.path, ...this.#placeIn(file, at), message, fix })
  }
}

const isSchema = (path: string): boolean => path.endsWith('.cedarschema')

const byPlace = (one: PolicyFinding, other: PolicyFinding): number =>
  one.file === other.file ? one.line - other.line || one.column - other.column : one.file < other.file ? -1 : 1
