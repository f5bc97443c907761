import { z } from 'zod'
import { scopeName, tags, timestamp, trustScore, uuid } from './capsule.ts'

export const IMPORT_LIMITS = {
  pathLengthMax: 4096,
  filesPageMax: 500,
  patternMax: 50,
  patternLengthMax: 500,
  labelLengthMax: 200,
} as const
export const IMPORT_KINDS = [
  'auto',
  'folder',
  'git',
  'obsidian',
  'ndjson',
  'json',
  'chatgpt',
  'claude',
  'transcript',
  'cascade',
] as const
export const IMPORT_STATES = ['running', 'completed', 'failed', 'cancelled', 'interrupted', 'removed'] as const
export const IMPORT_FILE_STATES = ['imported', 'unchanged', 'skipped', 'failed'] as const

export const importBody = z
  .strictObject({
    path: z.string().min(1).max(IMPORT_LIMITS.pathLengthMax).describe('Absolute path on the machine of the instance.'),
    kind: z
      .enum(IMPORT_KINDS)
      .default('auto')
      .describe(
        '`auto`: a folder is what its content says (an export of Cascade, of ChatGPT or Claude, an Obsidian vault, a repository), else a folder of files; a file is NDJSON or JSON by its ending, an export or a transcript by what it holds.',
      ),
    history: z
      .boolean()
      .default(true)
      .describe('git: each commit that changed a file becomes a version. False: the newest state alone.'),
    include: z
      .array(z.string().min(1).max(IMPORT_LIMITS.patternLengthMax))
      .max(IMPORT_LIMITS.patternMax)
      .optional()
      .describe('Patterns as in .gitignore; all known text kinds when left out.'),
    exclude: z.array(z.string().min(1).max(IMPORT_LIMITS.patternLengthMax)).max(IMPORT_LIMITS.patternMax).optional(),
    owner: z.string().min(1).max(200).optional(),
    identity: scopeName.optional(),
    lane: scopeName.optional(),
    fold: scopeName.optional(),
    tags: tags.optional(),
    trust: trustScore.optional(),
    accept_changes: z
      .boolean()
      .optional()
      .describe('cascade: files that were changed by hand after the export become the next versions.'),
    label: z
      .string()
      .min(1)
      .max(IMPORT_LIMITS.labelLengthMax)
      .optional()
      .describe('A name for this import, to find and remove it by.'),
  })
  .meta({ id: 'ImportRequest' })
export type ImportRequest = z.infer<typeof importBody>

export const importJob = z
  .object({
    id: uuid,
    label: z.string().nullable(),
    kind: z.enum(IMPORT_KINDS).exclude(['auto']),
    path: z.string(),
    state: z.enum(IMPORT_STATES),
    started_at: timestamp,
    updated_at: timestamp,
    finished_at: timestamp.nullable(),
    files_total: z.int().nullable().describe('Null while the source is still being counted.'),
    files_done: z.int(),
    imported: z.int(),
    unchanged: z.int(),
    skipped: z.int(),
    failed: z.int(),
    capsules_created: z.int(),
    versions_added: z.int(),
    links: z
      .object({ made: z.int(), removed: z.int(), ambiguous: z.int(), unresolved: z.int() })
      .optional()
      .describe('obsidian: links between notes that this run made and removed, and those that lead to no one note.'),
    rate_per_s: z.number().nullable(),
    eta_s: z.number().nullable(),
    current: z.string().nullable().describe('What is being read now.'),
    problem: z.string().nullable().describe('Why it failed.'),
  })
  .meta({ id: 'Import' })
export type ImportJob = z.infer<typeof importJob>

export const importFile = z
  .object({
    path: z.string(),
    state: z.enum(IMPORT_FILE_STATES),
    reason: z.string().nullable(),
    capsule_id: uuid.nullable(),
    version: z.string().nullable(),
    chunks: z.int(),
    at: timestamp,
  })
  .meta({ id: 'ImportFile' })
export type ImportFile = z.infer<typeof importFile>
