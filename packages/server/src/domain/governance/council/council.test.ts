import { COUNCIL_LIMITS } from '@forge-cascade/contract'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { CascadeError } from '#base'
import { analyseChange } from '../analysis/analyse-change.ts'
import type { AnalysedProposal } from '../analysis/index.ts'
import { armText, BUILT_IN } from '../testing/draw-inputs.ts'
import type { Adviser } from './adviser.ts'
import { askCouncil } from './council.ts'
import { RULE_ADVISERS, ruleAdviser } from './rule-advisers.ts'

const { signal } = new AbortController()
const proposal = { id: 'p', title: 'T', description: '', kind: 'policy' } as const

async function analysed(before: string | null, after: string | null, more: Partial<AnalysedProposal> = {}) {
  const arm = async (text: string | null) => (text === null ? BUILT_IN : armText(text))
  const change = { before: await arm(before), after: await arm(after), trust: null, settings: null }
  const analysis = await analyseChange(change, [], { signal })
  const verdict = analysis.isKept ? 'kept' : 'broken'
  return { analysis, change, verdict, obstacle: null, until: null, ...more } satisfies AnalysedProposal
}
/** What changes nothing, which takes as long to analyse as anything. */
let nothing: AnalysedProposal
beforeAll(async () => {
  nothing = await analysed(null, null)
})
const opinionsOf = (of: AnalysedProposal) =>
  Object.fromEntries(Object.entries(RULE_ADVISERS).map(([name, advise]) => [name, advise(of).opinion]))

const MEMBERS = '@id("role.member") permit(principal in Role::"member", action, resource);'

describe('the advisers that go by rules', () => {
  test('have nothing against what changes nothing', async () => {
    expect(opinionsOf(nothing)).toEqual({
      ...{ constitution: 'for', security: 'for', continuity: 'for', privacy: 'for', cost: 'abstain' },
    })
  })

  test('are against what gives everybody everything, each for its own reason', async () => {
    const of = await analysed(null, '@id("all") permit(principal, action, resource);')
    expect(opinionsOf(of)).toMatchObject({ constitution: 'abstain', security: 'against', privacy: 'against' })
    expect(RULE_ADVISERS.privacy(of).reasons[0]).toMatch(/: (capsule|governance|ledger|evidence|subject)\./)
  })

  test('see who could not go on, what takes no approval any more, and what would lock out', async () => {
    const lost = await analysed(MEMBERS, '@id("a") permit(principal in Role::"auditor", action, resource);')
    expect(RULE_ADVISERS.continuity(lost).opinion).toBe('abstain')
    const curable = `${MEMBERS} @id("guard") @curable("approval") forbid(principal, action == Action::"capsule.erase", resource) unless { context.approved };`
    expect(RULE_ADVISERS.continuity(await analysed(curable, MEMBERS)).opinion).toBe('against')
    expect(RULE_ADVISERS.continuity({ ...lost, obstacle: 'Nobody could.' })).toMatchObject({
      opinion: 'against',
      reasons: ['Nobody could.'],
    })
  })

  test('weigh how many recorded decisions flip', async () => {
    const of = nothing
    const with_ = (decisions: number, flipped: number) =>
      RULE_ADVISERS.cost({
        ...of,
        analysis: { ...of.analysis, recorded: { ...of.analysis.recorded, decisions, flipped } },
      }).opinion
    expect([with_(0, 0), with_(100, 0), with_(100, 10), with_(100, 11)]).toEqual([
      'abstain',
      'for',
      'abstain',
      'against',
    ])
  })

  test('name a broken rule of the constitution', async () => {
    const of = nothing
    const broken = {
      ...of.analysis.constitution[0],
      isKept: false,
      reason: 'Because.',
    } as (typeof of.analysis.constitution)[number]
    const advice = RULE_ADVISERS.constitution({
      ...of,
      verdict: 'broken',
      analysis: { ...of.analysis, constitution: [broken] },
    })
    expect(advice).toMatchObject({ opinion: 'against', reasons: [`${broken.id}: Because.`] })
  })
})

describe('a council', () => {
  const question = async () => ({ proposal, analysed: nothing })
  const saying = (name: string, advise: Adviser['advise']): Adviser => ({ name, advise })

  test('shows an adviser that fails, is slow or talks nonsense as failed, and hears the others', async () => {
    const comments = await askCouncil(
      [
        ruleAdviser('security'),
        saying('broken', () => Promise.reject(new CascadeError('UNAVAILABLE', 'gone'))),
        saying('thrower', () => {
          throw new TypeError('at once')
        }),
        saying('slow', () => new Promise(() => undefined)),
        // What a model may hand over is of no type.
        saying('odd', async () => ({ opinion: 'perhaps', text: 1 }) as never),
        saying('nothing', async () => undefined as never),
      ],
      await question(),
      { signal, msMax: 20 },
    )
    expect(comments.map(({ adviser, state, code }) => [adviser, state, code])).toEqual([
      ['security', 'given', null],
      ['broken', 'failed', 'UNAVAILABLE'],
      ['thrower', 'failed', 'INTERNAL'],
      ['slow', 'failed', 'DEADLINE_EXCEEDED'],
      ['odd', 'failed', 'INTERNAL'],
      ['nothing', 'failed', 'INTERNAL'],
    ])
  })

  test('tells a slow adviser that its time is over', async () => {
    let told: AbortSignal | undefined
    const slow = saying('slow', (_, ends) => {
      told = ends
      return new Promise(() => undefined)
    })
    await askCouncil([slow], await question(), { signal, msMax: 5 })
    expect(told?.aborted).toBe(true)
  })

  test('keeps every text within its limits and free of what steers a terminal, whatever an adviser says', async () => {
    const asked = await question()
    const { textLengthMax, reasonsMax, reasonLengthMax } = COUNCIL_LIMITS
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', maxLength: 2500 }),
        fc.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 500 }), fc.constant(1 as never)), { maxLength: 12 }),
        async (text, reasons) => {
          const [comment] = await askCouncil([saying('any', async () => ({ opinion: 'for', text, reasons }))], asked, {
            signal,
          })
          expect(comment?.state).toBe('given')
          expect((comment?.text.length ?? 0) <= textLengthMax && (comment?.reasons.length ?? 0) <= reasonsMax).toBe(
            true,
          )
          expect(comment?.reasons.every(({ length }) => length <= reasonLengthMax)).toBe(true)
          expect(
            [comment?.text, ...(comment?.reasons ?? [])].some(
              (one) => /\p{Cc}/u.test(one ?? '') || one?.isWellFormed() === false,
            ),
          ).toBe(false)
        },
      ),
      { numRuns: 20 },
    )
  })

  test('ends where whoever asked has gone', async () => {
    const gone = AbortSignal.abort(new Error('gone'))
    await expect(askCouncil([ruleAdviser('security')], await question(), { signal: gone })).rejects.toThrow('gone')
  })
})
