import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { type Block, blocksOf, type ShownCommand } from './page-blocks.ts'
import { type Ended, Server, Shell } from './shell.ts'
import { findUnlikeJson } from './shown-json.ts'
import { type Bindings, findUnlike } from './shown-output.ts'

/** What became of the blocks of a page. */
export interface PageReport {
  readonly ran: number
  /** Commands whose output was compared with what the page shows. */
  readonly compared: number
  /** `page:line: why`. */
  readonly leftOut: readonly string[]
  /** At most one, because what follows a fault rests on it. */
  readonly faults: readonly string[]
}

/** Addresses, folders and ports of a page and where they lie during the run. */
const PLACES = /(?<![\w.~])\/(?=(?:srv|var\/backups|mnt)(?:\/|\b))/g
const PORTS = /(?<=(?:127\.0\.0\.1|localhost):|--port |CASCADE_PORT=)\d{4,5}\b/g
const PORT_MAX = 65_535
/** The last line that a start prints. */
const SERVES = 'Ctrl-C stops it.'
/** A page that speaks of a clone finds itself in one; any other in an empty folder. */
const FROM_CLONE = /^[^`]*(?:\.\/cascade |npm start)/m
const CLONE = ['cascade', 'package.json', 'tools']
/** What a page may type by its name: the product, and what prepares a page. */
const PROGRAMS = [
  ['cascade', 'cascade'],
  ['handbook', 'tools/docs/handbook.sh'],
] as const
/** Ada's clock and name, so that transcripts of git are the same everywhere. */
const GIT_CONFIG = '[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n'

/** Types what a page shows, in a fresh folder, and compares what comes with what the page shows. */
export async function runPage(page: string, text: string, root: string): Promise<PageReport> {
  await using run = await PageRun.open(page, text, root)
  for (const block of blocksOf(text)) {
    const fault = await run.take(block)
    if (fault !== undefined) return { ...run.report(), faults: [`${page}:${fault}`] }
  }
  return run.report()
}

class PageRun implements AsyncDisposable {
  readonly #page: string
  readonly #base: string
  readonly #options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> }
  readonly #shell: Shell
  readonly #port: number
  readonly #bindings: Bindings = new Map()
  readonly #leftOut: string[] = []
  readonly #ports = new Map<string, number>()
  readonly #freePorts: number[]
  #server: Server | undefined
  #printed = ''
  #ran = 0
  #compared = 0

  private constructor(page: string, base: string, ports: readonly number[]) {
    const [cwd, home, notes] = ['srv/demo', 'srv/ada', 'typed'].map((name) => join(base, name))
    this.#page = page
    this.#base = base
    const [first = 0, ...others] = ports
    this.#port = first
    this.#freePorts = others
    this.#options = { cwd: cwd ?? base, env: environmentOf(base, home ?? base, this.#port) }
    this.#shell = new Shell(notes ?? base, this.#options)
  }

  static async open(page: string, text: string, root: string): Promise<PageRun> {
    const base = realpathSync(mkdtempSync(join(tmpdir(), 'docs-')))
    for (const name of ['srv/demo', 'srv/ada', 'var/backups', 'typed', 'bin'])
      mkdirSync(join(base, name), { recursive: true })
    if (FROM_CLONE.test(text)) for (const name of CLONE) symlinkSync(join(root, name), join(base, 'srv/demo', name))
    for (const [name, program] of PROGRAMS) symlinkSync(join(root, program), join(base, 'bin', name))
    writeFileSync(join(base, 'srv/ada/.gitconfig'), GIT_CONFIG)
    return new PageRun(page, base, await freePorts(4))
  }

  report = (): PageReport => ({ ran: this.#ran, compared: this.#compared, leftOut: this.#leftOut, faults: [] })

  /** @returns `line: what is wrong`, or undefined. */
  take(block: Block): Promise<string | undefined> | string | undefined {
    switch (block.kind) {
      case 'fault':
        return `${block.line}: ${block.reason}`
      case 'left-out':
        this.#leftOut.push(`${this.#page}:${block.line}: ${block.reason}`)
        return undefined
      case 'interrupt':
        return this.#interrupt(block.line)
      case 'json':
        return this.#compareJson(block)
      case 'serve':
        return this.#serve(block.commands)
      case 'run':
        return this.#run(block)
    }
  }

  async #run({ commands, exits }: Extract<Block, { kind: 'run' }>): Promise<string | undefined> {
    for (const command of commands) {
      const ended = await this.#type(command)
      if (typeof ended === 'string') return ended
      this.#printed = this.#asShown(ended.printed)
      if (ended.code !== exits) return `${command.line}: ended with ${ended.code}\n${this.#printed}`
      const unlike = this.#compare(command, this.#printed)
      if (unlike !== undefined) return unlike
    }
    return undefined
  }

  async #type({ line, text }: ShownCommand): Promise<Ended | string> {
    this.#ran += 1
    try {
      return await this.#shell.run(this.#placed(text))
    } catch (error) {
      if (error instanceof Error) return `${line}: ${error.message}: ${text}`
      throw error
    }
  }

  #compare({ line, text, shows }: ShownCommand, printed: string): string | undefined {
    if (shows === undefined) return undefined
    this.#compared += 1
    const unlike = findUnlike(shows, printed, this.#bindings)
    return unlike === undefined ? undefined : `${line}: ${text}\n  the page: ${unlike}\n  printed:\n${printed}`
  }

  #compareJson({ line, text }: Extract<Block, { kind: 'json' }>): string | undefined {
    this.#compared += 1
    const unlike = findUnlikeJson(text, this.#printed, this.#bindings)
    return unlike === undefined ? undefined : `${line}: ${unlike}`
  }

  async #serve(commands: readonly ShownCommand[]): Promise<string | undefined> {
    const [command] = commands
    if (command === undefined || commands.length > 1 || this.#server !== undefined)
      return `${command?.line ?? 0}: one terminal serves one command at a time`
    this.#ran += 1
    this.#server = Server.start(this.#placed(command.text), this.#options)
    const isReady = await this.#server.reached((text) => text.includes(SERVES))
    const printed = this.#asShown(this.#server.printed)
    return isReady ? this.#compare(command, printed) : `${command.line}: does not serve:\n${printed}`
  }

  async #interrupt(line: number): Promise<string | undefined> {
    const code = await this.#server?.stop()
    this.#server = undefined
    return code === 0 ? undefined : `${line}: what served ended with ${code ?? 'nothing: nobody served'}`
  }

  /** The command with the ids, folders and ports of this run in the place of those that the page shows. */
  #placed(text: string): string {
    let placed = text.replaceAll(PLACES, `${this.#base}/`).replaceAll(PORTS, (port) => this.#portFor(port))
    for (const [shown, real] of this.#bindings) placed = placed.replaceAll(shown, real)
    return placed
  }

  /** What was printed, with the folders and ports that the page shows in the place of those of this run. */
  #asShown(printed: string): string {
    let shown = printed.replaceAll(this.#base, '')
    for (const [port, real] of this.#ports) shown = shown.replaceAll(new RegExp(String.raw`\b${real}\b`, 'g'), port)
    return shown
  }

  /** A number that is no port stays: a page shows what becomes of it. */
  #portFor(shown: string): string {
    if (Number(shown) > PORT_MAX) return shown
    const port = this.#ports.get(shown) ?? (shown === '8420' ? this.#port : this.#freePorts.pop())
    if (port === undefined) throw new Error(`${this.#page} names more ports than are kept free for it`)
    this.#ports.set(shown, port)
    return String(port)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.stop()
    await this.#shell[Symbol.asyncDispose]()
    rmSync(this.#base, { recursive: true, force: true })
  }
}

/** Nothing of the person who runs the tests: their home, their colours and their proxies stay out. */
const environmentOf = (base: string, home: string, port: number): Readonly<Record<string, string>> => ({
  PATH: [join(base, 'bin'), dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
  HOME: home,
  LANG: 'C.UTF-8',
  TZ: 'UTC',
  CASCADE_PORT: String(port),
  npm_config_update_notifier: 'false',
  npm_config_offline: 'true',
})

/** Ports that nobody listens on now. All are held at once, so that they differ. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listenAnywhere))
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

const listenAnywhere = () =>
  new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
