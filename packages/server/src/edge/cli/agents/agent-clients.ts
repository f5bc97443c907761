import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '#config'

/** A program, as a client of agents starts it. */
export interface AgentCommand {
  /** Absolute, or a name that is found on every path. */
  readonly command: string
  readonly args: readonly string[]
}

/** Where a person's files lie. */
export interface Place {
  readonly home: string
  readonly env: Environment
  readonly platform: NodeJS.Platform
}

interface AgentClient {
  readonly title: string
  /** The file of the person, which counts in every project. */
  readonly file: (place: Place) => string
  /** The file of a project, below its folder. */
  readonly projectFile: string
  /** The member that holds servers by their names. */
  readonly member: 'mcpServers' | 'servers'
  /** What tells that the person uses it: one of these is there. */
  readonly traces: (place: Place) => readonly string[]
}

/** Where Visual Studio Code keeps a person's files: below the application data of the platform. */
const codeFolder = ({ home, env, platform }: Place): string => {
  if (platform === 'darwin') return join(home, 'Library/Application Support/Code')
  if (platform === 'win32') return join(env.APPDATA || join(home, 'AppData/Roaming'), 'Code')
  return join(env.XDG_CONFIG_HOME || join(home, '.config'), 'Code')
}

const claudeFile = ({ home, env }: Place): string => join(env.CLAUDE_CONFIG_DIR || home, '.claude.json')

/**
 * Where each client looks, as of November 2026.
 *
 * @see https://code.claude.com/docs/en/mcp, and anthropics/claude-code issues 4193 and 48448 for the file of the person
 * @see https://cursor.com/docs/context/mcp
 * @see https://code.visualstudio.com/docs/copilot/reference/mcp-configuration
 */
export const AGENT_CLIENTS = {
  'claude-code': {
    title: 'Claude Code',
    file: claudeFile,
    projectFile: '.mcp.json',
    member: 'mcpServers',
    traces: (place) => [claudeFile(place), join(place.home, '.claude')],
  },
  cursor: {
    title: 'Cursor',
    file: ({ home }) => join(home, '.cursor/mcp.json'),
    projectFile: '.cursor/mcp.json',
    member: 'mcpServers',
    traces: ({ home }) => [join(home, '.cursor')],
  },
  vscode: {
    title: 'Visual Studio Code',
    file: (place) => join(codeFolder(place), 'User/mcp.json'),
    projectFile: '.vscode/mcp.json',
    member: 'servers',
    traces: (place) => [codeFolder(place)],
  },
} as const satisfies Record<string, AgentClient>

export type AgentClientName = keyof typeof AGENT_CLIENTS
export const AGENT_CLIENT_NAMES = Object.keys(AGENT_CLIENTS) as AgentClientName[] // the keys of the table are its names

/** The clients that the person seems to use. */
export const findClients = (place: Place): readonly AgentClientName[] =>
  AGENT_CLIENT_NAMES.filter((name) => AGENT_CLIENTS[name].traces(place).some((path) => existsSync(path)))
