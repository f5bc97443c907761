// Writes every generated file; with --check it writes nothing and fails when one differs.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { generated } from './checks/generated.ts'
import { GENERATORS } from './generators/index.ts'

const root = join(import.meta.dirname, '..')

if (process.argv.includes('--check')) await compare()
else await write()

async function compare() {
  const { seen, findings } = await generated(root)
  console.log([`${seen} compared`, ...findings].join('\n'))
  process.exitCode = findings.length > 0 ? 1 : 0
}

async function write() {
  for (const generator of GENERATORS) {
    const file = join(root, generator.path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, await generator.write())
    console.log(generator.path)
  }
}
