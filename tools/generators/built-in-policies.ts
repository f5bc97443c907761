import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readPolicies } from '../../packages/server/src/adapters/policies/index.ts'
import { SCHEMA_FILE, writePolicySchema } from '../../packages/server/src/domain/governance/policy-schema.ts'
import type { Generator } from './generator.ts'

const FOLDER = 'packages/server/src/domain/governance/built-in'
const root = join(import.meta.dirname, '../..')
const FILES = ['constitution.cedar', 'guards.cedar', 'roles.cedar']

/** What policies may speak of, made of the table of actions. */
export const policySchema: Generator = {
  path: `${FOLDER}/${SCHEMA_FILE}`,
  write: () => writePolicySchema(),
}

/** The policies that come with the program, read and validated, so that an instance starts without Cedar's parser. */
export const builtInPolicies: Generator = {
  path: `${FOLDER}/built-in-policies.json`,
  write: async () => {
    const texts = FILES.map((path) => ({ path, text: readFileSync(join(root, FOLDER, path), 'utf8') }))
    const files = [...texts, { path: SCHEMA_FILE, text: writePolicySchema() }]
    const { bundle, findings } = await readPolicies(files)
    if (bundle === undefined || findings.length > 0) throw new Error(JSON.stringify(findings, null, 2))
    return `${JSON.stringify({ files, bundle }, null, 2)}\n`
  },
}
