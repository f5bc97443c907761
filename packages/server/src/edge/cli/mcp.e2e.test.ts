import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { expect, test } from 'vitest'
import { agentOf, isAlive, newFolder, openAgent, RawAgent } from './testing/mcp-agents.ts'
import { startServer } from './testing/server.ts'

/** What a process may take to end. */
const END_MS_MAX = 20_000
const REMEMBER = (content: string) => ({ name: 'remember', arguments: { content } })

test.concurrent('what one agent remembers another recalls, on stdio and over HTTP, after restarts', {
  timeout: 120_000,
}, async () => {
  const folder = newFolder()
  {
    await using first = await openAgent(folder)
    await first.remember('The harvest begins in the third week of September.')
  }
  {
    await using second = await openAgent(folder, ['--identity', 'cellar'])
    expect(await second.recall('when does the harvest begin?')).toEqual([])
    await second.remember('The press is cleaned on Fridays.')
  }
  {
    await using server = await startServer(folder)
    const client = new Client({ name: 'web-agent', version: '1' }, { versionNegotiation: { mode: 'auto' } })
    const requestInit = { headers: { authorization: `Bearer ${server.token}` } }
    await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), { requestInit }))
    await using web = agentOf(client, 0)
    expect((await web.recall('when does the harvest begin?'))[0]).toContain('third week of September')
    expect((await web.recall('when is the press cleaned?'))[0]).toContain('Fridays')
    await web.remember('Three tonnes were pressed in 2026.')
    await using beside = await openAgent(folder)
    expect((await beside.recall('how many tonnes were pressed?'))[0]).toContain('Three tonnes')
  }
  await using last = await openAgent(folder)
  expect((await last.recall('how many tonnes were pressed?'))[0]).toContain('Three tonnes')
})

test.concurrent('of three agents the owner is killed: its clients lose no call, and nothing that was said is gone', {
  timeout: 120_000,
}, async () => {
  const folder = newFolder()
  const agents = [await openAgent(folder), await openAgent(folder), await openAgent(folder)]
  await agents[0]?.recall('anything')
  const ownerPid = JSON.parse(readFileSync(join(folder, '.cascade/owner.json'), 'utf8')).pid
  const owner = agents.find(({ pid }) => pid === ownerPid)
  const clients = agents.filter((agent) => agent !== owner)
  expect([owner?.pid, clients.length]).toEqual([ownerPid, 2])
  const said: string[] = []
  const writing = clients.map(async (agent, who) => {
    for (let count = 0; count < 25; count += 1) {
      const content = `Barrel ${who}-${count} holds cider.`
      await agent.remember(content)
      said.push(content)
      if (who === 0 && count === 10) process.kill(ownerPid, 'SIGKILL')
    }
  })
  await Promise.all(writing)
  expect(said).toHaveLength(50)
  const successor = JSON.parse(readFileSync(join(folder, '.cascade/owner.json'), 'utf8')).pid
  expect(clients.map(({ pid }) => pid)).toContain(successor)
  const stored = await clients[1]?.client.listResources()
  expect(stored?.resources).toHaveLength(20)
  for (const agent of agents) await agent.client.close()
  await using after = await openAgent(folder)
  for (const content of said) expect(await after.recall(content)).toContain(content)
})

test.concurrent('a server that is started takes the folder over from an agent, which loses no call and goes on', {
  timeout: 120_000,
}, async ({ expect }) => {
  const folder = newFolder()
  await using owner = await openAgent(folder)
  await using beside = await openAgent(folder)
  await owner.remember('Before the server came.')
  let isOn = true
  const said: string[] = []
  const talk = async (agent: typeof owner, who: string): Promise<void> => {
    for (let count = 0; isOn; count += 1) {
      await agent.remember(`${who} said ${count}.`)
      said.push(`${who} said ${count}.`)
    }
  }
  const talking = Promise.all([talk(owner, 'The owner'), talk(beside, 'The client')])
  await using server = await startServer(folder)
  const after = said.length
  await expect.poll(() => said.length, { timeout: 60_000 }).toBeGreaterThan(after + 10)
  isOn = false
  await talking
  expect(JSON.parse(readFileSync(join(folder, '.cascade/owner.json'), 'utf8'))).toMatchObject({
    pid: server.pid,
    url: server.url,
  })
  expect(await owner.recall('Before the server came.')).toContain('Before the server came.')
  for (const text of said.slice(-20)) expect(await beside.recall(text)).toContain(text)
})

/** Packages are loaded by their names there, and as parts of files in a bundle. */
const SOURCES = join(import.meta.dirname, '../../main.ts')
/** Says on standard error what a process loads of those that only agents need. */
const LOADING = `import { registerHooks } from 'node:module'
registerHooks({
  resolve(name, context, next) {
    if (/^@modelcontextprotocol|^jsonc-parser|contract.agents$/.test(name)) process.stderr.write('loads ' + name)
    return next(name, context)
  },
})`

test('a server loads nothing for agents until the first of them comes', async () => {
  const spy = `--import=data:text/javascript,${encodeURIComponent(LOADING)}`
  await using server = await startServer(newFolder(), { env: { NODE_OPTIONS: spy }, program: [SOURCES] })
  expect(server.err()).not.toContain('loads')
  const asked = await fetch(`${server.url}/mcp`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    body: '[]',
  })
  expect(asked.status).toBe(400)
  await expect.poll(() => server.err()).toContain('loads @modelcontextprotocol/server')
})

test('standard output holds messages alone, whatever comes in and whatever the log would say', async () => {
  const folder = newFolder()
  await using agent = new RawAgent(folder, [], { CASCADE_LOG_LEVEL: 'debug', CASCADE_LOG_OUTPUT: 'stdout' })
  await agent.initialize()
  const hostile = [
    'not json',
    '{"jsonrpc":"2.0","id":1',
    '[]',
    `[${'{"jsonrpc":"2.0","id":9,"method":"ping"},'.repeat(50)}{}]`,
    'null',
    '7',
    '{"jsonrpc":"1.0","id":2,"method":"ping"}',
    '{"jsonrpc":"2.0","id":{},"method":"ping"}',
    '{"jsonrpc":"2.0","id":3,"result":{}}',
    '\u0000\u001b[2J',
    '',
    '{"__proto__":{"method":"ping"}}',
  ]
  agent.write(`${hostile.join('\n')}\n`)
  const { error } = await agent.ask('no', 'tools/call', { name: 'erase', arguments: {} })
  expect(error).toMatchObject({ code: -32602 })
  expect((await agent.ask('none', 'no/such/method')).error).toMatchObject({ code: -32601 })
  expect((await agent.ask('made', 'tools/call', REMEMBER('Purity.'))).result).toMatchObject({
    structuredContent: { outcome: 'created' },
  })
  for (const line of agent.lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' })
  agent.child.stdin?.end()
  expect(await agent.ended).toBe(0)
})

test('a thousand pings are a thousand answers, and a call that was cancelled is none', async () => {
  await using agent = new RawAgent(newFolder())
  await agent.initialize()
  const pings = Array.from({ length: 1000 }, (_, index) => agent.ask(`ping-${index}`, 'ping'))
  for (const { result } of await Promise.all(pings)) expect(result).toEqual({})
  agent.send({ jsonrpc: '2.0', id: 'gone', method: 'tools/call', params: REMEMBER('Cancelled.') })
  agent.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'gone' } })
  expect((await agent.ask('next', 'tools/call', REMEMBER('Not cancelled.'))).result).toMatchObject({
    structuredContent: { outcome: 'created' },
  })
  expect(agent.lines.some((line) => JSON.parse(line).id === 'gone')).toBe(false)
})

test('more calls at once than any agent waits for are refused, and those under way go on', async () => {
  await using agent = new RawAgent(newFolder())
  await agent.initialize()
  await agent.ask('warm', 'tools/call', REMEMBER('Warm.'))
  const calls = Array.from({ length: 200 }, (_, index) =>
    agent.ask(index, 'tools/call', REMEMBER(`Crate ${index} is full.`)),
  )
  const results = (await Promise.all(calls)).map(({ result }) => result)
  const made = results.filter((result) => result?.isError !== true)
  expect(made.length).toBeGreaterThanOrEqual(32)
  for (const refused of results.filter((result) => result?.isError === true))
    expect(JSON.stringify(refused)).toContain('UNAVAILABLE')
})

test('more streams of changes than a client needs are refused', async () => {
  await using agent = new RawAgent(newFolder())
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const listen = { _meta, notifications: { toolsListChanged: true } }
  await agent.ask('who', 'server/discover', { _meta })
  for (let count = 0; count < 8; count += 1)
    agent.send({ jsonrpc: '2.0', id: `stream-${count}`, method: 'subscriptions/listen', params: listen })
  expect(await agent.ask('one more', 'subscriptions/listen', listen)).toMatchObject({ error: { code: -32603 } })
})

test('a message that never ends is not waited for', async () => {
  await using agent = new RawAgent(newFolder())
  await agent.initialize()
  agent.write('x'.repeat(9 * 1024 * 1024))
  expect(await agent.ended).toBe(0)
  expect(agent.err).toContain('cascade mcp: ')
})

test('it ends with its client, and leaves no process and no lock behind', { timeout: 60_000 }, async () => {
  const folder = newFolder()
  const agent = new RawAgent(folder)
  await agent.initialize()
  await agent.ask(1, 'tools/call', REMEMBER('Kept.'))
  agent.child.stdin?.end()
  const ended = await Promise.race([agent.ended, new Promise((resolve) => setTimeout(resolve, END_MS_MAX, 'late'))])
  expect([ended, isAlive(agent.child.pid ?? 0)]).toEqual([0, false])
  await using next = await openAgent(folder)
  expect(await next.recall('kept')).toEqual(['Kept.'])
})

test('SIGTERM lets the calls under way finish, answers them, and ends', { timeout: 60_000 }, async () => {
  const folder = newFolder()
  await using agent = new RawAgent(folder)
  await agent.initialize()
  await agent.ask('warm', 'tools/call', REMEMBER('Warm.'))
  const under = Array.from({ length: 20 }, (_, index) => agent.ask(index, 'tools/call', REMEMBER(`Jar ${index}.`)))
  await agent.ask('seen', 'ping')
  agent.child.kill('SIGTERM')
  const results = await Promise.all(under)
  expect(await agent.ended).toBe(0)
  const made = results.filter(({ result }) => result?.isError !== true)
  expect(made).toHaveLength(20)
  await using next = await openAgent(folder)
  for (let index = 0; index < 20; index += 1) expect(await next.recall(`Jar ${index}.`)).toContain(`Jar ${index}.`)
})

test.for<{ name: string; args: string[]; env: Record<string, string>; says: string }>([
  { name: 'a configuration that is wrong', args: [], env: { CASCADE_PORT: 'many' }, says: 'CONFIG_INVALID' },
  { name: 'an option that is not there', args: ['--indentity', 'x'], env: {}, says: 'Did you mean --identity?' },
])('$name is told on standard error, and nothing is served', async ({ args, env, says }) => {
  await using agent = new RawAgent(newFolder(), args, env)
  expect(await agent.ended).toBe(2)
  expect(agent.err).toContain(says)
  expect(agent.lines).toEqual([])
})

test('where the memory cannot be opened, the agent is told so, and what to do', async () => {
  await using agent = new RawAgent(newFolder(), ['--url', 'http://127.0.0.1:9'])
  await agent.initialize()
  const { result } = await agent.ask(1, 'tools/call', REMEMBER('Nowhere.'))
  expect(result).toMatchObject({ isError: true })
  expect(JSON.stringify(result)).toContain('tell a person that the memory is away')
})
