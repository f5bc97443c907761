import type { EmbeddingState } from '@forge-cascade/contract'
import { printable } from './text.ts'
import type { View } from './view.ts'
import { duration, number } from './words.ts'

type Change = NonNullable<EmbeddingState['change']>

/** How the vectors stand, for people. */
export function embeddingLines(state: EmbeddingState, view: View): readonly string[] {
  const { model, dimensions, available, versions, filled, change } = state
  const lines = [`Vectors of ${printable(model ?? 'no model yet')}, ${number(dimensions ?? 0)} dimensions`]
  lines.push(`  ${number(filled)} of ${number(versions)} versions have theirs`)
  if (!available)
    lines.push(view.paint.warn('  Nothing here makes vectors of it any more: questions are answered by words.'))
  return change ? [...lines, ...changeLines(change, view)] : lines
}

function changeLines(change: Change, view: View): readonly string[] {
  const { problem, refused } = change
  const lines = ['', headline(change, view)]
  if (change.state !== 'removing' && change.state !== 'cancelled') lines.push(progress(change))
  if (refused > 0) lines.push(`  ${number(refused)} refused by the model; they are found by their words`)
  if (problem !== null) lines.push(view.paint.warn(`  ${printable(problem)}`))
  return lines
}

const HEADLINES: Readonly<Record<Change['state'], (change: Change, view: View) => string>> = {
  running: ({ model }) => `Changing to ${printable(model)}`,
  paused: ({ model }, view) =>
    `The change to ${printable(model)} is paused; to go on: ${view.command('embedding resume')}`,
  waiting: ({ model, retry_at }) =>
    `The change to ${printable(model)} waits for its embedder until ${retry_at ?? 'later'}`,
  stopped: ({ model }, view) =>
    `The change to ${printable(model)} was stopped; when it is mended: ${view.command('embedding resume')}`,
  cancelled: ({ model }, view) =>
    `${printable(model)} is configured, its change was cancelled; to begin: ${view.command('embedding start')}`,
  removing: () => 'Vectors that are not needed any more are being removed',
}

const headline = (change: Change, view: View): string => HEADLINES[change.state](change, view)

function progress({ done, total, per_second, eta_s }: Change): string {
  const speed = per_second === null ? '' : `, ${number(Math.round(per_second))}/s`
  const left = eta_s === null ? '' : `, about ${duration(eta_s)} left`
  return `  ${number(done)} of ${number(total)} versions${speed}${left}`
}
