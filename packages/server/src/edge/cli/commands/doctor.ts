import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Severity } from '@forge-cascade/contract'
import type { CommandContext } from '../command-context.ts'
import type { CommandSpec } from '../command-spec.ts'
import { type DoctorFinding, findingOf, fine, warning } from '../doctor/finding.ts'
import { checkMachine } from '../doctor/machine-checks.ts'
import { STORE_FILE } from '../doctor/store-files.ts'
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
    'Checks the runtime, the configuration, clock and time zone, what makes the embeddings, the port, the folder with its permissions, owner, file system, free space and log, and then the store itself. Nothing is changed, and no store is made. Says for each finding what it means and what to do. Ends with 0 also for warnings, with 1 when something does not work, with 7 when the store is damaged.',
  options: [{ flags: '--full', description: 'Read every row of the store; takes longer' }],
  examples: [
    { line: 'doctor', does: 'looks at everything quickly' },
    { line: 'doctor --full --data /srv/cascade', does: 'reads the whole store of a folder' },
    { line: "doctor --json | jq '.findings[] | select(.ok | not)'", does: 'lists what is not fine' },
  ],
  run: async (context, input) => {
    const depth = input.on('full') ? 'full' : 'quick'
    const findings = context.isRemote ? await askStore(context, depth) : await checkAll(context, depth)
    const worst = SEVEREST.find((severity) => findings.some((finding) => finding.severity === severity)) ?? 'fine'
    const ok = ENDS[worst] === 'ok'
    await printAnswer(context, { ok, findings }, () => doctorLines(findings, context.screen.view))
    return ENDS[worst]
  },
}

const SEVEREST: readonly Severity[] = ['damage', 'problem', 'warning']
/** What has to work before a store can be opened. */
const CLOSED: ReadonlySet<string> = new Set(['configuration', 'data folder', 'access', 'owner'])

async function checkAll(context: CommandContext, depth: Depth): Promise<DoctorFinding[]> {
  const machine = await checkMachine(context)
  const closed = machine.find(({ check, severity }) => severity === 'problem' && CLOSED.has(check))
  return [...machine, ...(closed === undefined ? await checkStore(context, depth) : [leftOut(closed)])]
}

const leftOut = ({ check }: DoctorFinding): DoctorFinding =>
  warning('store', `not looked at, because of what is wrong above (${check})`, {
    means: 'Whether everything that was stored is there, and whole, is not known.',
    fix: 'Mend that, and run `doctor` again.',
  })

/** The store of the folder; one that does not open is a finding, too. */
async function checkStore(context: CommandContext, depth: Depth): Promise<DoctorFinding[]> {
  const { dir } = context.loadConfig().config.data
  if (!existsSync(join(dir, STORE_FILE))) return [fine('store', 'nothing was stored here yet')]
  try {
    return await askStore(context, depth)
  } catch (error) {
    return [findingOf('store', error, context.screen.view.command('doctor --help'))]
  }
}

/** What the instance finds in its store. */
async function askStore(context: CommandContext, depth: Depth): Promise<DoctorFinding[]> {
  const { findings } = await (await context.openSession()).ask('runDoctor', { body: { depth } })
  return findings.map((found) =>
    found.ok ? { ...found, severity: 'fine' } : { ...found, severity: 'damage', ...STORE_HELP },
  )
}
