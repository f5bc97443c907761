import { systemClock, systemRandom } from '#base'
import type { RootLogger } from '#observability'
import { VERSION } from './version.ts'

/** Loaded by the first agent that speaks to the instance over HTTP: the others start without it. */
export async function openAgentDoor(log: RootLogger) {
  const { AgentDoor } = await import('#mcp')
  const onTrouble = (tool: string, error: unknown) => log.error('a tool broke', { tool, error })
  return new AgentDoor({ version: VERSION, random: systemRandom, clock: systemClock, onTrouble })
}
