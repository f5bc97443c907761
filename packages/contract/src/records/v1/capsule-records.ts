import { z } from 'zod'
import { about, all, count, hash, id, label, saltedDigest, time, trust, version, word } from './atoms.ts'
import { kind } from './record-kind.ts'

const CAPSULE = about('capsule')
const CAPSULES = all('capsule/*')

const parents = z
  .array(z.strictObject({ id, version: version.describe('The version it was taken from.') }))
  .describe('The capsules it derives from.')

const words = {
  content: saltedDigest.describe('Of what it says.'),
  title: saltedDigest.optional().describe('Of its title, where it has one.'),
}
const moved = { old: trust.describe('Its trust before.'), new: trust.describe('Its trust from here on.') }
const place = {
  segment: id.describe('The archive segment.'),
  chunks: count.describe('Chunks that went along.'),
}
const why = word.describe('`asked` or `retention`.')
const reason = { reason: saltedDigest.describe('Of the reason that was given.') }
const ended = { version: version.describe('The newest version at that moment.') }
const link = { to: id.describe('The other capsule.'), kind: word.describe('Kind of link, as the API names it.') }

/** What happens to capsules. */
export const CAPSULE_RECORDS = {
  'capsule.created': kind('A capsule came into being.', {
    subject: CAPSULE,
    payload: {
      version,
      type: word.describe('Type of capsule, as the API names it.'),
      owner: id.describe('The subject it belongs to.'),
      trust,
      parents,
      part_of: id.optional().describe('The document that it is a chunk of.'),
    },
    digests: words,
  }),
  'capsule.versioned': kind('A capsule got another version.', {
    subject: CAPSULE,
    payload: {
      version,
      version_before: version.describe('The version before.'),
      type: word.describe('Type of capsule, as the API names it.'),
      parents,
    },
    digests: words,
  }),
  'capsule.archived': kind('A capsule left search and lists.', { subject: CAPSULE, payload: ended }),
  'capsule.restored': kind('An archived capsule came back.', { subject: CAPSULE, payload: ended }),
  'capsule.linked': kind('A capsule was connected with another.', { subject: CAPSULE, payload: link }),
  'capsule.unlinked': kind('A link was removed.', { subject: CAPSULE, payload: link }),
  'capsule.similar_linked': kind('Capsules were connected with those that are near in meaning, in the background.', {
    subject: CAPSULES,
    payload: {
      links: count.describe('Links that were made.'),
      up_to: count.describe('Entry of the log that was looked at last.'),
    },
  }),
  'capsule.trust_history_imported': kind('What another instance told of the trust of a capsule came in.', {
    subject: CAPSULE,
  }),
  'capsule.quarantine_imported': kind(
    'A capsule came in that was in quarantine elsewhere, and is in quarantine here.',
    {
      subject: CAPSULE,
      payload: ended,
    },
  ),
  'capsule.erased': kind('All that a capsule said was taken away.', {
    subject: CAPSULE,
    payload: {
      legal_basis: label.describe('The ground that was given.'),
      erasure: id.describe('The erasure it was part of.'),
    },
  }),
  'capsule.offloaded': kind('A capsule moved into an archive segment, with its chunks.', {
    subject: CAPSULE,
    payload: { ...place, reason: why },
  }),
  'capsule.reloaded': kind('A capsule came back from an archive segment, with its chunks.', {
    subject: CAPSULE,
    payload: place,
  }),
  'capsule.trust_changed': kind('A capsule was given another trust.', {
    subject: CAPSULE,
    payload: { ...moved, chunks: count.optional().describe('Chunks that went along.') },
    digests: reason,
  }),
  'capsule.quarantined': kind('A capsule was put into quarantine: its effective trust is 0.', {
    subject: CAPSULE,
    payload: {
      old: trust.describe('The trust of the capsule, which it keeps.'),
      new: trust.describe('What it is worth while it is in quarantine: 0.'),
      status_before: word.describe('The status that it had.'),
    },
    digests: reason,
  }),
  'capsule.released': kind('A quarantine was lifted.', {
    subject: CAPSULE,
    payload: {
      old: trust.describe('What it was worth in quarantine: 0.'),
      new: trust.describe('The trust of the capsule, which counts again.'),
      status: word.describe('The status that it has again.'),
    },
    digests: reason,
  }),
  'capsule.trust_settled': kind('Effective trust was worked out anew after a rise, in the background.', {
    subject: CAPSULES,
    payload: { capsules: z.array(id).describe('The capsules that were looked at.') },
  }),
}

/** What people decide about keeping and erasing. */
export const KEEPING_RECORDS = {
  'share.granted': kind('A capsule, or what is in a scope, was shared with a subject.', shared()),
  'share.revoked': kind('A share was revoked.', shared()),
  'terms.accepted': kind('A subject accepted the terms of a capsule that is for sale.', {
    subject: CAPSULE,
    payload: { version: version.describe('The version whose terms they are.') },
    digests: { terms: saltedDigest.describe('Of the terms.') },
  }),
  'hold.placed': kind('A legal hold was placed.', hold()),
  'hold.lifted': kind('A legal hold was lifted.', hold()),
  'erasure.begun': kind('An erasure began: from here on it is completed, whatever interrupts it.', {
    subject: about('erasure'),
    payload: {
      legal_basis: label.describe('The ground that was given.'),
      capsules: count.describe('Capsules and chunks that go.'),
    },
  }),
  'erasure.purged': kind('Rows beside the capsules that spoke of what is erased were taken away.', {
    subject: about('erasure'),
    payload: { records: count.describe('Rows that were taken away.') },
  }),
  'erasure.completed': kind('Nothing is left of what was to be erased, in the store and in every copy within reach.', {
    subject: about('erasure'),
    payload: {
      certificate_sha256: hash.nullable().describe('SHA-256 of the certificate; null where none is written.'),
    },
  }),
  'bulk.previewed': kind('A change of many capsules was previewed, and may be carried out as it was seen.', {
    subject: about('bulk'),
    payload: { operation: word.describe('What is to be done.'), capsules: count.describe('How many it would change.') },
  }),
  'retention.held': kind('Legal holds keep capsules in the store beyond their retention.', {
    subject: all('retention/*'),
    payload: {
      capsules: count.describe('Capsules that stay.'),
      holds: z.array(id).describe('The holds, the first hundred by id.'),
    },
  }),
  'segment.begun': kind('An archive segment is being written; nothing has left the store for it.', segment()),
  'segment.stored': kind('An archive segment is whole in its place, and its capsules left the store.', {
    subject: about('segment'),
    payload: {
      capsules: count.describe('Capsules and documents in it.'),
      chunks: count.describe('Chunks of those documents.'),
      versions: count.describe('Versions of all of them.'),
      bytes: count.describe('Of the segment.'),
      sha256: hash.describe('Of the segment, hex.'),
      reason: why,
    },
  }),
  'segment.dropped': kind('An archive segment was given up, or holds nothing any more.', { subject: about('segment') }),
  'segment.rewritten': kind('What was erased was taken out of an archive segment.', segment()),
  'segment.erasure_waits': kind(
    'An archive segment holds what was erased, without a key to it, until its place answers.',
    segment(),
  ),
}

function shared() {
  return {
    subject: about('share'),
    payload: {
      capsule: id.optional().describe('The capsule, where it is one.'),
      with: id.describe('The subject that it is shared with.'),
      right: word.describe('`read`, `write` or `fork`.'),
      until: time.optional().describe('When it ends by itself, where it does.'),
    },
    digests: { scope: saltedDigest.optional().describe('Of the scope, where it is one.') },
  }
}

function hold() {
  return {
    subject: about('hold'),
    payload: {
      kind: word.describe('What it holds: `capsule`, `subject` and their like.'),
      capsule: id.optional().describe('The capsule, where it holds one.'),
    },
    digests: { target: saltedDigest.describe('Of what it holds.'), ...reason },
  }
}

function segment() {
  return {
    subject: about('segment'),
    payload: {
      capsules: count.describe('Capsules and documents in it.'),
      bytes: count.describe('Of the segment.'),
      generation: count.describe('Which writing of the segment it is.'),
    },
  }
}
