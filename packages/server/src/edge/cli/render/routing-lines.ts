import type { Routing, RoutingAnswer, RoutingChange, RoutingFindingShown, RoutingLint } from '@forge-cascade/contract'
import { oneLine } from './text.ts'
import type { View } from './view.ts'
import { minuteOf, number, plural } from './words.ts'

/** Who makes vectors, by which rules, for people. */
export function routingLines(routing: Routing, view: View): string[] {
  const { paint } = view
  const { model, dimensions, providers, rules, findings, file, applied_at } = routing
  const since = applied_at === null ? '' : ` since ${minuteOf(applied_at)}`
  return [
    `Vectors of ${oneLine(model)}, ${number(dimensions)} dimensions`,
    ...providers.map((each) => providerLine(each, view)),
    rules.length === 0 ? 'No rules: the configured embedder makes all.' : `${plural(rules.length, 'rule')}${since}`,
    ...rules.map(({ name, split }) => `  ${name.padEnd(NAME_WIDTH)} ${split.map(armOf).join(', ')}`),
    ...(findings.length === 0 ? [] : [paint.warn(`${oneLine(file)}: what was sound last counts`)]),
    ...findings.flatMap((each) => findingLines(each, file, view)),
  ]
}

const NAME_WIDTH = 14

const armOf = ({ provider, share }: Routing['rules'][number]['split'][number]): string =>
  `${provider} ${(share * 100).toFixed(share * 100 < 10 ? 1 : 0)} %`

function providerLine(
  { name, address, circuit, calls, failures, drift, factor }: Routing['providers'][number],
  { paint }: View,
) {
  const state = circuit === 'closed' ? paint.good('answers') : paint.bad(circuit === 'open' ? 'not asked' : 'probed')
  const drifted = drift === null ? '' : `, drift ${drift.value.toFixed(2)}`
  const penalised = factor < 1 ? paint.warn(`, keeps ${Math.round(factor * 100)} % of its weight`) : ''
  const place = address === null ? 'the embedder of the configuration' : oneLine(address)
  return `  ${name.padEnd(NAME_WIDTH)} ${state}  ${place}, ${plural(calls, 'call')}, ${number(failures)} failed${drifted}${penalised}`
}

export function routingLintLines({ ok, rules, providers, findings }: RoutingLint, file: string, view: View): string[] {
  const { paint } = view
  return [
    ...findings.flatMap((each) => findingLines(each, file, view)),
    ok ? `${paint.good('sound')}  ${plural(rules, 'rule')}, ${plural(providers, 'provider')}` : paint.bad('not sound'),
  ]
}

export function routingChangeLines({ applied, digest, findings }: RoutingChange, file: string, view: View): string[] {
  const { paint } = view
  const verdict =
    digest === null
      ? paint.bad('Not sound: nothing was put in force.')
      : applied
        ? paint.good('These rules are in force.')
        : 'Sound; nothing was put in force.'
  return [...findings.flatMap((each) => findingLines(each, file, view)), verdict]
}

export function routingAnswerLines(
  { rule, bucket, provider, fallbacks, reasons }: RoutingAnswer,
  { paint }: View,
): string[] {
  const who = provider === null ? paint.bad('nobody') : paint.strong(provider)
  const by = rule === null ? '' : ` by the rule ${rule}, bucket ${bucket}`
  return [
    `${who}${by}`,
    ...(fallbacks.length === 0 ? [] : [`  then ${fallbacks.join(', then ')}`]),
    ...reasons.map(({ message }) => `  ${oneLine(message)}`),
  ]
}

function findingLines(
  { severity, line, path, message, fix }: RoutingFindingShown,
  file: string,
  { paint }: View,
): string[] {
  const word = severity === 'error' ? paint.bad(severity) : paint.warn(severity)
  const where = path === '' ? '' : ` ${oneLine(path)}:`
  return [`${oneLine(file)}:${line}: ${word}${where} ${oneLine(message)}`, `  fix: ${oneLine(fix)}`]
}
