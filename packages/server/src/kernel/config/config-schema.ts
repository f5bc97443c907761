import { CAPSULE_LIMITS } from '@forge-cascade/contract/vocabulary'
import { z } from 'zod'
import { archive } from './archive-schema.ts'
import { configFacts } from './config-facts.ts'
import { gate } from './gate-schema.ts'
import { governance } from './governance-schema.ts'
import { guardian } from './guardian-schema.ts'
import { ledger } from './ledger-schema.ts'
import { mesh } from './mesh-schema.ts'
import { isHostName, isLoopback, isTarget, listOf, parseSubnet } from './network.ts'
import { parseRetentionRule, RETENTION_DAYS_MAX } from './retention-rule.ts'
import { parseWitness, parseWitnessed } from './witness-text.ts'

const seconds = (min: number, max: number) => z.int().min(min).max(max)
const bytes = (min: number, max: number) => z.int().min(min).max(max)
const share = () => z.number().min(0).max(1)
/** A factor on something that was tuned: 1 leaves it as it is. */
const factor = () => z.number().min(0).max(10).default(1)
const text = (lengthMax: number) => z.string().min(1).max(lengthMax)
const MIB = 1024 * 1024
const PRINTABLE = /^[ -~]*$/
/** An address is shown and logged as it is, so that a password must not stand in it. */
const hasUserinfo = (url: string): boolean => {
  const { username, password } = new URL(url)
  return `${username}${password}` !== ''
}

const server = z.strictObject({
  host: text(253).default('127.0.0.1').register(configFacts, {
    env: 'CASCADE_HOST',
    flag: 'host',
    description:
      'Address to listen on. Anything but loopback is reachable by others: it needs `server.tls`, or `server.behind_proxy`.',
  }),
  port: z.int().min(0).max(65_535).default(8420).register(configFacts, {
    env: 'CASCADE_PORT',
    flag: 'port',
    description: 'TCP port of the HTTP interface; 0 takes any free one.',
  }),
  request_timeout_s: seconds(1, 3600).default(60).register(configFacts, {
    description: 'Seconds a client may take to send a whole request before the connection is closed.',
  }),
  body_bytes_max: bytes(64 * 1024, 256 * MIB)
    .default(8 * MIB)
    .register(configFacts, {
      description: 'Largest JSON body in bytes. A capsule holds 1 MiB of text, which JSON escapes may multiply by six.',
    }),
  keep_alive_s: seconds(1, 600).default(72).register(configFacts, {
    description: 'Seconds an idle connection stays open; longer than the idle limit of a proxy in front.',
  }),
  allowed_hosts: text(4096).optional().register(configFacts, {
    list: true,
    description:
      'Host names that are answered to, beside those of loopback: the public names of this instance. Others get MISDIRECTED, so that no foreign page can reach it by a name of its own (DNS rebinding).',
  }),
  behind_proxy: z.boolean().default(false).register(configFacts, {
    description:
      'True says that a proxy stands in front and speaks TLS with clients. Without it, or `server.tls`, no address but loopback is listened on.',
  }),
  trusted_proxies: text(4096).optional().register(configFacts, {
    list: true,
    description:
      'Addresses and networks (`10.0.0.0/8`) of proxies whose word about the client counts, for rate limits and logs. Nobody when absent.',
  }),
  forwarded_header: z.enum(['x-forwarded-for', 'forwarded']).default('x-forwarded-for').register(configFacts, {
    description: 'The header in which trusted proxies name the client; the other one is ignored.',
  }),
  tls: z.strictObject({
    cert: text(4096).optional().register(configFacts, {
      path: true,
      description: 'Certificate chain, PEM. With it HTTPS alone is spoken, TLS 1.2 or newer. Read again at SIGHUP.',
    }),
    key: text(4096).optional().register(configFacts, {
      path: true,
      description: 'Private key of the certificate, PEM, without a passphrase. Read again at SIGHUP.',
    }),
  }),
})

const data = z.strictObject({
  dir: text(4096).default('.cascade').register(configFacts, {
    env: 'CASCADE_DATA',
    flag: 'data',
    path: true,
    description: 'The data folder: store, token and lock. One process owns it at a time.',
  }),
})

const log = z.strictObject({
  level: z.enum(['debug', 'info', 'warn', 'error']).default('info').register(configFacts, {
    flag: 'log-level',
    reload: true,
    description: 'The least severe line that is written.',
  }),
  format: z.enum(['auto', 'json', 'pretty']).default('auto').register(configFacts, {
    flag: 'log-format',
    description: 'JSON lines, or lines for people; `auto` is pretty on a terminal and JSON elsewhere.',
  }),
  output: z.enum(['auto', 'stdout', 'stderr']).default('auto').register(configFacts, {
    description:
      'Where lines go. `auto`: to standard output while serving, and to standard error where standard output is an answer for a program to read (`--json`, and every other command).',
  }),
})

const metrics = z.strictObject({
  scrape_token: z
    .string()
    .min(16)
    .max(4096)
    .regex(/^[\w\-.~+/]+=*$/)
    .optional()
    .register(configFacts, {
      secret: true,
      description:
        'Bearer token that opens /metrics and nothing else. Beyond loopback the page needs it, or the token of a subject.',
    }),
})

const memory = z.strictObject({
  compressionLevel: z.int().min(0).max(22).default(6).register(configFacts, {
    description: 'zstd level for stored content above a small size; 0 stores it as it is.',
  }),
  min_trust: z.int().min(0).max(100).default(40).register(configFacts, {
    reload: true,
    description: 'Search and ask leave out capsules of lower effective trust unless the caller names another floor.',
  }),
  retentionDays: z.int().min(1).max(RETENTION_DAYS_MAX).optional().register(configFacts, {
    reload: true,
    description:
      'Days after which a capsule moves into the archive, counted from the recording of its newest version; for ever in the store when absent. What was changed or came back within 7 days stays. `memory.retention` says otherwise for a scope.',
  }),
  retention: text(16_384).optional().register(configFacts, {
    list: true,
    reload: true,
    description:
      'Retention of scopes, the first that matches counts: `lane=chat:30`, `lane=contracts&tag=acme:never`. A scope is made of identity, lane, fold, type and tag, spelled as in the query of an address.',
  }),
})

const search = z.strictObject({
  deadline_ms: z.int().min(50).max(60_000).default(5000).register(configFacts, {
    reload: true,
    description: 'Milliseconds after which a search gives up with DEADLINE_EXCEEDED.',
  }),
  weights: z.strictObject({
    lexical: factor().register(configFacts, {
      reload: true,
      description: 'Factor on the signals that go by words; 1 is as measured, 0 turns them off.',
    }),
    position: factor().register(configFacts, {
      reload: true,
      description: 'Factor on who said it, in reply to what, and when; 1 is as measured, 0 turns them off.',
    }),
    vector: factor().register(configFacts, {
      reload: true,
      description: 'Factor on the signals that go by meaning; 1 is as measured, 0 turns them off.',
    }),
    graph: factor().register(configFacts, {
      reload: true,
      description: 'Factor on closeness by links and lineage; 1 is as measured, 0 turns it off.',
    }),
  }),
  trust_boost: z.number().min(0).max(0.5).default(0.1).register(configFacts, {
    reload: true,
    description: 'The most that full trust adds to a score; bounded, so that relevance leads.',
  }),
  freshness_boost: z.number().min(0).max(0.5).default(0.05).register(configFacts, {
    reload: true,
    description: 'The most that being recent adds to a score.',
  }),
})

const ask = z.strictObject({
  threshold: share().default(0.25).register(configFacts, {
    reload: true,
    description: 'Below this score a passage is no evidence; nothing above it means the answer says so.',
  }),
  quotes_max: z.int().min(1).max(20).default(5).register(configFacts, {
    reload: true,
    description: 'The most sentences quoted in an extractive answer.',
  }),
})

const embedding = z.strictObject({
  provider: z.enum(['builtin', 'onnx', 'openai']).default('builtin').register(configFacts, {
    description:
      '`builtin` needs no download and no account; `onnx` runs a sentence model from a folder on this machine; `openai` speaks to any OpenAI-compatible address.',
  }),
  model: text(200).optional().register(configFacts, {
    description: 'Model name sent to the provider `openai`; the other two name their own.',
  }),
  folder: text(4096).optional().register(configFacts, {
    path: true,
    description:
      'Folder of the model for `onnx`: config.json, vocab.txt or tokenizer.json, and onnx/model_quantized.onnx or onnx/model.onnx.',
  }),
  url: z
    .url({ protocol: /^https?$/ })
    .default('https://api.openai.com/v1')
    .register(configFacts, {
      description:
        'Base address of the OpenAI-compatible interface, without a name or a password; unused by the built-in embedder.',
    }),
  api_key: text(4096).optional().register(configFacts, {
    secret: true,
    description: 'Key for the provider; local servers often need none.',
  }),
  dimensions: z.int().min(8).max(CAPSULE_LIMITS.embeddingDimensionsMax).optional().register(configFacts, {
    description: 'Dimensions to ask the provider for, where the model can shorten its vectors.',
  }),
  batch_max: z.int().min(1).max(2048).default(64).register(configFacts, {
    description: 'The most texts in one call to the provider.',
  }),
  timeout_ms: z.int().min(100).max(600_000).default(30_000).register(configFacts, {
    description: 'Milliseconds one call to the provider may take.',
  }),
})

const routing = z.strictObject({
  file: text(4096).default('config/routing.yml').register(configFacts, {
    path: true,
    description:
      'File of the rules by which one of several providers of the model makes a vector; followed as it changes. Without it the provider of `embedding` makes all.',
  }),
})

const limits = z.strictObject({
  rate: z.strictObject({
    requests_per_minute: z.int().min(0).max(100_000_000).default(600_000).register(configFacts, {
      reload: true,
      description: 'Requests a subject may send a minute, averaged; 0 turns the limit off. Lower it when others share.',
    }),
    burst: z.int().min(1).max(1_000_000).default(10_000).register(configFacts, {
      reload: true,
      description: 'Requests a subject may send at once before the average counts.',
    }),
  }),
})

const store = z.strictObject({
  readers: z.int().min(1).max(16).default(2).register(configFacts, {
    description: 'Worker threads that read beside the one that writes.',
  }),
  group_commit_max: z.int().min(1).max(4096).default(256).register(configFacts, {
    description: 'The most commands that share one transaction and its fsync.',
  }),
  group_commit_ms: z.number().min(0).max(100).default(0).register(configFacts, {
    description: 'Milliseconds a command may wait for others to share its fsync.',
  }),
  backup_dir: text(4096).optional().register(configFacts, {
    path: true,
    description: 'Folder for backups; `backups` in the data folder when absent.',
  }),
})

const backup = z.strictObject({
  keys: text(4096).optional().register(configFacts, {
    path: true,
    description:
      'Folder for the keys of backups, one for each; `keys` in the data folder when absent. Without its key nobody can restore a backup: best on another disk than both.',
  }),
  ship: z.strictObject({
    directory: text(4096).optional().register(configFacts, {
      path: true,
      description:
        'Folder that the log is shipped to all the time, so that any earlier commit can be restored; nothing is shipped when absent. It must exist: best on another disk.',
    }),
    every_seconds: seconds(1, 3600).default(10).register(configFacts, {
      description: 'Seconds between two rounds of shipping: how much a lost disk may take with it.',
    }),
    segment_bytes: bytes(64 * 1024, 256 * MIB)
      .default(16 * MIB)
      .register(configFacts, {
        description: 'Bytes of the log from which on it is cut into a segment before the next round is due.',
      }),
    waiting_bytes_max: bytes(MIB, 1024 * 1024 * MIB)
      .default(1024 * MIB)
      .register(configFacts, {
        description:
          'Bytes that may wait in the data folder while the folder is away. Beyond it the chain ends, and a new one begins with a base.',
      }),
    keep_days: z.int().min(1).max(3650).default(7).register(configFacts, {
      description: 'Days that can be gone back to; what no such point needs is dropped, and its keys destroyed.',
    }),
  }),
})

const importing = z.strictObject({
  file_bytes_max: bytes(1024, MIB).default(MIB).register(configFacts, {
    description:
      'Larger text files are skipped, with the reason in the import report. A capsule holds 1 MiB at most; PDF and other documents that are converted have a limit of their own.',
  }),
})

const samples = z.strictObject({
  import: z.boolean().default(true).register(configFacts, {
    description: "Import the project's own documentation as sample knowledge when the store is empty.",
  }),
})

/**
 * Everything that can be configured, once: types, limits and defaults here, the rest in {@link configFacts}. The key of
 * a leaf is its path, and its environment name follows from it (`server.port` ↔ `CASCADE_SERVER_PORT`).
 */
export const configSchema = z
  .strictObject({
    server,
    data,
    log,
    metrics,
    memory,
    search,
    ask,
    embedding,
    routing,
    limits,
    store,
    backup,
    ledger,
    gate,
    governance,
    guardian,
    archive,
    mesh,
    import: importing,
    samples,
  })
  .superRefine((config, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
    if (config.embedding.provider === 'openai' && config.embedding.model === undefined)
      refuse(['embedding', 'model'], 'the name of a model, because embedding.provider is "openai"')
    if (config.embedding.provider === 'onnx' && config.embedding.folder === undefined)
      refuse(['embedding', 'folder'], 'the folder of a model, because embedding.provider is "onnx"')
    const { url, api_key = '' } = config.embedding
    if (!PRINTABLE.test(api_key))
      refuse(['embedding', 'api_key'], 'one line of printable ASCII, as a header carries it')
    if (hasUserinfo(url))
      refuse(['embedding', 'url'], 'an address without a name and a password; a key belongs in embedding.api_key')
    const { host, tls, behind_proxy, allowed_hosts, trusted_proxies } = config.server
    if ((tls.cert === undefined) !== (tls.key === undefined))
      refuse(['server', 'tls', tls.cert === undefined ? 'cert' : 'key'], 'a file, because the other of the two is set')
    if (!isLoopback(host) && tls.cert === undefined && !behind_proxy)
      refuse(
        ['server', 'host'],
        'an address of loopback: tokens would cross the network in the clear. Set server.tls.cert and server.tls.key, or server.behind_proxy: true when a proxy with TLS stands in front',
      )
    const name = listOf(allowed_hosts).find((each) => !isHostName(each))
    if (name !== undefined) refuse(['server', 'allowed_hosts'], `host names without a port; "${name}" is none`)
    const network = listOf(trusted_proxies).find((each) => parseSubnet(each) === undefined)
    if (network !== undefined)
      refuse(['server', 'trusted_proxies'], `addresses and networks such as 10.0.0.0/8; "${network}" is neither`)
    const target = listOf(config.mesh.private_targets).find((each) => !isTarget(each))
    if (target !== undefined)
      refuse(['mesh', 'private_targets'], `hosts and networks (10.0.0.0/8); "${target}" is none`)
    const { endpoint, bucket, access_key, secret_key } = config.archive.s3
    if (endpoint !== undefined && hasUserinfo(endpoint))
      refuse(
        ['archive', 's3', 'endpoint'],
        'an address without a name and a password; keys belong in archive.s3.access_key and secret_key',
      )
    const missing = Object.entries({ endpoint, bucket, access_key, secret_key }).filter(
      ([, value]) => value === undefined,
    )
    if (missing.length > 0 && missing.length < 4)
      refuse(
        ['archive', 's3', missing[0]?.[0] ?? ''],
        'a value, because others of archive.s3 are set: endpoint, bucket, access_key and secret_key go together',
      )
    if (endpoint !== undefined && config.archive.directory !== undefined)
      refuse(['archive', 'directory'], 'nothing, because archive.s3.endpoint is set: segments lie in one place')
    const rule = listOf(config.memory.retention).find((each) => parseRetentionRule(each) === undefined)
    if (rule !== undefined)
      refuse(
        ['memory', 'retention'],
        `rules such as lane=chat:30 (days, from 1) or lane=contracts:never; "${rule}" is none`,
      )
    const witness = listOf(config.ledger.witnesses).find((each) => parseWitness(each) === undefined)
    if (witness !== undefined)
      refuse(
        ['ledger', 'witnesses'],
        `a verifier key and an http(s) address behind it, without a password or a query; "${witness}" is something else`,
      )
    const log = listOf(config.ledger.witness.logs).find((each) => parseWitnessed(each) === undefined)
    if (log !== undefined)
      refuse(
        ['ledger', 'witness', 'logs'],
        `verifier keys such as name+1a2b3c4d+AbCd…, of origins of at most 255 bytes; "${log}" is something else`,
      )
    const { lexical, vector, graph } = config.search.weights
    if (lexical + vector + graph === 0)
      refuse(['search', 'weights', 'lexical'], 'at least one of the three search.weights above 0')
  })

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T

/** The settled configuration: complete, valid, frozen; paths are absolute. */
export type Config = DeepReadonly<z.infer<typeof configSchema>>
