import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HttpWorld, openHttpWorld } from '../../http/testing.ts'
import { run } from '../testing.ts'

let http: HttpWorld
let url: string

const cascadeAs = (token: string, ...argv: string[]) => run([...argv, '--url', url], { env: { CASCADE_TOKEN: token } })
const cascade = (...argv: string[]) => cascadeAs(http.token, ...argv)

beforeAll(async () => {
  http = await openHttpWorld()
  url = (await http.server.listen()).url
  await cascade('subject', 'add', 'root', '--role', 'administrator', '--trust', '100')
  await cascade('subject', 'add', 'reader', '--kind', 'agent', '--owner', 'root')
})
afterAll(() => http[Symbol.asyncDispose]())

describe('what is refused, with what to do', () => {
  test.for([
    { argv: ['subject', 'add', 'robot', '--kind', 'agent'], code: 2, says: 'An agent needs an owner' },
    { argv: ['subject', 'add', 'ROOT'], code: 5, says: '`subject show` says who has that name' },
    { argv: ['subject', 'add', 'x', '--trust', 'much'], code: 2, says: '--trust:' },
    { argv: ['subject', 'add', 'x', '--kind', 'god'], code: 2, says: 'person, agent, service' },
    { argv: ['subject', 'show', 'nobody'], code: 3, says: '`subject list` shows who there is' },
    { argv: ['subject', 'change', 'reader'], code: 2, says: 'Name what is to change' },
    { argv: ['subject', 'change', 'reader', '--activate', '--deactivate'], code: 2, says: 'not both' },
    { argv: ['subject', 'change', 'administrator', '--deactivate'], code: 5, says: 'Register another' },
    { argv: ['token', 'create'], code: 2, says: 'A token needs its subject: --for' },
    { argv: ['token', 'create', '--for', 'nobody'], code: 2, says: 'register it first' },
    { argv: ['token', 'create', '--for', 'root', '--scope', 'all'], code: 2, says: 'the name of an action' },
    { argv: ['token', 'create', '--for', 'root', '--days', '366'], code: 2, says: '--days:' },
    { argv: ['token', 'revoke', 'reader'], code: 2, says: '`token list` shows them' },
    { argv: ['token', 'revoke', '01900000-0000-7000-8000-00000000ffff'], code: 3, says: '`token list` shows the ids' },
  ])('$argv', async ({ argv, code, says }) => {
    const ran = await cascade(...argv)
    expect([ran.code, ran.out]).toEqual([code, ''])
    expect(ran.err).toContain(says)
  })
})

test('a subject is shown, listed by its kind and changed', async () => {
  expect((await cascade('subject', 'show', 'reader')).out).toMatch(
    /^reader {2}agent {2}member {2}trust 60 {2}owner root\n/,
  )
  const listed = (await cascade('subject', 'list', '--kind', 'agent')).out
  expect(listed).toContain('reader')
  expect(listed).not.toContain('administrator')
  const changed = await cascade('subject', 'change', 'reader', '--role', 'member', '--role', 'auditor', '--trust', '40')
  expect(changed.out).toMatch(/^reader {2}agent {2}member, auditor {2}trust 40/)
  expect((await cascade('subject', 'list', '--kind', 'service')).out).toBe('There is none of this kind.\n')
})

test('a token is printed once, is used from the environment for its scopes, and ends when it is revoked', async () => {
  const made = await cascade('token', 'create', '--for', 'root', '--scope', 'capsule.search', '--days', '30')
  const token = /fc_[A-Za-z0-9_-]{43}/.exec(made.out)?.[0] ?? ''
  expect(made.out).toContain('It is shown this once.')
  expect((await cascadeAs(token, 'search', 'anything')).code).toBe(3)
  const refused = await cascadeAs(token, 'subject', 'list')
  expect([refused.code, refused.err]).toEqual([4, expect.stringContaining('The token was made for other actions')])

  const listed = (await cascade('token', 'list', '--for', 'root')).out
  expect(listed).toContain('for capsule.search')
  expect(listed).not.toContain(token)
  const id = /^\S+/.exec(listed)?.[0] ?? ''
  expect((await cascade('token', 'revoke', id)).out).toBe(`Revoked ${id}.\n`)
  expect((await cascadeAs(token, 'search', 'anything')).code).toBe(4)
  expect((await cascade('token', 'list')).out).toContain('revoked')
  expect((await cascade('token', 'list', '--for', 'reader')).out).toBe('There are no tokens.\n')
})

test('a member is told of its own trust and of an agent of its own, and not of others', async () => {
  await cascade('subject', 'add', 'grace')
  const made = await cascade('token', 'create', '--for', 'grace')
  const token = /fc_[A-Za-z0-9_-]{43}/.exec(made.out)?.[0] ?? ''
  await cascadeAs(token, 'agent', 'add', 'scout')
  for (const [argv, name] of [
    [[], 'grace'],
    [['grace'], 'grace'],
    [['scout'], 'scout'],
  ] as const) {
    const { code, out } = await cascadeAs(token, 'trust', 'explain', ...argv, '--json')
    expect([code, JSON.parse(out).name]).toEqual([0, name])
  }
  for (const other of ['reader', 'nobody'])
    expect((await cascadeAs(token, 'trust', 'explain', other)).err).toContain('FORBIDDEN')
})
