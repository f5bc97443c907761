import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Severity } from '@forge-cascade/contract'
import { isCascadeError } from '#base'
import type { CommandContext } from '../command-context.ts'
import type { CommandSpec } from '../command-spec.ts'
import { type DoctorFinding, findingOf, fine, warning } from '../doctor/finding.ts'
import { checkMachine } from '../doctor/machine-checks.ts'
import { STORE_FILE } from '../doctor/store-files.ts'
import { explainFound } from '../doctor/store-findings.ts'
import type { ExitName } from '../exit-code.ts'
import { doctorLines, nameOfCheck } from '../render/doctor-lines.ts'
import { printAnswer } from './answer.ts'

/** How the command ends for the worst that it found. */
const ENDS: Readonly<Record<Severity, ExitName>> = {
  damage: 'damaged',
  problem: 'failed',
  warning: 'ok',
  fine: 'ok',
}

type Depth = 'quick' | 'full'
type Look = (context: CommandContext) => Promise<DoctorFinding[]>

export const DOCTOR: CommandSpec = {
  name: 'doctor',
  summary: 'Find and explain what is wrong with the machine or the data folder',
  description:
    'Checks the runtime, the configuration, clock and time zone, what makes the embeddings, the port, the folder with its permissions, owner, file system, free space and log, the keys of backups, where the log is shipped to, and then the store itself, with erasures that are not complete. Nothing is changed, and no store is made; with --repair what is made of other rows and is damaged is made anew from them, which is the index of words and the tree over the log, and nothing else is touched. Says for each finding what it means and what to do. Ends with 0 also for warnings, with 1 when something does not work, with 7 when the store is damaged.',
  options: [
    { flags: '--full', description: 'Read every row of the store; takes longer' },
    {
      flags: '--repair',
      description:
        'Make the index of words and the tree over the log anew where they are damaged, after reading every row',
    },
  ],
  examples: [
    { line: 'doctor', does: 'looks at everything quickly' },
    { line: 'doctor --full --data /srv/cascade', does: 'reads the whole store of a folder' },
    { line: 'doctor --repair', does: 'makes a damaged index of words, or tree, anew' },
    { line: "doctor --json | jq '.findings[] | select(.ok | not)'", does: 'lists what is not fine' },
  ],
  run: async (context, input) => {
    const depth = input.on('full') ? 'full' : 'quick'
    const look: Look = input.on('repair') ? repair : () => askStore(context, depth)
    const findings = context.isRemote ? await look(context) : await checkAll(context, look)
    const worst = SEVEREST.find((severity) => findings.some((finding) => finding.severity === severity)) ?? 'fine'
    const ok = ENDS[worst] === 'ok'
    await printAnswer(context, { ok, findings }, () => doctorLines(findings, context.screen.view))
    return ENDS[worst]
  },
}

const SEVEREST: readonly Severity[] = ['damage', 'problem', 'warning']
/** What has to work before a store can be opened. */
const CLOSED: ReadonlySet<string> = new Set(['configuration', 'data folder', 'access', 'owner'])

async function checkAll(context: CommandContext, look: Look): Promise<DoctorFinding[]> {
  const machine = await checkMachine(context)
  const closed = machine.find(({ check, severity }) => severity === 'problem' && CLOSED.has(check))
  return [...machine, ...(closed === undefined ? await checkStore(context, look) : [leftOut(closed)])]
}

const leftOut = ({ check }: DoctorFinding): DoctorFinding =>
  warning('store', `not looked at, because of what is wrong above (${check})`, {
    means: 'Whether everything that was stored is there, and whole, is not known.',
    fix: 'Mend that, and run `doctor` again.',
  })

/** The store of the folder; one that does not open is a finding, too. */
async function checkStore(context: CommandContext, look: Look): Promise<DoctorFinding[]> {
  const { dir } = context.loadConfig().config.data
  if (!existsSync(join(dir, STORE_FILE))) return [fine('store', 'nothing was stored here yet')]
  try {
    return await look(context)
  } catch (error) {
    return [findingOf('store', error, context.screen.view.command('doctor --help'))]
  }
}

/** What the instance finds in its store. */
async function askStore(context: CommandContext, depth: Depth): Promise<DoctorFinding[]> {
  const { findings } = await (await context.openSession()).ask('runDoctor', { body: { depth } })
  return findings.map(explainFound)
}

/** Makes anew what is derived and damaged, and looks through all of the store after that. */
async function repair(context: CommandContext): Promise<DoctorFinding[]> {
  return [...(await tryRepair(context)), ...(await askStore(context, 'full'))]
}

async function tryRepair(context: CommandContext): Promise<DoctorFinding[]> {
  try {
    const { repaired } = await (await context.openSession()).ask('repairStore')
    if (repaired.length === 0) return [fine('repair', NOTHING_TO_REPAIR)]
    return repaired.map(({ check, detail }) => fine('repair', `${nameOfCheck(check)}: ${detail}`))
  } catch (error) {
    // Why it was refused; how far the damage reaches is looked for all the same.
    if (isCascadeError(error) && error.code === 'DATA_CORRUPT') return [findingOf('repair', error, '')]
    throw error
  }
}

const NOTHING_TO_REPAIR = 'nothing that is made of other rows is damaged'
