import { CAPSULE_EXAMPLE, EXAMPLE_ID, RECEIPT_EXAMPLE } from './examples.ts'

const AT = '2026-03-01T09:00:00.000Z'

export const SEARCH_EXAMPLE = {
  hits: [
    {
      capsule: CAPSULE_EXAMPLE,
      score: 0.9,
      signals: { lexical: 0.45, position: 0, vector: 0.4, graph: 0, confidence: 0.98, trust: 1.06, freshness: 1.02 },
    },
  ],
  mode: 'hybrid',
  sequence: 41,
  notices: [],
}

export const ASK_EXAMPLE = {
  answer: 'We chose SQLite for the embedded store because one file is easy to back up. [1]',
  mode: 'extractive',
  found: true,
  citations: [
    {
      capsule_id: EXAMPLE_ID,
      version: '1.0.0',
      title: 'Embedded store',
      quote: 'We chose SQLite for the embedded store because one file is easy to back up.',
      start: 0,
      end: 75,
      trust: 60,
      valid_from: AT,
      age_days: 12.5,
      where: 'Ada',
      url: `/v2/capsules/${EXAMPLE_ID}/versions/1.0.0?start=0&end=75`,
    },
  ],
  conflicts: [],
  threshold: 0.2,
  sequence: 41,
  notices: [],
  correlation_id: '01939b40-1a2b-7c3d-8e4f-5a6b7c8d9e0f',
}

export const IMPORT_EXAMPLE = {
  id: '01939b41-2b3c-7d4e-9f50-6b7c8d9e0f1a',
  label: null,
  kind: 'folder',
  path: '/srv/handbook',
  state: 'running',
  started_at: AT,
  updated_at: AT,
  finished_at: null,
  files_total: 240,
  files_done: 90,
  imported: 84,
  unchanged: 2,
  skipped: 3,
  failed: 1,
  capsules_created: 310,
  versions_added: 0,
  rate_per_s: 220.5,
  eta_s: 0.7,
  current: 'guides/onboarding.md',
  problem: null,
}
export const IMPORT_PAGE_EXAMPLE = { items: [IMPORT_EXAMPLE], next_cursor: null }
export const IMPORT_FILES_EXAMPLE = {
  items: [
    {
      path: 'images/logo.png',
      state: 'skipped',
      reason: 'no text: image/png',
      capsule_id: null,
      version: null,
      chunks: 0,
      at: AT,
    },
  ],
  next_cursor: null,
}

export const HEALTH_EXAMPLE = {
  status: 'ready',
  version: '0.1.0',
  uptime_s: 3600.5,
  sequence: 41,
  boot: {
    started_at: AT,
    took_ms: 412,
    chunks: [{ name: 'store', priority: 1, status: 'started', took_ms: 130, reason: null }],
  },
  store: { name: 'sqlite', ready: true },
  embedder: { model: 'builtin-1', dimensions: 384 },
  event_loop_lag_p99_ms: 3.1,
}
export const CONFIG_EXAMPLE = {
  items: [{ key: 'server.port', value: 8420, origin: 'default', description: 'TCP port of the HTTP interface.' }],
}
export const DOCTOR_EXAMPLE = { ok: true, findings: [{ check: 'ledger chain', ok: true, detail: '1412 entries' }] }
export const BACKUP_EXAMPLE = {
  path: '/var/backups/cascade-2026-11-21.backup',
  bytes: 7_340_032,
  sequence: 41,
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  id: '01936b2a-4c1e-7d3a-9f00-5a6b7c8d9e10',
  key_id: '01936b2a-4c1e-7d3b-8f00-5a6b7c8d9e11',
  keys: '/srv/cascade/.cascade/keys',
  key_path: null,
}
export const PROBE_EXAMPLE = {
  status: 'ok',
  checks: [{ name: 'phase', status: 'ok', detail: 'ready', age_ms: 0 }],
}
const deep = (name: string, status: string, detail: string) => ({ name, status, detail, age_ms: 0 })
export const DEEP_EXAMPLE = {
  status: 'ok',
  checks: ['write', 'search', 'cite', 'remove'].map((name) => deep(name, 'ok', '3 ms')),
}
export const DEEP_UNWELL_EXAMPLE = {
  status: 'failed',
  checks: [
    deep('write', 'failed', 'STORAGE_FULL'),
    deep('search', 'failed', 'not tried'),
    deep('cite', 'failed', 'not tried'),
    deep('remove', 'ok', '1 ms'),
  ],
}
export const UNWELL_EXAMPLE = {
  status: 'failed',
  checks: [{ name: 'phase', status: 'failed', detail: 'starting', age_ms: 0 }],
}
export const EXPORT_LINE_EXAMPLE = {
  kind: 'end',
  counts: { capsules: 1, chunks: 0, versions: 2, edges: 1, links: 0, trust_entries: 0 },
  digest: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
}
export const PROV_EXAMPLE = {
  prefix: { cap: 'urn:forge-cascade:capsule:' },
  entity: { 'cap:01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10-1.0.0': { 'prov:label': 'Deployment (1.0.0)' } },
}

export const EMBEDDING_EXAMPLE = {
  model: 'forge-static-minilm@1',
  dimensions: 256,
  available: true,
  configured: { model: 'nomic-embed-text', dimensions: 768 },
  versions: 12000,
  filled: 12000,
  change: {
    model: 'nomic-embed-text',
    dimensions: 768,
    state: 'running',
    done: 4096,
    total: 12000,
    started_at: AT,
    per_second: 210.5,
    eta_s: 37.5,
    refused: 0,
    problem: null,
    retry_at: null,
  },
}

export const BULK_PREVIEW_EXAMPLE = {
  token: '01939b42-3c4d-7e5f-8061-7c8d9e0f1a2b',
  operation: 'tag' as const,
  count: 310,
  sample: [{ id: EXAMPLE_ID, version: '1.0.0', title: 'Embedded store', status: 'ACTIVE' as const }],
  held: 0,
  expires_at: AT,
}

export const BULK_LINE_EXAMPLE = { line: 1, id: EXAMPLE_ID, receipt: RECEIPT_EXAMPLE }

export const REPAIR_EXAMPLE = {
  repaired: [{ check: 'words', detail: 'made anew from 1284 versions' }],
  ok: true,
  findings: [{ check: 'words', ok: true, detail: 'nothing wrong' }],
}
