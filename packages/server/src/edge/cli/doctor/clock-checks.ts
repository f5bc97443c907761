import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from '#base'
import type { Environment } from '#config'
import { type DoctorFinding, fine, problem, warning } from './finding.ts'
import { STORE_FILE, STORE_LOG } from './store-files.ts'

/** No clock that is right shows less: this program is younger. */
const NOW_MS_MIN = Date.parse('2026-01-01T00:00:00Z')
/** How far a file may be ahead of the clock before somebody set the one or the other. */
const AHEAD_MS_MAX = 5 * 60_000
/** Files that a running instance writes to. */
const WRITTEN = [STORE_FILE, STORE_LOG, 'owner.json']

/** Whether the times that go into the store can be right. */
export async function checkClock(directory: string, now: number, env: Environment): Promise<DoctorFinding[]> {
  return [await checkTime(directory, now), checkZone(env.TZ)]
}

async function checkTime(directory: string, now: number): Promise<DoctorFinding> {
  const shown = new Date(now).toISOString()
  if (now < NOW_MS_MIN)
    return problem('clock', `it says ${shown}`, {
      means: 'New knowledge gets times of the past. The order of changes is kept all the same.',
      fix: 'Set the clock of the machine, or let it be set by NTP.',
    })
  const ahead = (await newestOf(directory)) - now
  return ahead <= AHEAD_MS_MAX
    ? fine('clock', shown)
    : warning(
        'clock',
        `it says ${shown}, and the data folder was written ${Math.round(ahead / 60_000)} minutes later`,
        {
          means:
            'The clock went back, or the folder comes from a machine whose clock was ahead. The order of changes is kept; ages look wrong until the clock has caught up.',
          fix: 'Compare the clock with another one, and let it be set by NTP.',
        },
      )
}

async function newestOf(directory: string): Promise<number> {
  const times = await Promise.all(WRITTEN.map((name) => writtenAt(join(directory, name))))
  return Math.max(...times)
}

/** Milliseconds since 1970; before all time for what is not there, or not to be seen. */
async function writtenAt(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM')) return Number.NEGATIVE_INFINITY
    throw error
  }
}

/** `Area/City`. Whatever else TZ may hold, a rule of POSIX or a path, is read by others than Node. */
const ZONE_NAME = /^:?([A-Za-z_-]+(?:\/[\w+-]+)+)$/
/** Two trees in which the names lie once more. */
const TREE = /^(?:posix|right)\//

function checkZone(zone: string | undefined): DoctorFinding {
  const name = ZONE_NAME.exec(zone ?? '')?.[1]?.replace(TREE, '')
  if (name === undefined || isZone(name)) {
    const own = new Intl.DateTimeFormat().resolvedOptions().timeZone
    return fine('time zone', `${zone || own}; everything is kept and shown in UTC`)
  }
  return warning('time zone', `TZ is ${JSON.stringify(zone)}, which names none`, {
    means: 'Times are kept and shown in UTC, so nothing here is wrong. Other programs fall back to UTC.',
    fix: 'Set TZ to a name such as Europe/Berlin, or unset it.',
  })
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
