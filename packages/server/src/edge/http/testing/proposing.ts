import { expect } from 'vitest'
import { BUILT_IN_FILES, SCHEMA_FILE } from '#governance'
import type { Subject } from '#identity'
import type { HttpWorld } from '../testing.ts'

export const PATH = '/v2/governance/proposals'
export const DELEGATIONS = '/v2/governance/delegations'
export const HOUR = 3_600_000
const person = (name: string, digit: string, more: Partial<Subject> = {}): Subject => ({
  ...{ id: `01900000-0000-7000-8000-0000000000b${digit}`, kind: 'person', name, roles: ['member'], trust: 80 },
  ...{ owner: null, active: true, createdAt: 0, ...more },
})
export const ADA = person('ada', '1')
export const GRACE = person('grace', '2', { roles: ['steward'], trust: 90 })
export const EVE = person('eve', '3', { trust: 60 })
export const BOT = person('bot', '4', { kind: 'agent', owner: ADA.id })
export const SLEEPER = person('sleeper', '5', { active: false })
export const ROBOT = person('robot', '6', { kind: 'service' })
const NO_ARCHIVE = {
  path: 'own.cedar',
  text: '@id("own.no-archive")\nforbid (principal, action == Action::"capsule.archive", resource);\n',
}
export const PEOPLE = [ADA, GRACE, EVE, BOT, SLEEPER, ROBOT]
/** The policies of the program without constitution and schema, and one more. */
const FILES = [...BUILT_IN_FILES.filter(({ path }) => path !== SCHEMA_FILE && !path.startsWith('const')), NO_ARCHIVE]
export const POLICY = { title: 'Nothing is archived', action: { type: 'policy_change', files: FILES } }

/** One that needs no parser. */
export const DEFAULTS = { title: 'Those of the program', action: { type: 'policy_change', files: null } }

/** What people of a world do with proposals. */
export function proposing(http: () => HttpWorld) {
  const as = ({ name }: Pick<Subject, 'name'>) => ({ headers: { authorization: `Bearer ${name}` } })
  const propose = async (by: Subject, body: object = DEFAULTS) => {
    const made = await http().send('POST', PATH, { body, ...as(by) })
    expect([made.statusCode, made.body.slice(0, 300)]).toEqual([201, expect.anything()])
    return made.json()
  }
  const activate = (by: Subject, id: string) => http().send('POST', `${PATH}/${id}/activate`, as(by))
  const withdraw = (by: Subject, id: string) => http().send('POST', `${PATH}/${id}/withdraw`, as(by))
  const vote = (by: Subject, id: string, said = 'for') =>
    http().send('POST', `${PATH}/${id}/vote`, { body: { vote: said }, ...as(by) })
  const look = async (id: string, by?: Pick<Subject, 'name'>) =>
    (await http().send('GET', `${PATH}/${id}`, by && as(by))).json()
  const sweep = () => http().governed.course.sweep(new AbortController().signal)
  const later = async (hours: number) => {
    http().world.time.advance(hours * HOUR)
    return sweep()
  }
  const open = async (by: Subject, body: object = DEFAULTS) => {
    const { id } = await propose(by, body)
    expect((await activate(by, id)).json()).toMatchObject({ status: 'VOTING' })
    return id as string
  }
  const recordsOf = async (id: string) =>
    (await http().world.context.store.ledger.list({ subject: `proposal/${id}` }, { limit: 100 }))
      .map(({ leaf }) => leaf.type)
      .toReversed()
  const register = async (name: string, more: object = {}) =>
    (await http().send('POST', '/v2/subjects', { body: { name, kind: 'person', ...more } })).json()
  const archive = async () => {
    const { id } = await http().world.add({ content: `What it is about, ${Math.random()}.` })
    return (await http().send('DELETE', `/v2/capsules/${id}`)).statusCode
  }
  return { as, propose, activate, withdraw, vote, look, sweep, later, open, recordsOf, register, archive }
}
