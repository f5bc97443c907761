import type { IncomingHttpHeaders } from 'node:http'
import type { ReadableStream } from 'node:stream/web'
import type { Action, OperationId, RouteRow, RouteRows } from '@forge-cascade/contract'
import type { z } from 'zod'
import type { Call, DecideCapsule, DecideNew } from '#capsules'
import type { Credential } from '#identity'
import type { Perform } from '#mcp'
import type { Grant } from '#store'
import type { TagCondition } from './entity-tag.ts'
import type { WrittenList } from './written-list.ts'

/**
 * What may be answered for a schema's output: nobody changes it any more, any JSON goes where JSON is expected, and a list
 * may be one that is yet to be written.
 */
type DeepReadonly<T> = [z.core.util.JSONType] extends [T]
  ? unknown
  : T extends readonly (infer Item)[]
    ? readonly DeepReadonly<Item>[] | WrittenList<DeepReadonly<Item>>
    : T extends object
      ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
      : T
type SchemaOf<Row, Part extends string> = Row extends { readonly [P in Part]: infer S extends z.ZodType }
  ? S
  : undefined
type ParsedOf<S> = S extends z.ZodType ? z.output<S> : undefined
type ActionOf<Row> = Row extends { readonly access: { readonly action: infer A extends Action } } ? A : undefined

/** NDJSON bodies are handed over as they arrive, plain ones when they are there; JSON bodies are parsed. */
type BodyOf<Row> = Row extends { readonly body: infer B }
  ? B extends { readonly contentType: 'application/x-ndjson' }
    ? LineBody
    : B extends { readonly contentType: 'text/plain' }
      ? Uint8Array
      : B extends { readonly schema: infer S }
        ? ParsedOf<S>
        : undefined
  : undefined

/** A body of lines: its bytes, and what names the command of each line. */
export interface LineBody {
  readonly bytes: AsyncIterable<Uint8Array>
  readonly idempotencyKey: string | undefined
  /** Path of the request, for the problems of lines. */
  readonly instance: string
}

/** A request after everything general has been decided: who, whether they may, and that it has the right shape. */
export interface HandlerRequest<Row> {
  readonly params: ParsedOf<SchemaOf<Row, 'params'>>
  readonly query: ParsedOf<SchemaOf<Row, 'query'>>
  readonly body: BodyOf<Row>
  /** Who acts, with which grant, as which command. Routes without an action have none. */
  readonly call: ActionOf<Row> extends Action ? Call<ActionOf<Row>> : undefined
  /** The precondition of a route that takes one; there wherever the route needs it. */
  readonly ifMatch: Row extends { readonly ifMatch: infer Need }
    ? Need extends 'required'
      ? TagCondition
      : TagCondition | undefined
    : undefined
  readonly correlationId: string
  readonly headers: IncomingHttpHeaders
  /** Asks the gate for another action, which is then carried out capsule by capsule. @throws CascadeError FORBIDDEN, once that is on record. */
  readonly grantForLines: <A extends Action>(action: A) => Promise<Grant<A>>
  /** Asks the gate about each capsule that such a grant is used for. */
  readonly decideEach: (action: Action) => DecideCapsule
  /** Asks the gate about each capsule that is to be created under a grant that was decided without it. */
  readonly decideNew: DecideNew
  /** With what they came in. @throws CascadeError UNAUTHENTICATED on a route that asks for no token. */
  readonly getCredential: () => Credential
  /** Carries out other operations in the name of the same subject. */
  readonly perform: Perform
  /** Whether it came over the local socket, which only the user of the instance can open. */
  readonly isLocal: boolean
  /** Aborts when the client is gone, the deadline has passed, or an emergency is turned on. */
  readonly signal: AbortSignal
}

interface AnswerBase<Status> {
  readonly status: Status
  readonly headers?: Readonly<Record<string, string>>
  /** Sequence of the change that was made, where it is known better than by asking the store. */
  readonly sequence?: number
}

type Responses<Row> = Row extends { readonly responses: infer R } ? R : never
type BodyOfResponse<Response> = Response extends { readonly schema: infer S extends z.ZodType }
  ? Response extends { readonly contentType: string }
    ? { readonly lines: AsyncIterable<string> }
    : { readonly body: DeepReadonly<z.output<S>> }
  : Response extends { readonly contentType: string }
    ? { readonly file: File }
    : { readonly body?: undefined }

/** Bytes that are sent as they are. */
export interface File {
  readonly contentType: string
  /** Pieces that come one by one break off the answer where they break off. */
  readonly bytes: string | Uint8Array | AsyncIterable<Uint8Array>
}

/** One of the answers that the row lists, with the body its schema describes. */
export type Answer<Row> = {
  [Status in keyof Responses<Row> & number]: AnswerBase<Status> & BodyOfResponse<Responses<Row>[Status]>
}[keyof Responses<Row> & number]

export type Handler<Row> = (request: HandlerRequest<Row>) => Promise<Answer<Row>> | Answer<Row>

/** A handler for every route and no other. */
export type Handlers = { readonly [Id in OperationId]: Handler<RouteRow<Id>> }

/** The handlers of some routes: what a file of handlers gives. */
export type HandlersFor<Ids extends OperationId> = { readonly [Id in Ids]: Handler<RouteRow<Id>> }

/** What any handler may answer, as the server sees it. */
export interface AnyAnswer extends AnswerBase<number> {
  readonly body?: unknown
  readonly lines?: AsyncIterable<string>
  readonly file?: File
  /** Bytes as they come, of the type that the headers name; null for none. */
  readonly stream?: ReadableStream<Uint8Array> | null
}

/** A handler as the server calls it: the row's schemas have made the request what the row's handler takes. */
export type UntypedHandler = (request: never) => Promise<AnyAnswer> | AnyAnswer

/** Operations by tag, to divide the handlers among files. */
export type OperationsOf<Tag extends RouteRows['tag']> = Extract<RouteRows, { readonly tag: Tag }>['id']
