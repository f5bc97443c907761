import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { createInterface, type Interface } from 'node:readline'
import { setImmediate as turn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isCascadeError, toRfc3339 } from '#base'
import { acquireFolderLock } from '../../adapters/sqlite/folder-lock.ts'
import { DataFolder } from './data-folder.ts'

/** A process of its own that opens data folders when told to: one word in, one line out. */
export class Contender implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>
  readonly #ended: Promise<void>

  constructor(directory: string) {
    const program = fileURLToPath(import.meta.url)
    this.#child = spawn(process.execPath, [program, directory], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#ended = new Promise((resolve) => this.#child.once('exit', () => resolve()))
    this.#lines = linesOf(this.#child)[Symbol.asyncIterator]()
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  /** Gives an order and waits for what came of it. */
  async order(word: keyof typeof ORDERS, argument = ''): Promise<string> {
    this.#child.stdin?.write(`${word} ${argument}\n`)
    const { value, done } = await this.#lines.next()
    return done ? 'ended' : value
  }

  /** Ends the process as kill -9 does: nothing of its own runs any more. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill()
  }
}

function linesOf({ stdout }: ChildProcess): Interface {
  if (!stdout) throw new Error('the output of a contender is a pipe')
  return createInterface({ input: stdout })
}

/** Attempts of one turn; more is a folder that nobody gives back. */
const ATTEMPTS_MAX = 200_000

let held: DataFolder | undefined

/** What a contender does when told to. Each answers with one line. */
const ORDERS = {
  ready: () => 'ready',
  /** Opens the folder and keeps it. */
  open: (directory: string) => {
    held = DataFolder.open(directory, acquireFolderLock)
    return 'owner'
  },
  /** Listens and tells where. */
  announce: async () => {
    const folder = held
    if (!folder) throw new Error('nothing is held')
    const server = createServer((socket) => socket.end('hello'))
    await new Promise<void>((resolve) => server.listen(folder.socket, resolve))
    folder.announce(toRfc3339(0), null)
    return folder.socket
  },
  close: () => {
    held?.[Symbol.dispose]()
    held = undefined
    return 'closed'
  },
  /** Takes the folder a few times, however long it must try, and writes down when it has it. */
  turns: async (directory: string, argument: string) => {
    const [turns = '', log = ''] = argument.split(' ')
    for (let done = 0; done < Number(turns); done++) {
      using folder = await take(directory)
      appendFileSync(log, `begin ${process.pid}\n`)
      await turn()
      appendFileSync(log, `end ${process.pid}\n`)
      void folder
    }
    return 'done'
  },
} satisfies Record<string, (directory: string, argument: string) => string | Promise<string>>

async function take(directory: string): Promise<DataFolder> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    try {
      return DataFolder.open(directory, acquireFolderLock)
    } catch (error) {
      if (!isCascadeError(error) || error.code !== 'DATA_FOLDER_IN_USE') throw error
      await turn()
    }
  }
  throw new Error('the folder was never free')
}

async function obey(directory: string): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const [word = '', ...rest] = line.split(' ')
    console.log(await answer(ORDERS[word as keyof typeof ORDERS], directory, rest.join(' '))) // written by `order` alone
  }
}

async function answer(order: (typeof ORDERS)[keyof typeof ORDERS], ...given: [string, string]): Promise<string> {
  try {
    return await order(...given)
  } catch (error) {
    return isCascadeError(error) ? error.message : String(error)
  }
}

if (import.meta.main) await obey(process.argv[2] ?? '')
