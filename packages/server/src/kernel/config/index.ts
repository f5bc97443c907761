export { type ReadFile, readConfigFile } from './config-file.ts'
export { CONFIG_FILE_FLAG, type ConfigFlags, listConfigFlags } from './config-flags.ts'
export { environmentName } from './config-key.ts'
export { type ConfigOrigin, describeOrigin } from './config-origin.ts'
export { HIDDEN } from './config-problem.ts'
export { type Config, configSchema } from './config-schema.ts'
export { didYouMean } from './did-you-mean.ts'
export { type Environment, environment, OTHER_VARIABLES } from './environment.ts'
export {
  type ConfigDifference,
  type ConfigReferenceRow,
  type ConfigRow,
  configReference,
  diffReloadable,
  explainConfig,
  listSecrets,
} from './explain-config.ts'
export { type FormFault, listFormFaults } from './form-faults.ts'
export { describeIssue } from './issue-words.ts'
export { readLinedYaml, type YamlPath } from './lined-yaml.ts'
export { type ConfigChange, type ConfigReload, LiveConfig, votedWith } from './live-config.ts'
export { CONFIG_FILE_NAME, type LoadConfigInput, type LoadedConfig, loadConfig } from './load-config.ts'
export { bareHost, isHostName, isLoopback, listOf, networksOf, parseSubnet } from './network.ts'
export { parseRetentionRule } from './retention-rule.ts'
export type { AskedValue, ValueChange, VotedValue, VotedValues } from './voted-config.ts'
export { parseWitness, parseWitnessed } from './witness-text.ts'
