import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type PolicyJson, printExpression } from '#policy'
import { CedarInstance } from './cedar-instance.ts'
import { arbitraryPolicies } from './testing/arbitrary-policies.ts'

const instance = new CedarInstance()

/** Constants that Cedar's parser folds: a minus before a number belongs to it. */
const folded = (text: string): string => text.replaceAll(/-\((\d+)\)/g, '-$1')

test('an expression is printed as Cedar reads it', () => {
  fc.assert(
    fc.property(arbitraryPolicies, ({ policies }) => {
      for (const { conditions } of Object.values(policies))
        for (const { body } of conditions) {
          const printed = printExpression(body)
          const answer = instance.call('policyToJson', `permit(principal, action, resource) when { ${printed} };`)
          expect(answer, printed).toMatchObject({ type: 'success' })
          const { json } = answer as { readonly json: PolicyJson }
          expect(folded(printExpression(json.conditions[0]?.body))).toBe(folded(printed))
        }
    }),
    { numRuns: 300 },
  )
})
