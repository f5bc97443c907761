import { z } from 'zod'
import { isShallow, TOO_DEEP } from './parameters.ts'

/** An entity as policies spell it; the escapes of its id are those of JSON. */
const SPELLED = /^((?:[A-Za-z_]\w*::)+)("(?:[^"\\\x00-\x1f]|\\["\\/bfnrt])*")$/

function spelledUid(text: string): { type: string; id: string } {
  const [, type = '', id = '""'] = SPELLED.exec(text) ?? []
  return { type: type.slice(0, -2), id: JSON.parse(id) }
}

/** Who acts, what is done, or to what: `{"type": "User", "id": "ada"}`, or as policies spell it, `User::"ada"`. */
export const policyUid = z.union(
  [z.strictObject({ type: z.string(), id: z.string() }), z.string().regex(SPELLED).transform(spelledUid)],
  { error: 'must be an entity, such as User::"ada" or {"type": "User", "id": "ada"}' },
)

export type PolicyValue = boolean | string | number | PolicyValue[] | { [name: string]: PolicyValue }
const policyValue: z.ZodType<PolicyValue> = z.lazy(() =>
  z.union([z.boolean(), z.string(), z.int(), z.array(policyValue), z.record(z.string(), policyValue)], {
    error: 'must be a boolean, a string, a whole number, a list, or a record of such values',
  }),
)
const attributes = z.record(z.string(), policyValue)

export const policyEntity = z.strictObject({
  uid: policyUid,
  attrs: attributes.default({}),
  parents: z.array(policyUid).default([]),
  tags: attributes.default({}),
})

/** A request that policies decide. Entities bring their attributes and what they belong to. */
const request = z.strictObject({
  principal: policyUid,
  action: policyUid,
  resource: policyUid,
  context: attributes.default({}),
  entities: z.array(policyEntity).default([]),
})

// Looked at first, because a value that is very deep would be too deep for the check of its members.
const shallow = z.unknown().refine((value) => isShallow(value), TOO_DEEP)

/** The file of a request: `cascade policy explain --request`. */
export const policyRequestFile = shallow.pipe(request)

/** The file of tests of policies, `….test.json`. */
export const policyTestFile = shallow.pipe(
  z.strictObject({
    entities: z.array(policyEntity).default([]).describe('Known to every case; those of a case come on top.'),
    cases: z
      .array(
        request.extend({
          name: z.string().min(1),
          expect: z.enum(['allow', 'deny']),
          reasons: z.array(z.string()).optional().describe('Ids of the determining policies, all of them.'),
        }),
      )
      .min(1),
  }),
)
export type PolicyTestFile = z.output<typeof policyTestFile>

const finding = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  file: z.string(),
  line: z.int().min(1),
  column: z.int().min(1),
  message: z.string(),
  fix: z.string().describe('What to do about it.'),
})
export type PolicyFindingShown = z.output<typeof finding>

export const policyLintAnswer = z
  .object({
    ok: z.boolean().describe('False when a finding is an error.'),
    digest: z.string().nullable().describe('The name of the bundle; null where it is not sound.'),
    files: z.int(),
    policies: z.int(),
    has_schema: z
      .boolean()
      .describe('Whether a schema is among the files; else they are held against that of the program.'),
    findings: z.array(finding),
  })
  .meta({ id: 'PolicyLint' })
export type PolicyLint = z.output<typeof policyLintAnswer>

const part = z.object({
  text: z.string().describe('As the policy says it.'),
  held: z
    .enum(['held', 'not', 'failed', 'unreached'])
    .describe('It let the policy apply, did not, could not be evaluated, or an earlier part decided already.'),
})

const explained = z.object({
  policy_id: z.string(),
  effect: z.enum(['permit', 'forbid']),
  determines: z.boolean().describe('Whether the decision rests on it.'),
  scope: z.array(part),
  clauses: z.array(part),
})

const decided = z.object({
  decision: z.enum(['allow', 'deny']),
  code: z.enum(['PERMITTED', 'FORBIDDEN_BY_POLICY', 'NOT_PERMITTED', 'POLICY_ERROR']),
  reasons: z.array(z.string()).describe('Ids of the determining policies.'),
  errors: z.array(z.object({ policy_id: z.string().nullable(), message: z.string() })),
  policies: z.array(explained),
})

export const policyExplainAnswer = decided.extend({ digest: z.string() }).meta({ id: 'PolicyExplained' })
export type PolicyExplained = z.output<typeof decided>

export const policyTestAnswer = z
  .object({
    digest: z.string(),
    passed: z.int(),
    failed: z.int(),
    failures: z.array(
      z.object({
        file: z.string(),
        name: z.string(),
        expected: z.enum(['allow', 'deny']),
        expected_reasons: z.array(z.string()).nullable().describe('Null where the case does not say.'),
        got: decided,
      }),
    ),
  })
  .meta({ id: 'PolicyTests' })
export type PolicyTests = z.output<typeof policyTestAnswer>
