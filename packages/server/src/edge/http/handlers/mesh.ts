import { type DeadLetterAnswer, PAGE_LIMITS } from '@forge-cascade/contract'
import { CascadeError, toRfc3339 } from '#base'
import { type DeadLetter, type LaneStatus, laneName } from '#mesh'
import type { StoredRecord } from '#store'
import type { HandlersFor } from '../handler.ts'
import type { HandlerContext } from './handler-context.ts'

type Operations = 'getMesh' | 'listDeadLetters' | 'replayDeadLetters' | 'discardDeadLetters'

/** Routes of events, and what could not be delivered. */
export const meshHandlers = ({ mesh }: HandlerContext): HandlersFor<Operations> => ({
  getMesh: async () => {
    const { lanes, ...state } = mesh.state()
    const dead = await mesh.letters.count(new Set(lanes.map(({ route }) => route)))
    const present = ({ cursor, ...lane }: LaneStatus) => ({
      ...{ ...lane, position: cursor, dead: dead.get(laneName(lane.route, lane.sink)) ?? 0 },
    })
    return { status: 200, body: { ...state, lanes: lanes.map(present) } }
  },
  listDeadLetters: async ({ query: { route, limit, cursor } }) => {
    if (cursor !== undefined && !CURSOR.test(cursor))
      throw new CascadeError('CURSOR_INVALID', 'Expected the next_cursor of a page before.')
    const page = { limit: limit ?? PAGE_LIMITS.limitDefault, ...(cursor !== undefined && { after: cursor }) }
    const { items, next } = await mesh.letters.list({ ...page, ...(route !== undefined && { route }) })
    return { status: 200, body: { items: items.map(present), next_cursor: next ?? null } }
  },
  replayDeadLetters: async ({ call, body }) => ({
    status: 200,
    body: { events: await found(mesh, body.route, await mesh.replay(call, choiceOf(body))) },
  }),
  discardDeadLetters: async ({ call, body }) => ({
    status: 200,
    body: { events: await found(mesh, body.route, await mesh.letters.discard(call, choiceOf(body))) },
  }),
})

/** Dead letters of a route that went stay, so a route counts as unknown only where it has none. @throws CascadeError NOT_FOUND. */
async function found(mesh: HandlerContext['mesh'], route: string | undefined, events: number): Promise<number> {
  if (events > 0 || route === undefined) return events
  const names = await mesh.routes()
  if (names.includes(route)) return events
  const there = names.length === 0 ? 'there are no routes' : `there are ${names.join(', ')}`
  throw new CascadeError('NOT_FOUND', `There is no route ${route}, and no dead letter of one: ${there}.`)
}

const CURSOR = /^[0-9a-f-]{36}\.=?[a-z0-9-]{1,60}\.[a-z0-9-]{1,60}$/

const choiceOf = ({ ids, route }: { readonly ids?: string[] | undefined; readonly route?: string | undefined }) => ({
  ...(ids !== undefined && { ids }),
  ...(route !== undefined && { route }),
})

const present = ({ key, value }: StoredRecord<DeadLetter>): DeadLetterAnswer => ({
  id: key,
  ...{ route: value.route, sink: value.sink, event: value.event, subject: value.subject },
  ...{ attempts: value.attempts, cause: value.cause, reason: value.reason },
  ...{ first_at: toRfc3339(value.firstAt), last_at: toRfc3339(value.lastAt), replaying: value.replaying !== '' },
})
