import { z } from 'zod'
import { configFacts } from './config-facts.ts'
import { listOf } from './network.ts'

/** Rule-based advisers that come with the program. */
export const COUNCIL_RULES = ['constitution', 'security', 'continuity', 'privacy', 'cost'] as const

/** Personas that a model is asked as. */
const PERSONAS_ASKED = 4

const ALL = COUNCIL_RULES.join(',')
const PRINTABLE = /^[!-~]*$/
const isRule = (name: string): boolean => COUNCIL_RULES.some((rule) => rule === name)
const hasNoUserinfo = (url: string): boolean => {
  const { username, password } = new URL(url)
  return `${username}${password}` === ''
}

/** Who comments on proposals; nobody of them has a vote. */
export const council = z.strictObject({
  advisers: z
    .string()
    .max(1000)
    .refine((text) => listOf(text).every(isRule), { error: `expected names of ${ALL}, with commas between them` })
    .default(ALL)
    .register(configFacts, {
      list: true,
      reload: true,
      description: `Rule-based advisers that comment on proposals, of ${COUNCIL_RULES.join(', ')}; nobody where it is empty. None has a vote.`,
    }),
  model: z.string().min(1).max(200).optional().register(configFacts, {
    description: 'Model behind an OpenAI-compatible address that comments as well; without one no model is asked.',
  }),
  url: z
    .url({ protocol: /^https?$/ })
    .refine(hasNoUserinfo, {
      error: 'expected an address without a name and a password; a key belongs in governance.council.api_key',
    })
    .default('https://api.openai.com/v1')
    .register(configFacts, {
      description: 'Base address of that interface, `/chat/completions` comes after it; without a name or a password.',
    }),
  api_key: z
    .string()
    .min(1)
    .max(4096)
    .regex(PRINTABLE, { error: 'expected printable ASCII without spaces' })
    .optional()
    .register(configFacts, {
      secret: true,
      description: 'Key for that provider; local servers often need none.',
    }),
  personas: z
    .string()
    .min(1)
    .max(1000)
    .refine((text) => listOf(text).length <= PERSONAS_ASKED, {
      error: `expected at most ${PERSONAS_ASKED} names, with commas between them`,
    })
    .default('an even-handed reader')
    .register(configFacts, {
      list: true,
      description: 'Whom the model speaks as: it is asked once as each of them, four at most.',
    }),
  timeout_s: z.int().min(1).max(60).default(30).register(configFacts, {
    description: 'Seconds that the model may take.',
  }),
})
