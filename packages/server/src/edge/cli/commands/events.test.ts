import { expect, test } from 'vitest'
import { run, serve } from '../testing.ts'

test.for([
  { argv: ['events', '--type', 'Shop'], says: '--type: expected a pattern of words in lower case' },
  { argv: ['events', '--after', 'x'], says: 'such as 4711 or 4711.1' },
  { argv: ['publish', 'shop'], says: 'such as shop.order.placed' },
])('$argv says what is expected, with an example', async ({ argv, says }) => {
  const { code, err } = await run(argv)
  expect(code).toBe(2)
  expect(err).toContain(says)
})

test('a type without cascade. that nothing fits tells how types of the instance begin', async () => {
  await using server = await serve(() => ({ body: { items: [], next: null, more: false } }))
  const { out } = await run(['events', '--type', 'capsule.created', '--url', server.url])
  expect(out).toContain('Types of the instance begin with cascade.')
})
