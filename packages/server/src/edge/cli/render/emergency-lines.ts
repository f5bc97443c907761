import type { Emergency } from '@forge-cascade/contract'
import { oneLine } from './text.ts'
import type { View } from './view.ts'
import { minuteOf } from './words.ts'

/** How an emergency stands, for people, and what is needed to lift it. */
export function emergencyLines(emergency: Emergency, view: View): readonly string[] {
  const { active, since, reason, epoch } = emergency
  if (!active)
    return [epoch === 0 ? 'No emergency is on; there was none yet.' : `No emergency is on; there have been ${epoch}.`]
  return [
    view.paint.bad(`An emergency is on since ${minuteOf(since ?? '')}: nothing is carried out.`),
    `  ${whoOf(emergency)}: ${oneLine(reason ?? '')}`,
    ...emergency.lifts.map(
      ({ by, by_name, at, expires_at }) =>
        `  ${minuteOf(at)} ${oneLine(by_name ?? by)} asked to lift it; waits until ${minuteOf(expires_at)}`,
    ),
    ...nextLines(emergency, view),
  ]
}

const whoOf = ({ by, by_name, cause }: Emergency): string =>
  cause === 'file' ? 'the file EMERGENCY in the data folder' : oneLine(by_name ?? by ?? '')

function nextLines({ file, lifts, alone_after }: Emergency, { paint, command }: View): readonly string[] {
  const off = command('emergency off --reason …')
  if (file) return [paint.warn('The file EMERGENCY lies in the data folder; remove it first.')]
  if (lifts.length === 0) return [paint.faint(`To ask to lift it: ${off}`)]
  if (alone_after === null) return [paint.faint(`Another administrator or steward lifts it: ${off}`)]
  return [paint.faint(`Nobody else can lift it: run it again, here, after ${alone_after.slice(11, 19)} UTC: ${off}`)]
}
