import type { Routing, RoutingChange } from '@forge-cascade/contract'
import { CascadeError, sha256Hex, toRfc3339 } from '#base'
import { CONFIGURED, factorOf, type RoutingReading, type RoutingRules, STICKY_CHARACTERS } from '#routing'
import { matchesStrongly } from '../entity-tag.ts'
import type { HandlersFor, OperationsOf } from '../handler.ts'
import type { HandlerContext, RoutingPlace } from './handler-context.ts'

/** Rules of routing: seen, changed and asked. */
export function routingHandlers({ capsules, routing }: HandlerContext): HandlersFor<OperationsOf<'Routing'>> {
  const { desk, live } = routing
  return {
    getRouting: async () => ({ status: 200, body: present(routing), headers: { etag: tagOf(desk.active.digest) } }),
    applyRouting: async ({ call, body: { text, dry_run }, ifMatch }) => {
      const matches = (digest: string) => matchesStrongly(ifMatch, tagOf(digest))
      const previous = desk.active.digest
      if (dry_run) desk.requireMatch(matches)
      const reading = dry_run ? desk.read(text) : await desk.apply(call, text, matches)
      const body = changeOf(reading, text, { previous, isDry: dry_run })
      return { status: 200, body, headers: { etag: tagOf(desk.active.digest) } }
    },
    previewRouting: async ({ body: { subject: name, rules: text, at, characters, ...asked } }) => {
      const subject = name === undefined ? undefined : await findSubject(capsules.subjects, name)
      const rules = text === undefined ? live.rules : soundRules(desk.read(text))
      const request = {
        ...asked,
        ...(subject && { subject }),
        text: asked.text?.slice(0, STICKY_CHARACTERS),
        characters: characters ?? asked.text?.length ?? 0,
        at: at === undefined ? capsules.clock() : Date.parse(at),
      }
      return { status: 200, body: live.decide(request, rules) }
    },
  }
}

const tagOf = (digest: string): string => `"${digest}"`

/** @throws CascadeError UNPROCESSABLE. */
async function findSubject(subjects: HandlerContext['capsules']['subjects'], idOrName: string) {
  const found = await subjects.resolve(idOrName)
  if (found) return subjects.asActing(found)
  throw new CascadeError('UNPROCESSABLE', `There is no subject ${idOrName}: give an id or a name as it is registered.`)
}

/** @throws CascadeError UNPROCESSABLE. */
function soundRules({ rules, findings }: RoutingReading): RoutingRules {
  if (rules) return rules
  const errors = findings.filter(({ severity }) => severity === 'error')
  const told = errors.slice(0, TOLD).map(({ line, message, fix }) => ` Line ${line}: ${message} ${fix}`)
  const more = errors.length > TOLD ? ` And ${errors.length - TOLD} more.` : ''
  throw new CascadeError('UNPROCESSABLE', `These rules are not sound.${told.join('')}${more}`)
}

/** Problems that one answer tells of. */
const TOLD = 10

function changeOf(
  { rules, findings }: RoutingReading,
  text: string,
  { previous, isDry }: { readonly previous: string; readonly isDry: boolean },
): RoutingChange {
  const isSound = rules !== undefined
  return { applied: isSound && !isDry, digest: isSound ? sha256Hex(text) : null, previous, findings: [...findings] }
}

function present({ desk, live, file, space }: RoutingPlace): Routing {
  const { digest, text, appliedAt, appliedBy } = desk.active
  const { providers, rules, penalty } = live.rules
  return {
    ...{ file, digest, text, findings: [...desk.findings], ...space },
    applied_at: appliedAt === 0 ? null : toRfc3339(appliedAt),
    applied_by: appliedBy === '' ? null : appliedBy,
    providers: [CONFIGURED, ...Object.keys(providers)].map((name) => {
      const { circuit, openUntil, calls, failures, drift, factor } = live.standing(name)
      return {
        ...{ name, address: providers[name] ? new URL(providers[name].url).origin : null, circuit },
        open_until: openUntil === null ? null : toRfc3339(openUntil),
        ...{ calls, failures, factor },
        drift: drift ? { value: drift.value, samples: drift.samples, at: toRfc3339(drift.at) } : null,
      }
    }),
    rules: rules.map(({ name, split }) => {
      const left = split.map(({ provider, weight }) => weight * factorOf(live.standing(provider).drift, penalty))
      const total = left.reduce((sum, weight) => sum + weight, 0)
      const all = split.reduce((sum, { weight }) => sum + weight, 0)
      return {
        name,
        split: split.map(({ provider, weight }, index) => ({
          ...{ provider, weight },
          share: total > 0 ? (left[index] ?? 0) / total : weight / all,
        })),
      }
    }),
  }
}
