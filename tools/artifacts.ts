// `npm run artifacts:verify` and `npm run artifacts:seal`: the records of test and benchmark runs. Ends with 7 where one is broken.
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from '../packages/server/src/platform/ledger/index.ts'
import { checkRecords, RECORDS } from './validation/record-folder.ts'
import { checkSealed, IMMUTABLE, sealRecord } from './validation/seal-record.ts'

const USAGE = `npm run artifacts:verify -- [--folder <folder>] [--key <verifier key>]…
npm run artifacts:seal -- <record> --key-file <file> --name <name of the key> [--folder <folder>]
The key file is an Ed25519 key as PKCS #8 in PEM: openssl genpkey -algorithm ed25519 -out release.key`

const DAMAGED = 7
const WRONG = 2

try {
  process.exitCode = run(process.argv.slice(2))
} catch (error) {
  process.exitCode = refuse(error instanceof Error ? error.message : String(error))
}

function run(args: string[]): number {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      folder: { type: 'string', default: join(import.meta.dirname, '..', RECORDS) },
      key: { type: 'string', multiple: true, default: [] },
      'key-file': { type: 'string' },
      name: { type: 'string' },
    },
  })
  const [task, file] = positionals
  if (task === 'verify') return verify(values.folder, values.key.map(keyOf))
  return task === 'seal'
    ? seal(values.folder, file, { keyFile: values['key-file'], name: values.name })
    : refuse('Say verify or seal.')
}

function verify(folder: string, keys: readonly VerifierKey[]): number {
  if (!existsSync(folder)) return refuse(`There is no folder ${folder}: nothing was recorded there.`)
  const { records, modules, broken } = checkRecords(folder)
  const isSealed = existsSync(join(folder, IMMUTABLE))
  const seal = isSealed && !broken ? checkSealed(folder, keys) : undefined
  const first = broken ?? seal?.broken
  if (first) {
    process.stdout.write(`broken: ${first.file}: ${first.reason}\n`)
    return DAMAGED
  }
  const of = modules.length > 0 ? ` of ${modules.join(', ')}` : ''
  const sealed = seal?.sealed ?? 0
  const unverified = sealed > 0 && keys.length === 0 ? ', not verified: give --key' : ''
  process.stdout.write(`sound: ${records} records${of}; ${sealed} sealed${unverified}\n`)
  return 0
}

interface Sealing {
  readonly keyFile: string | undefined
  readonly name: string | undefined
}

function seal(folder: string, file: string | undefined, { keyFile, name }: Sealing): number {
  if (file === undefined || name === undefined || keyFile === undefined)
    return refuse('A record, a --key-file and a --name are needed.')
  const privateKey = readFileSync(resolve(keyFile), 'utf8')
  const { path, key } = sealRecord(folder, resolve(file), { privateKey, keyName: name })
  process.stdout.write(`sealed ${path}\nverifier key ${formatVerifierKey(key)}\n`)
  return 0
}

function keyOf(text: string): VerifierKey {
  const key = parseVerifierKey(text)
  if (key) return key
  throw new Error(`${JSON.stringify(text)} is no verifier key`)
}

function refuse(why: string): number {
  process.stderr.write(`${why}\n${USAGE}\n`)
  return WRONG
}
