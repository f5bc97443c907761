// What the command line asks of policies. Cedar's module is loaded by what is called here, and by nothing else.
import { fixedFiles, judgeAnnotations } from '#governance'
import { CompiledEngine, explain, type PolicyFile, policiesOf, splitPolicies } from '#policy'
import { CedarOracle, readPolicies, readPolicyFiles } from './adapters/policies/index.ts'
import type { CliIo } from './edge/cli/index.ts'

/** Policies from the disk, read on a thread that is thrown away. What they promise stands at `CliIo`. */
export const policies: Pick<CliIo, 'readPolicies' | 'openPolicies' | 'armPolicies'> = {
  readPolicies: async (paths) => {
    const { files, tests } = readPolicyFiles(paths)
    const texts = files.filter(({ path }) => path.endsWith('.cedar'))
    const count = texts.reduce((sum, { text }) => sum + splitPolicies(text).length, 0)
    return { files, tests, policies: count, reading: judgeAnnotations(await readPolicies(withSchema(files))) }
  },
  openPolicies: async (bundle) => {
    const set = policiesOf(bundle)
    const engine = new CompiledEngine(set, { fixed: bundle.actions, fallback: new CedarOracle(set) })
    return { explain: (request) => explain(engine, request) }
  },
  armPolicies: async (files) => {
    const { bundle } = await readPolicies(files)
    // Loaded by the command that decides again alone.
    const { armWhole } = await import('#governance')
    return bundle && armWhole(bundle, files, async () => new CedarOracle(policiesOf(bundle), { fixed: bundle.actions }))
  },
}

/** What brings no schema is meant for an instance, and is held against what policies may speak of there. */
const withSchema = (files: readonly PolicyFile[]): readonly PolicyFile[] =>
  files.some(isSchema) ? files : [...files, ...fixedFiles().filter(isSchema)]

const isSchema = ({ path }: PolicyFile): boolean => path.endsWith('.cedarschema')
