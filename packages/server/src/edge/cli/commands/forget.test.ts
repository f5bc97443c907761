import { expect, test } from 'vitest'
import { run, serve } from '../testing.ts'

const ID = '01939b40-1a2b-7c3d-8e4f-5a6b7c8d9e0f'

test('a capsule is archived by its id, and it is said how it comes back', async () => {
  await using server = await serve(() => ({ status: 204 }))
  const { code, out } = await run(['forget', ID, '--url', server.url])
  expect([code, out.split('\n')[0]]).toEqual([0, `Archived: ${ID} is out of search and lists.`])
  expect(out).toContain(`forget ${ID} --undo`)
  expect(server.received).toMatchObject([{ method: 'DELETE', path: `/v2/capsules/${ID}` }])
  const json = await run(['forget', ID, '--url', server.url, '--json'])
  expect(JSON.parse(json.out)).toEqual({ id: ID, status: 'ARCHIVED' })
})

test.for([[], ['abc'], [`${ID}@1.0.0`]])('%j is no id of a capsule, and nothing is sent', async (words) => {
  await using server = await serve(() => ({ status: 204 }))
  expect((await run(['forget', ...words, '--url', server.url])).code).toBe(2)
  expect(server.received).toEqual([])
})
