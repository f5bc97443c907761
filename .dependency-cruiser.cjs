// Which part may import which. ARCHITECTURE.md says it in words; tools/checks/architecture.ts runs it and makes sure that
// every TypeScript file was seen.

const SERVER = '^packages/server/src/'
const LAYERS = ['base', 'kernel', 'platform', 'domain', 'pipeline', 'edge']

/** Files that may reach into any room: tests, the suites they share, benchmarks and repository scripts. */
const TESTS = ['\\.(test|contract)\\.ts$', '/(test|testing)/', '/testing\\.ts$', '^bench/', '^tools/']

/** A context is one folder with one public face, its index.ts. `$1` in a rule's target is the importing context. */
const CONTEXT = `${SERVER}(base|pipeline|(?:kernel|platform|domain|edge)/[^/]+)/`

/** What each domain context may use of the others; one that is not listed here yet may use none. */
const DOMAIN_USES = {
  identity: [],
  immune: [],
  governance: ['identity'],
  capsules: ['governance', 'identity'],
  events: ['identity', 'governance', 'capsules'],
  overlays: ['governance', 'capsules', 'immune'],
  cognition: ['identity', 'governance', 'capsules', 'overlays', 'immune'],
  federation: ['identity', 'governance', 'capsules', 'overlays', 'immune'],
  molt: ['identity', 'governance', 'capsules', 'overlays', 'immune'],
}

const MINT = `${SERVER}platform/store/mint-grant\\.ts$`

/**
 * @param {string} name
 * @param {string} comment
 * @param {object} from
 * @param {object} to
 */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

const layerRules = LAYERS.map((layer, depth) => {
  const above = [...LAYERS.slice(depth + 1), 'adapters'].join('|')
  return forbid(
    `direction-${layer}`,
    'edge → pipeline → domain → platform → kernel → base; an arrow never points upward',
    { path: `${SERVER}${layer}/`, pathNot: TESTS },
    { path: `${SERVER}(${above})/|${SERVER}(compose|main)\\.ts$` },
  )
})

const domainRules = Object.entries(DOMAIN_USES).map(([context, uses]) =>
  forbid(
    `domain-${context}`,
    `${context} may use ${uses.join(', ') || 'no other domain context'}`,
    { path: `${SERVER}domain/${context}/`, pathNot: TESTS },
    { path: `${SERVER}domain/[^/]+/`, pathNot: [context, ...uses].map((name) => `${SERVER}domain/${name}/`) },
  ),
)

module.exports = {
  forbidden: [
    forbid('no-cycle', 'modules that need each other are one module', {}, { circular: true }),
    forbid(
      'resolves',
      'an import that does not resolve is not checked by any other rule',
      {},
      { couldNotResolve: true },
    ),
    ...layerRules,
    ...domainRules,
    forbid(
      'domain-unknown',
      'a new domain context gets its row in DOMAIN_USES first',
      { path: `${SERVER}domain/[^/]+/`, pathNot: Object.keys(DOMAIN_USES).map((name) => `${SERVER}domain/${name}/`) },
      { path: '.' },
    ),
    forbid(
      'adapters-drive-nothing',
      'an adapter implements ports; it starts no use case and knows no door',
      { path: `${SERVER}adapters/`, pathNot: TESTS },
      { path: `${SERVER}(pipeline|edge)/|${SERVER}(compose|main)\\.ts$` },
    ),
    forbid(
      'adapters-chosen-once',
      'compose.ts and its parts (compose-….ts) alone choose adapters',
      {
        path: SERVER,
        pathNot: [`${SERVER}adapters/`, `${SERVER}compose\\.ts$`, `${SERVER}compose-[a-z-]+\\.ts$`, ...TESTS],
      },
      { path: `${SERVER}adapters/` },
    ),
    forbid(
      'composed-once',
      'compose.ts is called by the process alone',
      { path: SERVER, pathNot: [`${SERVER}main\\.ts$`, ...TESTS] },
      { path: `${SERVER}compose\\.ts$` },
    ),
    forbid(
      'ledger-without-mesh',
      'the ledger does not know the mesh',
      { path: `${SERVER}platform/ledger/` },
      { path: `${SERVER}platform/mesh/` },
    ),
    forbid(
      'mesh-without-ledger',
      'the mesh does not know the ledger',
      { path: `${SERVER}platform/mesh/` },
      { path: `${SERVER}platform/ledger/` },
    ),
    forbid(
      'immune-is-told',
      'immune imports base and the contract only: others tell it',
      { path: `${SERVER}domain/immune/`, pathNot: TESTS },
      { path: SERVER, pathNot: [`${SERVER}domain/immune/`, `${SERVER}base/`] },
    ),
    forbid(
      'mint-grant',
      'the gate alone makes grants',
      { pathNot: [`${SERVER}domain/governance/`, ...TESTS] },
      { path: MINT },
    ),
    forbid(
      'no-deep-import',
      'another context is reached through its index.ts',
      { path: CONTEXT, pathNot: TESTS },
      { path: CONTEXT, pathNot: [`${SERVER}$1/`, '/index\\.ts$', MINT] },
    ),
    forbid(
      'no-deep-import-from-outside',
      'a context is reached through its index.ts',
      { path: `${SERVER}(?:adapters/|[^/]+\\.ts$)`, pathNot: TESTS },
      { path: CONTEXT, pathNot: ['/index\\.ts$', MINT] },
    ),
    forbid(
      'through-the-alias',
      'another context is imported by its alias (#store), not by a path',
      { path: CONTEXT, pathNot: TESTS },
      { path: CONTEXT, pathNot: [`${SERVER}$1/`, MINT], dependencyTypesNot: ['aliased-subpath-import'] },
    ),
    forbid(
      'contract-imports-zod-only',
      'the contract runs wherever a client runs',
      { path: '^packages/contract/src/', pathNot: TESTS },
      { pathNot: ['^packages/contract/src/', '(^|/)node_modules/zod/'] },
    ),
    forbid(
      'product-without-tests',
      'what ships does not need what tests it',
      { path: '^packages/', pathNot: TESTS },
      { path: TESTS.join('|') },
    ),
    forbid(
      'product-without-dev-packages',
      'what ships does not need what builds it',
      { path: '^packages/', pathNot: TESTS },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.as\\.ts$|/assembly/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.mjs', '.js', '.cjs', '.json'],
    },
  },
}
