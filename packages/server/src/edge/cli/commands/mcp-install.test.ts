import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { expect, test } from 'vitest'
import { type RunOptions, run } from '../testing.ts'

const newHome = () => mkdtempSync(join(tmpdir(), 'cascade-home-'))
const CLONE = join(import.meta.dirname, '../../../../../..', 'cascade')

const FILES = {
  'claude-code': { file: '.claude.json', member: 'mcpServers' },
  cursor: { file: '.cursor/mcp.json', member: 'mcpServers' },
  vscode: { file: '.config/Code/User/mcp.json', member: 'servers' },
} as const

function at(home: string, more: RunOptions['io'] = {}) {
  const options = { env: { HOME: home }, io: { cwd: home, selfCommand: { command: CLONE, args: [] }, ...more } }
  return (...argv: string[]) => run(['mcp', ...argv], options)
}

const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'))

test.for(Object.entries(FILES))(
  '%s is told where it looks, and starts a memory from any folder',
  async ([client, { file, member }]) => {
    const home = newHome()
    const cli = at(home)
    expect(await cli('install', client, '--identity', 'ada')).toMatchObject({ code: 0, err: '' })
    const entry = readJson(join(home, file))[member].cascade
    const args = ['mcp', '--data', join(home, '.cascade'), '--identity', 'ada']
    expect(entry).toMatchObject({ type: 'stdio', command: CLONE, args })
    const elsewhere = newHome()
    const agent = new Client({ name: client, version: '1' })
    await agent.connect(
      new StdioClientTransport({ ...entry, cwd: elsewhere, env: { PATH: process.env.PATH ?? '' }, stderr: 'ignore' }),
    )
    const { structuredContent } = await agent.callTool({ name: 'remember', arguments: { content: 'It works.' } })
    await agent.close()
    expect(structuredContent).toMatchObject({ outcome: 'created' })
    expect([existsSync(join(home, '.cascade/cascade.db')), existsSync(join(elsewhere, '.cascade'))]).toEqual([
      true,
      false,
    ])
  },
)

test('it shows what it writes, says where the old file lies, and the second time changes nothing', async () => {
  const home = newHome()
  writeFileSync(join(home, '.claude.json'), '{"numStartups": 7}\n')
  const cli = at(home)
  const shown = await cli('install', 'claude-code', '--dry-run')
  expect(shown.out).toContain(`"command": "${CLONE}"`)
  expect(shown.out).toContain('Nothing was written.')
  expect(readFileSync(join(home, '.claude.json'), 'utf8')).toBe('{"numStartups": 7}\n')
  const written = await cli('install', 'claude-code')
  expect(written.out).toContain(`Written. As it was: ${join(home, '.claude.json.before-cascade')}`)
  expect(readJson(join(home, '.claude.json'))).toMatchObject({ numStartups: 7, mcpServers: { cascade: {} } })
  expect((await cli('install', 'claude-code')).out).toContain('It is so already.')
  expect((await cli('uninstall', 'claude-code')).out).toContain('Written.')
  expect(readJson(join(home, '.claude.json'))).toEqual({ numStartups: 7, mcpServers: {} })
  expect((await cli('uninstall', 'claude-code')).out).toContain('It is so already.')
})

test('without a name every client that is found is told, and none is made up', async () => {
  const home = newHome()
  const cli = at(home)
  const none = await cli('install')
  expect(none).toMatchObject({ code: 3, out: '' })
  expect(none.err).toContain('None of claude-code, cursor, vscode is found here')
  mkdirSync(join(home, '.cursor'))
  mkdirSync(join(home, '.claude'))
  const { out } = await cli('install', '--json')
  expect(JSON.parse(out).clients.map(({ client }: { client: string }) => client)).toEqual(['claude-code', 'cursor'])
})

test('where one file is broken, none is written', async () => {
  const home = newHome()
  mkdirSync(join(home, '.cursor'))
  writeFileSync(join(home, '.claude.json'), '{}')
  writeFileSync(join(home, '.cursor/mcp.json'), '{ "mcpServers": ')
  const { code, err } = await at(home)('install')
  expect(code).toBe(2)
  expect(err).toContain('--dry-run shows it')
  expect(readFileSync(join(home, '.claude.json'), 'utf8')).toBe('{}')
})

test('a project, another name, and an instance elsewhere without its token', async () => {
  const home = newHome()
  const cli = at(home)
  await cli(
    'install',
    'vscode',
    '--project',
    '--name',
    'team',
    '--url',
    'https://memory.example.org',
    '--token-file',
    't',
  )
  expect(readJson(join(home, '.vscode/mcp.json')).servers.team.args).toEqual([
    'mcp',
    '--url',
    'https://memory.example.org',
    '--token-file',
    join(home, 't'),
  ])
  expect(await cli('install', 'cursor', '--name', '../x')).toMatchObject({ code: 2 })
  expect(await run(['mcp', 'install', 'cursor'], { env: {} })).toMatchObject({ code: 2 })
})

test.for([
  { platform: 'darwin', env: {}, file: 'Library/Application Support/Code/User/mcp.json' },
  { platform: 'win32', env: {}, file: 'AppData/Roaming/Code/User/mcp.json' },
  { platform: 'linux', env: { XDG_CONFIG_HOME: 'own' }, file: 'own/Code/User/mcp.json' },
] as const)('Visual Studio Code on $platform looks in $file', async ({ platform, env, file }) => {
  const home = newHome()
  const own = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, join(home, value)]))
  const runtime = { node: '24', sqlite: '3', platform }
  await run(['mcp', 'install', 'vscode'], { env: { HOME: home, ...own }, io: { cwd: home, runtime } })
  expect(readJson(join(home, file)).servers.cascade.command).toBe('/opt/cascade/cascade')
})
