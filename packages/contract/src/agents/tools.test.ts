import { describe, expect, test } from 'vitest'
import { ACTIONS } from '../actions.ts'
import { ROUTES } from '../routes/index.ts'
import { capsuleUri, parseCapsuleUri } from './capsule-uri.ts'
import { actionsOf, TOOLS, type ToolDefinition, toolSchema } from './tools.ts'

const tools: [string, ToolDefinition][] = Object.entries(TOOLS)

describe.for(tools)('the tool %s', ([name, tool]) => {
  test('is carried out by operations that are there, each with an action of its own', () => {
    const ids = ROUTES.map(({ id }) => id)
    for (const id of tool.operations) expect(ids).toContain(id)
    const actions = actionsOf(tool)
    expect(actions.length).toBeGreaterThan(0)
    for (const action of actions) expect(ACTIONS).toHaveProperty([action])
  })

  test('says that it reads exactly where no action of it changes anything', () => {
    const reads = actionsOf(tool).every((action) => action === 'capsule.read' || action === 'capsule.search')
    expect(tool.hints.readOnlyHint).toBe(reads)
    if (reads) expect(tool.hints.destructiveHint).toBe(false)
  })

  test('has names and schemas that every client takes', () => {
    expect(name).toMatch(/^[a-z_]{1,32}$/)
    for (const io of ['input', 'output'] as const) {
      const schema = toolSchema(tool[io], io)
      expect(schema).toMatchObject({ type: 'object', additionalProperties: false })
      expect(JSON.stringify(schema)).not.toContain('$ref')
    }
  })
})

test('all descriptions together leave a model room to think', () => {
  const told = tools.map(([name, { description, input }]) => ({ name, description, input: toolSchema(input, 'input') }))
  expect(JSON.stringify(told).length).toBeLessThan(9000)
})

describe('an address of a capsule', () => {
  const id = '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'

  test.for([{ id }, { id, version: '1.20.3' }])('%j is read as it was written', (place) => {
    expect(parseCapsuleUri(capsuleUri(place.id, place.version))).toEqual(place)
  })

  test.for([
    'cascade://capsule/',
    `cascade://capsule/${id}/`,
    `cascade://capsule/${id}?version=1.0.0`,
    `cascade://capsule/${id}/versions/1.0`,
    `cascade://capsule/${id.toUpperCase()}`,
    `cascade://user@capsule/${id}`,
    'cascade://capsule/%2e%2e/token',
    `https://capsule/${id}`,
    '',
  ])('%j is none', (text) => {
    expect(parseCapsuleUri(text)).toBeUndefined()
  })
})
