import { stat } from 'node:fs/promises'
import { configReference, explainConfig, type LoadedConfig } from '#config'
import { quoteForShell } from '../shell-word.ts'
import { type DoctorFinding, fine, problem } from './finding.ts'

const OTHERS = 0o077

/** The configuration, which is valid: where it comes from, and whether its file keeps its secrets. */
export async function checkConfig(loaded: LoadedConfig, platform: NodeJS.Platform): Promise<DoctorFinding[]> {
  const { file } = loaded
  if (file === undefined) return [fine('configuration', 'valid; no file, so defaults, environment and flags')]
  return [fine('configuration', file), ...(platform === 'win32' ? [] : await checkMode(file, loaded))]
}

async function checkMode(file: string, loaded: LoadedConfig): Promise<DoctorFinding[]> {
  const secrets = secretsIn(file, loaded)
  const { mode } = await stat(file)
  if (secrets.length === 0 || (mode & OTHERS) === 0) return []
  const shown = `mode ${(mode & 0o777).toString(8)} of ${file}, which holds ${secrets.join(', ')}`
  return [
    problem('configuration permissions', shown, {
      means: 'Others on this machine can read the secret.',
      fix: `Take that away: \`chmod 600 ${quoteForShell(file)}\`. Or keep the secret in a file of its own, named by the variable that ends in _FILE.`,
    }),
  ]
}

/** Keys with a secret value that the file itself sets. */
function secretsIn(file: string, loaded: LoadedConfig): readonly string[] {
  const secret = new Set(configReference().flatMap((row) => (row.secret ? [row.key] : [])))
  return explainConfig(loaded)
    .filter(({ key, origin, value }) => secret.has(key) && value !== undefined && origin.includes(file))
    .map(({ key }) => key)
}
