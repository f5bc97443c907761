import { z } from 'zod'
import { about, all, count, hash, id, label, saltedDigest, time, trust, word } from './atoms.ts'
import { kind } from './record-kind.ts'

/** What it was, and what it is now. */
const beforeAndAfter = <S extends z.ZodType>(value: S) => z.strictObject({ before: value, after: value })

/** Who there is. */
export const IDENTITY_RECORDS = {
  'subject.registered': kind('A name became a subject.', {
    subject: about('subject'),
    payload: {
      kind: word.describe('`person`, `agent` or `service`.'),
      roles: z.array(word).describe('What it may be.'),
      trust,
    },
  }),
  'subject.changed': kind('What a subject may be, or whether it may come in, was changed; or an agent got its owner.', {
    subject: about('subject'),
    payload: {
      roles: beforeAndAfter(z.array(word)).optional().describe('What it may be.'),
      trust: beforeAndAfter(trust).optional().describe('What it may be trusted with.'),
      active: beforeAndAfter(z.boolean()).optional().describe('False ends all its tokens.'),
      owner: beforeAndAfter(id.nullable()).optional().describe('The person behind an agent.'),
    },
  }),
  'token.created': kind('A subject got a token; neither the token nor its digest is told.', {
    subject: about('token'),
    payload: {
      subject: id.describe('Who comes in with it.'),
      scopes: z.array(label).nullable().describe('What it may be used for; null for all that its subject may.'),
      expires_at: time.describe('When it ends by itself.'),
    },
  }),
  'token.revoked': kind('A token was ended before its time.', {
    subject: about('token'),
    payload: { subject: id.describe('Who came in with it.') },
  }),
}

const IMPORT = about('import')

/** Files and capsules so far, over all parts of a run. */
const numbers = {
  imported: count.describe('Files that were taken in.'),
  unchanged: count.describe('Files that were as before.'),
  skipped: count.describe('Files that were left out.'),
  failed: count.describe('Files that could not be taken in.'),
  capsules_created: count.describe('Capsules that came into being.'),
  versions_added: count.describe('Versions that were added.'),
}

/** What imports do as a whole; what they bring in has records of its own. */
export const IMPORT_RECORDS = {
  'import.started': kind('An import began, or goes on.', {
    subject: IMPORT,
    payload: { kind: word.describe('Kind of source.') },
  }),
  'import.noted': kind('What became of files that changed no capsule was written down.', {
    subject: IMPORT,
    payload: { files: count.describe('Rows that were written.') },
  }),
  'import.completed': kind('An import came to its end.', { subject: IMPORT, payload: numbers }),
  'import.interrupted': kind('An import ended with its process.', { subject: IMPORT, payload: numbers }),
  'import.cancelled': kind('An import was stopped by somebody.', { subject: IMPORT, payload: numbers }),
  'import.failed': kind('An import could not go on.', { subject: IMPORT, payload: numbers }),
  'import.removed': kind('What a source had brought in was archived.', {
    subject: IMPORT,
    payload: { archived: count.describe('Documents.') },
  }),
}

const MODEL = z
  .templateLiteral(['embedding/', z.string().regex(/^[^/]{1,2000}$/)])
  .describe('The model, percent-encoded.')
const model = { model: label.describe('Name of the model.') }
const change = { ...model, from: label.optional().describe('The model whose vectors count, where it is another.') }

/** Which model the vectors are of. */
export const EMBEDDING_RECORDS = {
  'embedding.adopted': kind('The store took its first model.', { subject: MODEL, payload: model }),
  'embedding.started': kind('A change of the model began.', { subject: MODEL, payload: change }),
  'embedding.paused': kind('A change of the model was paused.', { subject: MODEL, payload: change }),
  'embedding.resumed': kind('A change of the model went on.', { subject: MODEL, payload: change }),
  'embedding.cancelled': kind('A change of the model was given up by somebody.', { subject: MODEL, payload: change }),
  'embedding.superseded': kind('A change of the model was given up because another one was configured.', {
    subject: MODEL,
    payload: change,
  }),
  'embedding.filled': kind('Versions got their vector.', {
    subject: MODEL,
    payload: { ...model, versions: count.describe('Versions that got one.') },
  }),
  'embedding.completed': kind('The vectors of a model count from here on.', { subject: MODEL, payload: change }),
  'embedding.removed': kind('Vectors of a model that count no more were removed, a part of them or all.', {
    subject: MODEL,
    payload: model,
  }),
}

const LOG = all('system/ledger')
const STORE = all('system/store')

const origin = label.describe('Name of the log, as its checkpoints bear it.')
const verifierKey = z.string().min(1).max(4000)
const signed = { origin, key: label.describe('The verifier key from here on (C2SP signed-note).') }

const place = z.strictObject({
  sequence: z.int().min(-1).describe('Index of the newest entry; -1 for none.'),
  hash: z
    .string()
    .regex(/^([0-9a-f]{64})?$/)
    .describe('Its leaf hash; empty for none.'),
})

/** What happens to the store as a whole, and to the log itself. */
export const SYSTEM_RECORDS = {
  'ledger.begun': kind('The log is signed from here on.', { subject: LOG, payload: signed }),
  'ledger.key_changed': kind('The log is signed by another key from here on.', { subject: LOG, payload: signed }),
  'ledger.verified': kind('All of the log was verified in the background.', {
    subject: LOG,
    payload: {
      valid: z.boolean().describe('Whether all of it is as it was written.'),
      size: count.describe('Entries of the log.'),
      checked_to: z.int().min(-1).describe('Index of the last entry that is sound; -1 for none.'),
      first_bad: count.nullable().describe('Index of the first entry that is not as it was written.'),
    },
  }),
  'ledger.tree_regrown': kind('The tree over the log was damaged, and was made anew of the entries.', {
    subject: LOG,
    payload: {
      valid: z.boolean().describe('Whether all of the log is sound since.'),
      size: count.describe('Entries of the log.'),
    },
  }),
  'ledger.key_rotated': kind('The log got another key, which the one before signed for.', {
    subject: LOG,
    payload: {
      ...signed,
      previous: verifierKey.describe('The verifier key before.'),
      previous_until: time.nullable().describe('Until when the key before signs as well; null where it signs no more.'),
      statement: z
        .string()
        .min(1)
        .max(10_000)
        .describe('What both keys signed of the change, as a note (C2SP signed-note).'),
    },
  }),
  'ledger.key_retired': kind('The key before signs no more, and was deleted.', {
    subject: LOG,
    payload: { origin, key: verifierKey.nullable().describe('Its verifier key.') },
  }),
  'ledger.cosigner_changed': kind('The log cosigns its checkpoints with another key of its own from here on.', {
    subject: LOG,
    payload: { origin, key: verifierKey.describe('Its verifier key (C2SP tlog-cosignature).') },
  }),
  'evidence.exported': kind('Entries of the log were taken out, with what proves them.', {
    subject: LOG,
    payload: {
      manifest: hash.describe('SHA-256 of the manifest, which names every file of the bundle.'),
      entries: count.describe('Entries in the bundle.'),
      size: count.describe('Entries of the log, as the checkpoint in the bundle speaks of it.'),
    },
  }),
  'system.backed_up': kind('A backup was written.', {
    subject: STORE,
    payload: { sequence: z.int().min(-1).describe('Index of the newest entry in it.') },
  }),
  'system.repaired': kind('What is derived and was damaged was made anew.', {
    subject: STORE,
    payload: { checks: z.array(label).describe('Names of what was made anew.') },
  }),
  'system.restored': kind('The store goes on from an earlier state, with a log of its own.', {
    subject: STORE,
    payload: {
      origin: id.describe('Id of the log that begins.'),
      from: place.describe('Where the old log was left.'),
      replaced: place.nullable().describe('How far the store had come that was replaced, where that is known.'),
      restored_at: time.describe('When the restore was done.'),
      last_checkpoint: z.string().nullable().describe('What was signed last of the old log, where that is known.'),
    },
  }),
}

const WITNESS = all('system/witness')
const cosigner = {
  name: label.describe('Name of the keys that cosign.'),
  keys: z.array(verifierKey).describe('Their verifier keys (C2SP tlog-cosignature).'),
}
const WITNESSED = z
  .templateLiteral(['log/', z.string().regex(/^[0-9a-f]{64}$/)])
  .describe('The log, by the SHA-256 of its origin.')
const head = {
  origin: label.describe('Name of the log that is witnessed.'),
  size: count.describe('Entries of the tree that was signed.'),
  root: hash.describe('Its root.'),
}

/** What this instance vouches for in the logs of others. */
export const WITNESS_RECORDS = {
  'witness.begun': kind('This instance cosigns for other logs from here on.', { subject: WITNESS, payload: cosigner }),
  'witness.keys_changed': kind('It cosigns with other keys from here on.', { subject: WITNESS, payload: cosigner }),
  'witness.cosigned': kind('A log was cosigned: for the first time, and then once a day.', {
    subject: WITNESSED,
    payload: head,
  }),
  'witness.fork_seen': kind('A log has signed two histories.', {
    subject: WITNESSED,
    payload: {
      ...head,
      other_root: hash.describe('The root of the other tree.'),
      notes: z
        .array(z.string().nullable())
        .describe('Both checkpoints as the log signed them, which prove it to everybody; null for a long one.'),
    },
  }),
}

/** What comes from elsewhere, and what was found of it. */
export const VERIFICATION_RECORDS = {
  'artifact.verified': kind('A file or folder from elsewhere was verified.', {
    subject: z.templateLiteral(['artifact/', z.string().regex(/^[0-9a-f]{64}$/)]).describe('It, by its digest.'),
    payload: {
      digest: hash.describe('Digest of its files.'),
      passed: z.boolean().describe('Whether no check failed.'),
      score: z.number().min(0).max(1).describe('Weight of the checks that passed, by that of all.'),
      report_sha256: hash.describe('SHA-256 of the report as canonical JSON.'),
      checks: z.record(word, word).describe('Name of each check → what it came to: `passed`, `failed` or `skipped`.'),
    },
  }),
}

/** What others told through this instance. */
export const EVENT_RECORDS = {
  'event.published': kind('Somebody published an event of their own.', {
    subject: about('event'),
    payload: {
      type: z.string().min(3).max(128).describe('Its type, outside of `cascade.`.'),
      capsule: id.nullable().describe('The capsule that it is about; null for none.'),
    },
    digests: {
      payload: saltedDigest.describe('Of what it says, which stands beside the log until it expires or is erased.'),
    },
  }),
}
