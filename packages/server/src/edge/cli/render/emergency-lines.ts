import type { Emergency } from '@forge-cascade/contract'
import { oneLine } from './text.ts'
import type { View } from './view.ts'
import { minuteOf } from './words.ts'

/** How an emergency stands, for people, and what is needed to lift it. */
export function emergencyLines(emergency: Emergency, view: View): readonly string[] {
  const { active, since, reason, epoch } = emergency
  if (!active) return [`No emergency is on; ${pastOf(epoch)}.`]
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

const pastOf = (epoch: number): string =>
  epoch === 0 ? 'there was none yet' : epoch === 1 ? 'there has been one' : `there have been ${epoch}`

/** What asking to lift it has come to. */
export const liftLines = (emergency: Emergency, view: View): readonly string[] =>
  emergency.active ? emergencyLines(emergency, view) : [view.paint.good('The emergency is lifted: work goes on.')]

const whoOf = ({ by, by_name, cause }: Emergency): string =>
  cause === 'file' ? 'the file EMERGENCY in the data folder' : oneLine(by_name ?? by ?? '')

function nextLines({ file, lifts, alone_after }: Emergency, { paint, command }: View): readonly string[] {
  const off = command('emergency off --reason …')
  if (file) return [paint.warn(`The file EMERGENCY lies in the data folder. Remove it, then ask to lift it: ${off}`)]
  if (lifts.length === 0) return [paint.faint(`To ask to lift it: ${off}`)]
  if (alone_after === null) return [paint.faint(`Another administrator or steward lifts it: ${off}`)]
  return [paint.faint(`Nobody else can lift it: run it again, here, after ${alone_after.slice(11, 19)} UTC: ${off}`)]
}
