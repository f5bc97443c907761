// `npm run check`: every check at once, a table of results, then what was found. Fails when any check does.
import { join } from 'node:path'
import { CHECKS } from './checks/index.ts'
import { printResult, type Result, runCheck } from './checks/result.ts'

const root = join(import.meta.dirname, '..')
const wanted = process.argv.slice(2)
const chosen = Object.entries(CHECKS).filter(([name]) => wanted.length === 0 || wanted.includes(name))
const results: readonly Result[] = await Promise.all(chosen.map(([name, check]) => runCheck(name, check, root)))

console.log(printResult(results))
process.exitCode = results.length > 0 && results.every(({ findings }) => findings.length === 0) ? 0 : 1
