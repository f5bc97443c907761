import { existsSync } from 'node:fs'
import type { Severity } from '@forge-cascade/contract'
import type { LoadedConfig } from '#config'
import type { CommandContext } from '../command-context.ts'
import type { CommandSpec } from '../command-spec.ts'
import { findLiving } from '../connect.ts'
import { checkClock } from '../doctor/clock-checks.ts'
import { checkConfig } from '../doctor/config-checks.ts'
import { checkEmbedding } from '../doctor/embedding-check.ts'
import { type DoctorFinding, findingOf } from '../doctor/finding.ts'
import { checkFolder } from '../doctor/folder-checks.ts'
import { checkPort } from '../doctor/port-check.ts'
import { checkRuntime } from '../doctor/runtime-checks.ts'
import type { ExitName } from '../exit-code.ts'
import { doctorLines } from '../render/doctor-lines.ts'
import { printAnswer } from './answer.ts'

/** What damage in the store means and what to do about it, whichever check found it. */
const STORE_HELP = {
  means: 'What is stored differs from what was written: by the disk, by another program, or by a fault of ours.',
  fix: 'Keep a copy of the data folder, then `restore` the newest backup. `doctor --full` shows how far the damage reaches.',
} as const

/** How the command ends for the worst that it found. */
const ENDS: Readonly<Record<Severity, ExitName>> = {
  damage: 'damaged',
  problem: 'failed',
  warning: 'ok',
  fine: 'ok',
}

type Depth = 'quick' | 'full'

export const DOCTOR: CommandSpec = {
  name: 'doctor',
  summary: 'Find and explain what is wrong with the machine or the data folder',
  description:
    'Checks the runtime, the configuration, clock and time zone, the embedding address, the port, the folder with its permissions, owner, file system, free space and log, and then the store itself. Nothing is changed. Says for each finding what it means and what to do. Ends with 0 also for warnings, with 1 when something does not work, with 7 when the store is damaged.',
  options: [{ flags: '--full', description: 'Read every row of the store; takes longer' }],
  examples: [
    { line: 'doctor', does: 'looks at everything quickly' },
    { line: 'doctor --full --data /srv/cascade', does: 'reads the whole store of a folder' },
    { line: "doctor --json | jq '.findings[] | select(.ok | not)'", does: 'lists what is not fine' },
  ],
  run: async (context, input) => {
    const depth = input.on('full') ? 'full' : 'quick'
    const machine = context.isRemote ? [] : await checkMachine(context)
    const mayOpen = machine.every(({ check, ok }) => ok || !CLOSED.has(check))
    const findings = [...machine, ...(mayOpen ? await checkStore(context, depth) : [])]
    const worst = SEVEREST.find((severity) => findings.some((finding) => finding.severity === severity)) ?? 'fine'
    const ok = ENDS[worst] === 'ok'
    await printAnswer(context, { ok, findings }, () => doctorLines(findings, context.screen.view))
    return ENDS[worst]
  },
}

const SEVEREST: readonly Severity[] = ['damage', 'problem', 'warning']
/** What has to be in order before a store can be opened. */
const CLOSED: ReadonlySet<string> = new Set(['configuration', 'data folder', 'access'])

async function checkMachine(context: CommandContext): Promise<DoctorFinding[]> {
  const runtime = checkRuntime(context.io)
  try {
    return [...runtime, ...(await checkConfigured(context, context.loadConfig()))]
  } catch (error) {
    return [...runtime, findingOf('configuration', error, context.screen.view.command('config --help'))]
  }
}

async function checkConfigured({ io }: CommandContext, loaded: LoadedConfig): Promise<DoctorFinding[]> {
  const { data, server, embedding } = loaded.config
  const { platform } = io.runtime
  const served = (await findLiving(data.dir))?.url !== undefined
  const each = await Promise.all([
    checkConfig(loaded, platform),
    checkClock(data.dir, io.clock(), io.env),
    checkEmbedding(embedding).then((found) => [found]),
    served ? [] : checkPort(server).then((found) => [found]),
    checkFolder(data.dir, { platform, userId: process.getuid?.() }),
  ])
  return each.flat()
}

/** What the instance finds in its store; a store that does not open is a finding, too. */
async function checkStore(context: CommandContext, depth: Depth): Promise<DoctorFinding[]> {
  if (!context.isRemote && !existsSync(context.loadConfig().config.data.dir)) return []
  try {
    const { findings } = await (await context.openSession()).ask('runDoctor', { body: { depth } })
    return findings.map((found) =>
      found.ok ? { ...found, severity: 'fine' } : { ...found, severity: 'damage', ...STORE_HELP },
    )
  } catch (error) {
    return [findingOf('store', error, context.screen.view.command('doctor --help'))]
  }
}
