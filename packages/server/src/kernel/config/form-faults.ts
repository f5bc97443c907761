import { z } from 'zod'
import { didYouMean } from './did-you-mean.ts'
import { describeForm } from './issue-words.ts'
import type { YamlPath } from './lined-yaml.ts'

/** What does not have the form that a schema gives it: a member that it does not know, or a value that does not fit. */
export type FormFault =
  | {
      readonly kind: 'member'
      /** Ends in the member. */
      readonly path: YamlPath
      /** What is known at its place. */
      readonly known: readonly string[]
      /** Which of these was likely meant. */
      readonly near: string | undefined
    }
  | { readonly kind: 'value'; readonly path: YamlPath; readonly message: string }

/** All that is wrong with the form of a value; nothing where it has it. No message shows the value. */
export function listFormFaults(schema: z.ZodType, value: unknown): readonly FormFault[] {
  const found = schema.safeParse(value, { error: describeForm }).error?.issues ?? []
  return found.flatMap(settleUnion).flatMap((issue) => toFaults(schema, issue))
}

type Issue = z.core.$ZodIssue

function toFaults(schema: z.ZodType, issue: Issue): FormFault[] {
  if (issue.code === 'invalid_key') {
    // What a name has to be; the value below it is looked at once it is one.
    const [name] = issue.issues
    return [{ kind: 'value', path: issue.path, message: name?.message ?? issue.message }]
  }
  if (issue.code !== 'unrecognized_keys') return [{ kind: 'value', path: issue.path, message: issue.message }]
  const known = membersAt(schema, issue.path)
  return issue.keys.map((key) => ({
    ...{ kind: 'member', path: [...issue.path, key], known },
    near: didYouMean(key, known),
  }))
}

/** Of several forms that a value may have, what keeps it from the one that it comes nearest to. */
function settleUnion(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const forms = issue.errors.map((one) => one.flatMap(settleUnion))
  const [nearest] = forms.toSorted((a, b) => weigh(a) - weigh(b) || depth(b) - depth(a))
  if (!nearest?.length) return [issue]
  return nearest.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }))
}

const weigh = (issues: readonly Issue[]): number =>
  issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0)
const depth = (issues: readonly Issue[]): number => Math.max(0, ...issues.map(({ path }) => path.length))

/** Members that a schema knows at a place; of several forms those of all. */
function membersAt(schema: z.core.$ZodType, path: YamlPath): readonly string[] {
  const form = unwrap(schema)
  if (form instanceof z.ZodUnion) return [...new Set(form.options.flatMap((one) => membersAt(one, path)))]
  const [first, ...rest] = path
  if (first === undefined) return form instanceof z.ZodObject ? Object.keys(form.shape) : []
  const inner = partOf(form, first)
  return inner === undefined ? [] : membersAt(inner, rest)
}

function partOf(form: z.core.$ZodType, part: PropertyKey): z.core.$ZodType | undefined {
  if (form instanceof z.ZodObject) return Object.hasOwn(form.shape, part) ? form.shape[String(part)] : undefined
  if (form instanceof z.ZodArray) return form.element
  return form instanceof z.ZodRecord ? form.valueType : undefined
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return unwrap(schema.unwrap())
  return schema instanceof z.ZodPipe ? unwrap(schema.in) : schema
}
