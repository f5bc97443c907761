import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { EXIT_INTERRUPTED } from './signals.ts'

const INDEX = new URL('./index.ts', import.meta.url).href

/** A process of its own with one part that takes `closeMs` to close, or never does. */
const program = (closeMs: number) => `
  import { Lifecycle, stopOnSignals } from ${JSON.stringify(INDEX)}
  const log = { info() {}, warn() {}, error() {} }
  const lifecycle = new Lifecycle({ clock: Date.now, log })
  const alive = setInterval(() => {}, 1000)
  lifecycle.onStop('part', async () => {
    await new Promise((resolve) => setTimeout(resolve, ${closeMs}))
    clearInterval(alive)
    console.log('closed')
  })
  stopOnSignals(lifecycle, { emitter: process, exit: (code) => process.exit(code), tell: (line) => console.log(line) })
  console.log('ready')
`

async function run(closeMs: number, signals: readonly NodeJS.Signals[]) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program(closeMs)], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  const left = [...signals]
  // Each line is the answer to the step before, so the next signal never overtakes the handler.
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    const signal = left.shift()
    if (signal !== undefined) child.kill(signal)
  })
  const [code] = await once(child, 'close')
  return { code, output }
}

test('a process that gets SIGTERM closes its parts and leaves with 0', async () => {
  const { code, output } = await run(1, ['SIGTERM'])
  expect(output).toMatch(/ready\nSIGTERM: finishing.*\nclosed\n/)
  expect(code).toBe(0)
})

test('a second signal leaves with 130 while a part still closes', async () => {
  const { code, output } = await run(60_000, ['SIGINT', 'SIGTERM'])
  expect(output).toContain('SIGTERM again')
  expect(code).toBe(EXIT_INTERRUPTED)
})
