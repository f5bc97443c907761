import { isErrno } from '#base'
import type { CliIo, OutputStream } from './cli-io.ts'
import { oneLine } from './render/text.ts'
import { createPainter, type View, widthOf } from './render/view.ts'
import { unwritable } from './unwritable.ts'

export interface ScreenOptions {
  readonly colour: boolean
  /** True: standard error is for one problem document alone, so that nothing is said to the person. */
  readonly json: boolean
  readonly command: View['command']
}

/** Clears the line and goes back to its start. */
const CLEAR_LINE = '\r\u001b[K'

/** Where a command writes: results to standard output, everything else to standard error. */
export class Screen {
  /** For lines on standard output. */
  readonly view: View
  /** For lines on standard error. */
  readonly noteView: View
  /** True when somebody watches standard error. */
  readonly watched: boolean
  readonly #io: CliIo
  readonly #isJson: boolean
  #shown = false
  readonly #warnings = new Set<string>()
  /** Nobody reads the result any more (`| head` is content): nothing more is written, and the command ends as it would. */
  #readerGone = false

  constructor(io: CliIo, options: ScreenOptions) {
    this.#io = io
    this.#isJson = options.json
    this.view = viewOn(io.stdout, io, options)
    this.noteView = viewOn(io.stderr, io, options)
    this.watched = io.stderr.isTTY === true && io.env.TERM !== 'dumb'
  }

  /** False when nobody reads the result any more: what would be written is not worth asking for. */
  get isRead(): boolean {
    return !this.#readerGone
  }

  async print(lines: readonly string[]): Promise<void> {
    this.clearProgress()
    if (!this.#readerGone && lines.length > 0) await this.#write(`${lines.join('\n')}\n`)
  }

  /** One document; what the gate has warned of stands in it as `gate_warnings`, where it is an object. */
  json(value: unknown): Promise<void> {
    const warnings = [...this.#warnings]
    const isWarned = warnings.length > 0 && typeof value === 'object' && value !== null && !Array.isArray(value)
    return this.print([JSON.stringify(isWarned ? { ...value, gate_warnings: warnings } : value, null, 2)])
  }

  /** Tells once what the gate let pass and would have refused. @param warning `<reason>, <reason>; decision=<id>`. */
  warn(warning: string): void {
    if (this.#warnings.has(warning)) return
    this.#warnings.add(warning)
    const [reasons = '', decision = ''] = warning.split('; decision=').map(oneLine)
    const { paint, command } = this.noteView
    const why = /^[0-9a-f-]{36}$/.test(decision) ? `; ${command(`gate explain ${decision}`)} tells why` : ''
    this.note(`${paint.warn('warning:')} let pass, and would be refused (${reasons})${why}`)
  }

  /** Lines for the person, on standard error; none beside JSON. */
  note(...lines: readonly string[]): void {
    if (!this.#isJson) this.fail(...lines)
  }

  /** What went wrong, on standard error. */
  fail(...lines: readonly string[]): void {
    this.clearProgress()
    if (lines.length > 0) this.#io.stderr.write(`${lines.join('\n')}\n`)
  }

  /** Replaces the line of progress; a watched terminal only, and none beside JSON. */
  progress(line: string): void {
    if (!this.watched || this.#isJson) return
    this.#io.stderr.write(`${CLEAR_LINE}${line}`)
    this.#shown = true
  }

  clearProgress(): void {
    if (this.#shown) this.#io.stderr.write(CLEAR_LINE)
    this.#shown = false
  }

  #write(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#io.stdout.write(text, (error) => {
        if (error === undefined || error === null) return resolve()
        if (!isBrokenPipe(error)) return reject(unwritable('Standard output', error))
        this.#readerGone = true
        resolve()
      })
    })
  }
}

function viewOn(stream: OutputStream, io: CliIo, { colour, command }: ScreenOptions): View {
  const coloured = colour && isColourful(stream, io)
  return { paint: createPainter(coloured), coloured, width: widthOf(stream.columns), now: io.clock(), command }
}

const isBrokenPipe = (error: unknown): boolean => isErrno(error, 'EPIPE', 'ERR_STREAM_DESTROYED')

/**
 * NO_COLOR goes before everything; FORCE_COLOR colours pipes too, for logs that show colours, and `0` turns them off.
 *
 * @see https://no-color.org and https://force-color.org
 */
function isColourful(stream: OutputStream, { env }: CliIo): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR) return !/^(?:0|false)$/.test(env.FORCE_COLOR)
  return stream.isTTY === true && env.TERM !== 'dumb'
}
