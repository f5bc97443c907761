import { z } from 'zod'
import { timestamp, uuid } from './capsule.ts'
import { exportEnd } from './export.ts'
import { importFile, importJob } from './import.ts'
import { integrity } from './ledger.ts'
import { DELEGATION_TOPICS } from './proposal.ts'
import { systemHealth } from './system.ts'

/** What `cascade start --json` prints once it answers. */
export const startedAnswer = z
  .object({
    version: z.string(),
    ready_in_s: z.number().min(0).describe('Seconds since the process began.'),
    url: z.string().nullable().describe('Address of the HTTP interface; null where it listens on the socket alone.'),
    socket: z.string(),
    data_dir: z.string(),
    token_file: z.string().describe('Where the token lies; the token itself is not printed.'),
    boot: systemHealth.shape.boot,
  })
  .meta({ id: 'Started' })

export const importFilesAnswer = importJob
  .extend({ files: z.array(importFile).describe('All of them, by their paths.') })
  .meta({ id: 'ImportWithFiles' })

export const exportedAnswer = z
  .object({
    path: z.string(),
    files: z.int().min(0),
    bytes: z.int().min(0),
    counts: exportEnd.shape.counts,
    digest: z.string().describe('Over everything; equal for equal contents.'),
  })
  .meta({ id: 'Exported' })

export const provWrittenAnswer = z.object({ path: z.string(), statements: z.int().min(0) }).meta({ id: 'ProvWritten' })

export const pageWrittenAnswer = z.object({ path: z.string() }).meta({ id: 'PageWritten' })

export const restoredAnswer = z
  .object({
    path: z.string(),
    bytes: z.int().min(0),
    sequence: z.int().describe('Every change up to this one is there again; -1 for an empty store.'),
    kept: z.string().nullable().describe('Where what was there before now lies; null when there was nothing.'),
  })
  .meta({ id: 'Restored' })

export const restorableAnswer = z
  .object({
    points: z.array(
      z.object({
        chain: z.string(),
        from: z.int().describe('Every commit from this sequence on can be restored;'),
        to: z.int().describe('up to this one.'),
        from_at: timestamp,
        to_at: timestamp,
      }),
    ),
    backups: z.array(
      z.object({
        id: z.string(),
        path: z.string(),
        sequence: z.int(),
        made_at: timestamp,
        reachable: z.boolean().describe('False when the file is not where it was written.'),
        key_handed_out: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'Restorable' })
export type Restorable = z.infer<typeof restorableAnswer>

/** How bad a finding of `doctor` is; the worst one decides how the command ends. */
export const SEVERITIES = ['fine', 'warning', 'problem', 'damage'] as const
export type Severity = (typeof SEVERITIES)[number]

export const diagnosis = z
  .object({
    ok: z.boolean().describe('True when nothing is worse than a warning.'),
    findings: z.array(
      z.object({
        check: z.string(),
        ok: z.boolean(),
        severity: z.enum(SEVERITIES),
        detail: z.string().describe('What was found.'),
        means: z.string().optional().describe('What that leads to; for what is not fine.'),
        fix: z.string().optional().describe('What to do about it; for what is not fine.'),
      }),
    ),
  })
  .meta({ id: 'Diagnosis' })

export const configCheckAnswer = z
  .object({ ok: z.literal(true), file: z.string().nullable().describe('The file that was read; null for none.') })
  .meta({ id: 'ConfigCheck' })

export const completionAnswer = z
  .object({
    shell: z.string(),
    script: z.string(),
    install: z.string().describe('The line that installs it.'),
  })
  .meta({ id: 'Completion' })

export const completionInstalledAnswer = z
  .object({
    shell: z.string(),
    script_file: z.string(),
    startup_file: z
      .string()
      .nullable()
      .describe('The file that loads the script; null where the shell finds it itself.'),
    changed: z.boolean().describe('False when everything was in place already.'),
  })
  .meta({ id: 'CompletionInstalled' })

export const agentsChangedAnswer = z
  .object({
    name: z.string().describe('What the memory is called there.'),
    clients: z.array(
      z.object({
        client: z.string(),
        file: z.string(),
        entry: z
          .record(z.string(), z.union([z.string(), z.array(z.string())]))
          .nullable()
          .describe('What starts the memory; null where it is taken out.'),
        changed: z.boolean().describe('False when it was so already.'),
        written: z.boolean().describe('False with --dry-run too.'),
        backup: z.string().nullable().describe('Where the file lies as it was; null where nothing was there.'),
      }),
    ),
  })
  .meta({ id: 'AgentsChanged' })

const word = z.object({ flags: z.string(), description: z.string(), choices: z.array(z.string()).optional() })

export const helpAnswer = z
  .object({
    commands: z.array(
      z.object({
        name: z.string(),
        summary: z.string(),
        description: z.string(),
        usage: z.string(),
        arguments: z.array(word),
        options: z.array(word),
        examples: z.array(z.object({ line: z.string(), does: z.string() })),
      }),
    ),
    options: z.array(word).describe('What every command takes.'),
    exits: z.array(z.object({ code: z.int(), meaning: z.string() })),
  })
  .meta({ id: 'Help' })

/** What `ledger publish` prints. */
export const publishedAnswer = z
  .object({
    path: z.string(),
    origin: z.string(),
    size: z.int().min(0).describe('Entries that are published now.'),
    added: z.int().min(0).describe('Of them those that were not there before.'),
  })
  .meta({ id: 'Published' })

/** What the verification of a published log came to. */
export const publishedVerdict = z
  .object({
    valid: z.boolean(),
    origin: z.string().optional().describe('Which log; once its signature is verified.'),
    size: z.int().min(0).describe('Entries that the checkpoint covers.'),
    checked_to: z.int().min(-1).describe('Index of the last entry that is sound; -1 for none.'),
    first_bad: z.int().min(0).optional().describe('Index of the first entry that is not as it was written.'),
    file: z.string().optional().describe('The file in which the damage is.'),
    reason: z.string().optional().describe('What is wrong.'),
    own_key: z
      .string()
      .optional()
      .describe('Verifier key that its entries name, where it is whole by that and no key that was given signed it.'),
  })
  .meta({ id: 'PublishedVerdict' })
export type PublishedLogVerdict = z.infer<typeof publishedVerdict>

/** What `ledger show` prints. */
export const ledgerShownAnswer = z
  .object({
    origin: z.string(),
    size: z.int().min(0).describe('Entries that the newest checkpoint covers.'),
    root: z.string().describe('Root of their tree, SHA-256, hex; in the checkpoint it is base64.'),
    keys: z.array(z.string()).describe('Verifier keys, the active one first.'),
    key_states: z
      .array(
        z.object({
          key: z.string(),
          state: z
            .enum(['signs', 'signs_as_well', 'ended'])
            .describe('`signs_as_well`: the key before the active one, for some days.'),
          until: timestamp.optional().describe('Until when it signs as well.'),
          ended_at: z
            .int()
            .min(0)
            .optional()
            .describe(
              'Entries that there were when it ended: what it signs of more proves nothing. Absent where its file was lost.',
            ),
        }),
      )
      .optional()
      .describe('What each key does; absent where there is one, and where the log is damaged.'),
    checkpoint: z.string().describe('The signed note.'),
    integrity,
  })
  .meta({ id: 'LedgerShown' })

/** A capsule that was archived, or brought back. */
export const forgottenAnswer = z.object({ id: uuid, status: z.enum(['ARCHIVED', 'ACTIVE']) }).meta({ id: 'Forgotten' })

export const delegationRevokedAnswer = z
  .object({ topic: z.enum(DELEGATION_TOPICS), state: z.literal('revoked') })
  .meta({ id: 'DelegationRevoked' })

export const tokenRevokedAnswer = z.object({ id: uuid, state: z.literal('revoked') }).meta({ id: 'TokenRevoked' })
