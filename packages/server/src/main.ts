import { startWriter } from './home.ts'

const argv = process.argv.slice(2)
// Before everything else is loaded, because loading is most of what a start takes: now it happens on two cores.
const writer = argv[0] === 'start' ? startWriter() : undefined
const { runProcess } = await import('./run-process.ts')

process.exitCode = await runProcess(argv, {
  // The instance and all its parts: loaded only by the command that becomes one, so that clients start fast.
  startInstance: async (loaded, options, log) =>
    (await import('./compose.ts')).startInstance(loaded, options, log, writer),
  mendPolicies: async (loaded, log) => (await import('./compose-mending.ts')).mendPolicies(loaded, log),
  describeEmbedder: async (folder) => (await import('./compose-offline.ts')).describeEmbedder(folder),
  lintMesh: async (...given) => (await import('./compose-mesh.ts')).lintMesh(...given),
  readPolicies: async (paths) => (await import('./compose-policies.ts')).policies.readPolicies(paths),
  openPolicies: async (bundle) => (await import('./compose-policies.ts')).policies.openPolicies(bundle),
  armPolicies: async (files) => (await import('./compose-policies.ts')).policies.armPolicies(files),
  detectKind: async (path) => (await import('./compose-offline.ts')).detectKind(path),
  restoreBackup: async (dataDir, file, keys) =>
    (await import('./compose-offline.ts')).restores.restoreBackup(dataDir, file, keys),
  restorePoint: async (dataDir, options) =>
    (await import('./compose-offline.ts')).restores.restorePoint(dataDir, options),
  restoreAsIs: async (dataDir) => (await import('./compose-offline.ts')).restores.restoreAsIs(dataDir),
  publishLog: async (source, directory, onProgress) =>
    (await import('./compose-offline.ts')).published.publishLog(source, directory, onProgress),
  openPublished: async (directory) => (await import('./compose-offline.ts')).published.openPublished(directory),
  listRestorable: async (dataDir, options) =>
    (await import('./compose-offline.ts')).restores.listRestorable(dataDir, options),
})
