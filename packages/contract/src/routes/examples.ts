/** What the reference shows. Each is parsed with the schema of its place in the tests. */
export const EXAMPLE_ID = '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'
export const OTHER_ID = '01939b3e-9c02-7a41-b7d3-5a1e0c9d8e72'
const SUBJECT_ID = '01939b3d-0001-7000-8000-4d1f6a2b3c4d'
const AT = '2026-03-01T09:00:00.000Z'

export const CREATE_EXAMPLE = {
  content: 'We chose SQLite for the embedded store because one file is easy to back up.',
  type: 'decision',
  title: 'Embedded store',
  tags: ['storage', 'adr'],
  source: { kind: 'person', name: 'Ada' },
}

export const CAPSULE_EXAMPLE = {
  id: EXAMPLE_ID,
  version: '1.0.0',
  revision: 1,
  ...CREATE_EXAMPLE,
  parents: [],
  parent_id: null,
  owner: SUBJECT_ID,
  owner_name: 'administrator',
  author: SUBJECT_ID,
  trust: 60,
  trust_level: 'STANDARD',
  effective_trust: 60,
  effective_trust_level: 'STANDARD',
  category: null,
  licence: 'private',
  licence_terms: null,
  identity: null,
  lane: null,
  fold: null,
  metadata: {},
  part_of: null,
  embedding_model: 'builtin-1',
  status: 'ACTIVE',
  archived_in: null,
  created_at: AT,
  updated_at: AT,
  valid_from: AT,
  valid_to: null,
}

export const RECEIPT_EXAMPLE = {
  command_id: '5f2b8c1e9d3a4b6c7d8e9f0a1b2c3d4e',
  outcome: 'created',
  id: EXAMPLE_ID,
  version: '1.0.0',
  sequence: 41,
  near_duplicates: [],
}

export const CREATED_EXAMPLE = { ...CAPSULE_EXAMPLE, receipt: RECEIPT_EXAMPLE }
export const EXISTING_EXAMPLE = { ...CAPSULE_EXAMPLE, receipt: { ...RECEIPT_EXAMPLE, outcome: 'existing' } }
export const UPDATED_EXAMPLE = {
  ...CAPSULE_EXAMPLE,
  version: '1.1.0',
  revision: 2,
  content: 'We chose SQLite because one file is easy to back up and to copy.',
  receipt: { ...RECEIPT_EXAMPLE, outcome: 'updated', version: '1.1.0', sequence: 42 },
}
export const FORKED_EXAMPLE = {
  ...CREATED_EXAMPLE,
  id: OTHER_ID,
  content: 'We chose SQLite on phones too.',
  parents: [{ id: EXAMPLE_ID, version: '1.0.0', reason: 'Adapted to the mobile team', timestamp: AT }],
  parent_id: EXAMPLE_ID,
  receipt: { ...RECEIPT_EXAMPLE, id: OTHER_ID },
}
export const CAPSULE_PAGE_EXAMPLE = { items: [CAPSULE_EXAMPLE], next_cursor: null }
export const VERSION_EXAMPLE = {
  ...CAPSULE_EXAMPLE,
  passage: { before: 'We chose ', quote: 'SQLite', after: ' for the embedded store', start_line: 1, end_line: 1 },
}
export const VERSION_PAGE_EXAMPLE = {
  items: [
    {
      version: '1.0.0',
      title: 'Embedded store',
      author: SUBJECT_ID,
      author_name: 'administrator',
      by: 'Ada',
      reason: null,
      commit: null,
      where: 'Ada',
      fingerprint: 'b8c1…',
      created_at: AT,
      valid_from: AT,
      valid_to: null,
    },
  ],
  next_cursor: null,
}
export const TRUST_EXAMPLE = {
  id: EXAMPLE_ID,
  trust: 80,
  trust_level: 'TRUSTED',
  effective_trust: 80,
  effective_trust_level: 'TRUSTED',
  explanation: 'Given 80 (TRUSTED); its lineage supports that.',
  limited_by: [],
  history: [{ what: 'changed', old: 60, new: 80, reason: 'Reviewed by two people', at: AT, actor: SUBJECT_ID }],
}
export const STATS_EXAMPLE = {
  capsules: 128,
  chunks: 512,
  versions: 700,
  content_bytes: 917_504,
  by_status: { ACTIVE: 630, ARCHIVED: 10 },
  by_type: { knowledge: 600, decision: 40 },
  by_embedding_model: { 'forge-static-minilm@1': 640 },
  by_trust_level: { STANDARD: 632, SANDBOX: 8 },
  bytes: {
    by_status: { ACTIVE: 901_120, ARCHIVED: 16_384 },
    by_type: { knowledge: 851_968, decision: 65_536 },
    by_embedding_model: { 'forge-static-minilm@1': 917_504 },
    by_trust_level: { STANDARD: 909_312, SANDBOX: 8_192 },
  },
  scopes: 2,
  by_scope: [
    { identity: null, lane: null, fold: null, capsules: 600, bytes: 851_968 },
    { identity: 'mobile', lane: 'storage', fold: null, capsules: 40, bytes: 65_536 },
  ],
  lineage: { derived: 12, depth_mean: 0.14, depth_max: 4 },
  sequence: 1411,
}

const NODE = { version: '1.0.0', status: 'ACTIVE', trust: 60, created_at: AT }
const PARENT_NODE = { ...NODE, id: EXAMPLE_ID, title: 'Embedded store', depth: 1 }
const CHILD_NODE = { ...NODE, id: OTHER_ID, title: 'Embedded store on phones', depth: 0 }
const EDGE = {
  from: OTHER_ID,
  from_version: '1.0.0',
  to: EXAMPLE_ID,
  version: '1.0.0',
  kind: 'DERIVED_FROM',
  reason: 'Adapted to the mobile team',
  timestamp: AT,
  current: true,
}
export const LINEAGE_EXAMPLE = { nodes: [PARENT_NODE, CHILD_NODE], edges: [EDGE], truncated: false }
export const PATH_EXAMPLE = { found: true, nodes: [CHILD_NODE, PARENT_NODE], edges: [EDGE], truncated: false }
export const COMMON_EXAMPLE = { nearest: PARENT_NODE, common: [PARENT_NODE], truncated: false }
export const LINK_EXAMPLE = { from: EXAMPLE_ID, to: OTHER_ID, kind: 'RELATED_TO', weight: 1, created_at: AT }
export const DIFF_EXAMPLE = {
  from: '1.0.0',
  to: '1.1.0',
  hunks: [
    {
      old_start: 1,
      old_lines: 1,
      new_start: 1,
      new_lines: 1,
      lines: [
        { op: '-', text: 'One file is easy to back up.' },
        { op: '+', text: 'One file is easy to back up and to copy.' },
      ],
    },
  ],
  added: 1,
  removed: 1,
  approximate: false,
  fields: [{ path: '/tags', op: 'replace', from: ['storage'], to: ['storage', 'adr'] }],
  unified:
    '--- 1.0.0\n+++ 1.1.0\n@@ -1 +1 @@\n-One file is easy to back up.\n+One file is easy to back up and to copy.\n',
}
export const BLAME_EXAMPLE = {
  version: '1.1.0',
  lines: [
    { line: 1, text: 'One file is easy to back up.', version: '1.1.0', at: AT, author: 'Ada', commit: '8d9e50bf' },
  ],
}
