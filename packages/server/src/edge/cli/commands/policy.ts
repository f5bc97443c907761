import { resolve } from 'node:path'
import {
  type PolicyExplained,
  type PolicyTestFile,
  type PolicyTests,
  policyRequestFile,
  policyTestFile,
} from '@forge-cascade/contract'
import type { z } from 'zod'
import { CascadeError } from '#base'
import { describeIssue } from '#config'
import type { PolicyExplanation, PolicyFile } from '#policy'
import type { OpenPolicies, ReadPolicies } from '../cli-io.ts'
import type { CommandContext } from '../command-context.ts'
import { usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { parseGivenJson, readGiven } from '../read-given.ts'
import { explainedLines, lintLines, testLines } from '../render/policy-lines.ts'
import { printAnswer } from './answer.ts'

export const POLICY_LINT: CommandSpec = {
  name: 'policy lint',
  summary: 'Say what is wrong with policies, and where',
  description:
    'Parses every file that ends in .cedar and holds it strictly against the schema: the file that ends in .cedarschema or, where there is none, what policies of an instance may speak of. @mode, @canary and @curable take only the words that they know. Each policy needs an @id of its own; one that begins with `const.` forbids and never permits. Ends with 7 when a finding is an error. Needs no instance.',
  arguments: [{ flags: '<path...>', description: 'A folder, or files' }],
  examples: [
    { line: 'policy lint policies', does: 'looks at every policy in the folder' },
    { line: 'policy lint base.cedar team.cedar gate.cedarschema', does: 'looks at these files' },
  ],
  run: async (context, input) => {
    const { reading, files, policies } = await read(context, input.words(0))
    const { bundle, findings } = reading
    const has_schema = files.some(({ path }) => path.endsWith('.cedarschema'))
    const ok = bundle !== undefined
    const answer = {
      ok,
      digest: bundle?.digest ?? null,
      files: files.length,
      policies,
      has_schema,
      findings: [...findings],
    }
    await printAnswer(context, answer, () => lintLines(answer, context.screen.view))
    return ok ? 'ok' : 'damaged'
  },
}

export const POLICY_TEST: CommandSpec = {
  name: 'policy test',
  summary: 'Hold policies against the cases that lie beside them',
  description:
    'Decides the request of each case in the files of the folder that end in .test.json, {cases: [{name, principal, action, resource, context, entities, expect, reasons}]}, and compares the decision, and the determining policies where the case names them. A policy that cannot be evaluated denies. For each case that came out otherwise it tells which parts of which policies held. Ends with 7 when there is one, and with 3 when there are no cases. Needs no instance.',
  arguments: [{ flags: '<folder>', description: 'Folder with policies and cases' }],
  examples: [{ line: 'policy test policies', does: 'runs every case in the folder' }],
  run: async (context, input) => {
    const found = await read(context, [input.argument(0) ?? ''])
    const { policies, digest } = await open(context, found)
    if (found.tests.length === 0) throw new CascadeError('NOT_FOUND', 'No file in the folder ends in .test.json.')
    const cases = found.tests.flatMap(casesOf)
    const failures = cases.flatMap((each) => failureOf(policies, each))
    const answer: PolicyTests = { digest, passed: cases.length - failures.length, failed: failures.length, failures }
    await printAnswer(context, answer, () => testLines(answer, context.screen.view))
    return failures.length === 0 ? 'ok' : 'damaged'
  },
}

export const POLICY_EXPLAIN: CommandSpec = {
  name: 'policy explain',
  summary: 'Decide one request, and tell which parts of which policies held',
  description:
    'The request is a file: {"principal": "User::\\"ada\\"", "action": …, "resource": …, "context": {…}, "entities": [{"uid": …, "attrs": {…}, "parents": […]}]}. Tells of the policies that the decision rests on and of those that failed; where nothing permits, of the permits that came closest. Needs no instance.',
  arguments: [{ flags: '<folder>', description: 'Folder with policies' }],
  options: [{ flags: '--request <file>', description: 'The request, as JSON' }],
  examples: [{ line: 'policy explain policies --request request.json', does: 'tells why it is allowed or denied' }],
  run: async (context, input) => {
    const file = input.text('request')
    if (file === undefined) throw usage('--request names the file with the request.')
    const { policies, digest } = await open(context, await read(context, [input.argument(0) ?? '']))
    const path = resolve(context.io.cwd, file)
    const request = parseFile(policyRequestFile, file, readGiven(path))
    const answer = { digest, ...shown(policies.explain(request)) }
    await printAnswer(context, answer, () => explainedLines(answer, context.screen.view))
    return 'ok'
  },
}

/** @throws CascadeError SOURCE_UNREADABLE; UNPROCESSABLE for more than a bundle may hold, or no policy at all. */
const read = ({ io }: CommandContext, paths: readonly string[]): Promise<ReadPolicies> =>
  io.readPolicies(paths.map((path) => resolve(io.cwd, path)))

/** @throws CascadeError UNPROCESSABLE where the policies are not sound. */
async function open({ io }: CommandContext, { reading: { bundle, findings } }: ReadPolicies) {
  if (bundle !== undefined) return { policies: await io.openPolicies(bundle), digest: bundle.digest }
  const first = findings.find(({ severity }) => severity === 'error')
  const place = first && `${first.file}:${first.line}:${first.column}: ${first.message}`
  throw new CascadeError('UNPROCESSABLE', `${place ?? 'The policies are not sound'}.`)
}

type Case = PolicyTestFile['cases'][number] & { readonly file: string }

function casesOf({ path, text }: PolicyFile): readonly Case[] {
  const { entities, cases } = parseFile(policyTestFile, path, text)
  return cases.map((each) => ({ ...each, file: path, entities: [...entities, ...each.entities] }))
}

function failureOf(policies: OpenPolicies, { file, name, expect, reasons, ...request }: Case): PolicyTests['failures'] {
  const got = shown(policies.explain(request))
  const sameReasons = reasons === undefined || reasons.toSorted().join('\n') === got.reasons.join('\n')
  if (got.decision === expect && sameReasons) return []
  return [{ file, name, expected: expect, expected_reasons: reasons ?? null, got }]
}

function shown({ decided, policies }: PolicyExplanation): PolicyExplained {
  return {
    ...{ decision: decided.decision, code: decided.code, reasons: [...decided.reasons] },
    errors: decided.errors.map(({ policyId, message }) => ({ policy_id: policyId, message })),
    policies: policies.map(({ policyId, effect, determines, scope, clauses }) => ({
      ...{ policy_id: policyId, effect, determines, scope: [...scope], clauses: [...clauses] },
    })),
  }
}

/** @throws CascadeError VALIDATION_FAILED with the first place that is wrong. */
function parseFile<Schema extends z.ZodType>(schema: Schema, path: string, text: string): z.output<Schema> {
  const parsed = schema.safeParse(parseGivenJson(path, text), { error: describeIssue })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw usage(`${path}: ${issue?.path.join('.') || 'the file'}: ${issue?.message}.`)
}
