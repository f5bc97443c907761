import type { DeadLetterPage, MeshLintAnswer, MeshState } from '@forge-cascade/contract'
import { oneLine } from './text.ts'
import type { View } from './view.ts'
import { minuteOf, plural } from './words.ts'

/** What is wrong with a mesh.yml, or that nothing is. */
export const meshLintLines = (
  { ok, routes, problems, warnings }: MeshLintAnswer,
  { paint }: View,
): readonly string[] => [
  ...(ok ? [paint.good(`Sound: ${routes} ${routes === 1 ? 'route' : 'routes'}.`)] : problems.map(placed)),
  ...warnings.map((one) => paint.warn(`warning ${placed(one)}`)),
]

const placed = ({ line, path, message }: MeshLintAnswer['problems'][number]): string =>
  oneLine(`${line === null ? '' : `${line}: `}${path === '' ? '' : `${path}: `}${message}`)

/** How the routes stand, a line for each sink. */
export function meshLines({ found, problem, validators, lanes }: MeshState, { paint }: View): readonly string[] {
  return [
    ...(problem === null ? [] : [paint.bad(`mesh.yml is wrong, and the routes before it count: ${oneLine(problem)}`)]),
    ...(validators ? [] : [paint.warn('The validators are not up: events reach parts of the instance alone.')]),
    ...(lanes.length > 0 ? [] : [found ? 'mesh.yml has no routes.' : 'There is no mesh.yml, so events go nowhere.']),
    ...lanes.map((lane) => {
      const name = `${lane.route}/${lane.sink} (${lane.kind})`
      const numbers = `${lane.delivered} delivered, ${lane.lag} behind, ${lane.retrying} tried again`
      const dead = lane.dead > 0 ? `  ${paint.bad(plural(lane.dead, 'dead letter'))}` : ''
      const why = lane.reason === null ? '' : `: ${oneLine(lane.reason)}`
      return `${name}  ${lane.state}${why}  ${paint.faint(numbers)}${dead}`
    }),
  ]
}

/** What was given up, two lines each. */
export function deadLines({ items, next_cursor }: DeadLetterPage, { paint, command }: View): readonly string[] {
  if (items.length === 0) return ['No dead letters.']
  return [
    ...items.flatMap(({ id, event, subject, attempts, cause, reason, last_at, replaying }) => [
      `${id}  ${event.type}  ${subject}`,
      paint.faint(
        `  ${minuteOf(last_at)}  ${attempts} tries  ${cause}: ${oneLine(reason)}${replaying ? '  (on its way again)' : ''}`,
      ),
    ]),
    ...(next_cursor === null ? [] : [paint.faint('There are more.')]),
    paint.faint(`To deliver them again: ${command('mesh replay --route ROUTE')}`),
  ]
}

export const doneLines = (events: number, what: string): readonly string[] => [
  `${events} dead ${events === 1 ? 'letter is' : 'letters are'} ${events === 1 ? what.replace('their', 'its') : what}.`,
]
