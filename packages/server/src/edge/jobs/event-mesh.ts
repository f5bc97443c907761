import { type Clock, isCascadeError, isWithin, messageOf } from '#base'
import type { HealthFinding } from '#boot'
import type { Call } from '#capsules'
import type { KernelLog } from '#lifecycle'
import {
  type LetterChoice,
  type Mesh,
  type MeshFacts,
  NO_ROUTES,
  parseMesh,
  problemInWords,
  type SinkKinds,
} from '#mesh'
import type { Grant } from '#store'
import type { Every } from './every.ts'
import { type Halt, Looks } from './looks.ts'

export interface EventMeshOptions {
  readonly mesh: Mesh
  readonly kinds: SinkKinds
  /** The file with the routes. */
  readonly file: { readonly stamp: () => string | undefined; readonly read: () => string | undefined }
  /** To put routes in force with; asked again while it is refused. @throws CascadeError. */
  readonly grant: () => Grant<'mesh.apply'>
  readonly clock: Clock
  readonly log: KernelLog
  readonly every?: Every
  readonly halt?: Halt
}

/** How often it looks for events: what is committed is on its way within this time, in milliseconds. */
export const MESH_TICK_MS = 25
/** How often it looks whether the file is another one; one that is being written is left until it rests that long. */
export const MESH_FILE_MS = 500

/**
 * Brings what is committed to its routes, and has other routes in force once mesh.yml has changed. A file that is wrong changes
 * nothing: the routes before it go on to count, and health says what is wrong.
 */
export class EventMesh implements AsyncDisposable {
  readonly #options: EventMeshOptions
  readonly #looks: Looks
  #seen: string | undefined
  #applied: string | undefined
  #hasApplied = false
  #isDue = true
  #lookedAt = Number.NEGATIVE_INFINITY
  #problem: string | undefined
  #found = false

  constructor(options: EventMeshOptions) {
    this.#options = options
    this.#looks = new Looks((signal) => this.#look(signal), MESH_TICK_MS, options.every, options.halt)
  }

  get letters() {
    return this.#options.mesh.letters
  }

  /** Reads the file again at the next look, whether or not it has changed. */
  reload(): void {
    this.#isDue = true
  }

  /** Looks out of turn, and waits for what was begun. */
  async now(): Promise<void> {
    await this.#looks.now()
    await this.#options.mesh.settled()
  }

  /** Names of the routes, once the file has been looked at: an instance that has just begun knows none before. */
  async routes(): Promise<readonly string[]> {
    await this.#looks.now()
    return [...new Set(this.#options.mesh.status().map(({ route }) => route))]
  }

  state(): MeshFacts {
    const { mesh } = this.#options
    const { digest } = mesh.config
    return {
      found: this.#found,
      digest,
      problem: this.#problem ?? null,
      validators: mesh.isArmed,
      lanes: mesh.status(),
    }
  }

  async replay(call: Call<'mesh.replay'>, choice: LetterChoice): Promise<number> {
    const { mesh } = this.#options
    const { events, lanes } = await mesh.letters.replay(call, choice)
    mesh.replay(lanes)
    return events
  }

  /** What probes are told: a route that waits, or a file that is wrong, takes nobody else's work away. */
  get finding(): HealthFinding {
    const { mesh } = this.#options
    if (!mesh.isArmed)
      return { status: 'degraded', detail: 'events reach parts of the instance alone: the validators are not up' }
    if (this.#problem !== undefined)
      return { status: 'degraded', detail: 'mesh.yml is wrong; the routes before it count' }
    const waiting = mesh.status().filter(({ state }) => state === 'waiting')
    if (waiting.length > 0) return { status: 'degraded', detail: `${waiting.length} of the routes wait` }
    const { length } = mesh.status()
    return { status: 'ok', detail: `${length} ${length === 1 ? 'route' : 'routes'}` }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#looks[Symbol.asyncDispose]()
    await this.#options.mesh[Symbol.asyncDispose]()
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { mesh, clock } = this.#options
    try {
      await this.#lookAtFile(clock())
    } catch (error) {
      if (!isCascadeError(error)) throw error
      this.#isDue = true
      this.#tell(messageOf(error), 'the routes of events could not be put in force; it is tried again')
    }
    mesh.tick(signal)
  }

  async #lookAtFile(now: number): Promise<void> {
    const { file, kinds, mesh } = this.#options
    if (isWithin(now, this.#lookedAt, MESH_FILE_MS)) return
    this.#lookedAt = now
    const stamp = file.stamp()
    // Seen twice alike: nobody writes it just now. The first look, and one that was asked for, wait for nothing.
    const rests = stamp === this.#seen
    this.#seen = stamp
    if (!this.#isDue && (!rests || (this.#hasApplied && stamp === this.#applied))) return
    this.#isDue = false
    const text = file.read()
    this.#found = text !== undefined
    const reading = text === undefined ? NOTHING : parseMesh(text, kinds)
    // A file that was moved away for a moment ends no route, nor forgets how far it was.
    if (text === undefined && (await mesh.hasRoutes())) this.#tell(GONE, GONE)
    else if (reading.ok) {
      await mesh.apply(reading.config)
      this.#problem = undefined
    } else this.#tell(reading.problems.map(problemInWords).join('; '))
    this.#applied = stamp
    this.#hasApplied = true
  }

  /** Once, however often it is found again. */
  #tell(problem: string, words = 'mesh.yml is wrong; the routes before it go on to count'): void {
    const reason = problem.length > PROBLEM_LENGTH_MAX ? `${problem.slice(0, PROBLEM_LENGTH_MAX - 1)}…` : problem
    if (reason !== this.#problem) this.#options.log.error(words, { reason })
    this.#problem = reason
  }
}

const NOTHING = { ok: true, config: NO_ROUTES } as const
const GONE =
  'mesh.yml is not there any more; its routes keep their places: bring it back, or write `routes: []` to end them'

/** Letters of a problem that are shown. */
const PROBLEM_LENGTH_MAX = 2000
