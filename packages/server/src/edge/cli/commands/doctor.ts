import { existsSync } from 'node:fs'
import type { CommandContext } from '../command-context.ts'
import type { CommandSpec } from '../command-spec.ts'
import { checkFolder, checkRuntime, findingOf } from '../machine-checks.ts'
import { type DoctorFinding, doctorLines } from '../render/doctor-lines.ts'
import { printAnswer } from './answer.ts'

/** What to do about damage in the store, whichever check found it. */
const STORE_FIX =
  'Keep a copy of the data folder, then `restore` the newest backup. `doctor --full` shows how far the damage reaches.'

type Depth = 'quick' | 'full'

export const DOCTOR: CommandSpec = {
  name: 'doctor',
  summary: 'Find and explain what is wrong with the machine or the data folder',
  description:
    'Checks the runtime, the configuration, the folder with its permissions and owner, the free space, and then the store itself. Nothing is changed. Ends with 1 when something is wrong with the machine, with 7 when the store is damaged.',
  options: [{ flags: '--full', description: 'Read every row of the store; takes longer' }],
  examples: [
    { line: 'doctor', does: 'looks at everything quickly' },
    { line: 'doctor --full --data /srv/cascade', does: 'reads the whole store of a folder' },
  ],
  run: async (context, input) => {
    const depth = input.on('full') ? 'full' : 'quick'
    const machine = context.isRemote ? [] : await checkMachine(context)
    const store = machine.some(({ check, ok }) => check === 'configuration' && !ok)
      ? []
      : await checkStore(context, depth)
    const findings = [...machine, ...store]
    const ok = findings.every((found) => found.ok)
    await printAnswer(context, { ok, findings }, () => doctorLines(findings, context.screen.view))
    if (store.some((found) => !found.ok)) return 'damaged'
    return ok ? 'ok' : 'failed'
  },
}

async function checkMachine(context: CommandContext): Promise<DoctorFinding[]> {
  const runtime = checkRuntime(context.io)
  try {
    const loaded = context.loadConfig()
    const configuration = {
      check: 'configuration',
      ok: true,
      detail: loaded.file ?? 'valid; no file, so defaults, environment and flags',
    }
    return [...runtime, configuration, ...(await checkFolder(loaded, context.io.runtime.platform))]
  } catch (error) {
    return [...runtime, findingOf('configuration', error, context.screen.view.command('config --help'))]
  }
}

/** What the instance finds in its store; a store that does not open is a finding, too. */
async function checkStore(context: CommandContext, depth: Depth): Promise<DoctorFinding[]> {
  if (!context.isRemote && !existsSync(context.loadConfig().config.data.dir)) return []
  try {
    const { findings } = await (await context.openSession()).ask('runDoctor', { body: { depth } })
    return findings.map((found) => (found.ok ? found : { ...found, fix: STORE_FIX }))
  } catch (error) {
    return [findingOf('store', error, context.screen.view.command('doctor --help'))]
  }
}
