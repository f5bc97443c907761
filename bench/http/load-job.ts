/** A request made ready before the clock runs. */
export interface PreparedRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly contentType?: string
  readonly body?: Uint8Array
  /** Kind, by which the times are told apart. */
  readonly label: string
}

/** What the load client is asked to do: so many clients, each sending its next request when it has its answer. */
export interface LoadJob {
  readonly url: string
  readonly token: string
  readonly requests: readonly PreparedRequest[]
  readonly clients: number
  /** Requests in all; they are taken in turn, from the start again when there are fewer. */
  readonly total: number
  /** Requests begin at this rate, all clients together, and no faster; as fast as they can when absent. */
  readonly perSecond?: number
  /** The first so many answers are handed back as they came. */
  readonly keepBodies: number
}

export interface LoadResult {
  readonly seconds: number
  /** Milliseconds of each request, in the order they were sent. */
  readonly times: Float64Array
  readonly labels: readonly string[]
  /** Answers that were no success, by status; the first of each with its body. */
  readonly refused: Readonly<Record<string, string>>
  readonly refusals: number
  readonly bodies: readonly string[]
  /** Processor time of the client itself, seconds. */
  readonly cpuSeconds: number
}
