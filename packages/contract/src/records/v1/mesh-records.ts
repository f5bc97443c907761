import { z } from 'zod'
import { about, all, count, hash, label, word } from './atoms.ts'
import { kind } from './record-kind.ts'

const MESH = all('system/mesh')
const route = label.describe('Name of the route.')
const sink = label.describe('Name of the sink in it.')

/** What the mesh does with events. */
export const MESH_RECORDS = {
  'mesh.applied': kind('Other routes of events are in force.', {
    subject: MESH,
    payload: {
      digest: hash.describe('SHA-256 of the file that they stand in; of no bytes where there is none.'),
      added: z.array(label).describe('Routes with their sink that begin.'),
      changed: z.array(label).describe('Those that go on otherwise.'),
      removed: z.array(label).describe('Those that ended.'),
    },
  }),
  'mesh.advanced': kind('It was written down how far a sink of a route has come.', {
    subject: MESH,
    payload: {
      route,
      sink,
      up_to: z.int().min(-1).describe('Sequence until which each event was delivered or passed over.'),
      delivered: count.describe('Events that were delivered since the last such record.'),
    },
  }),
  'mesh.dead_lettered': kind('An event was given up for a sink, and can be replayed.', {
    subject: about('event'),
    payload: {
      route,
      sink,
      type: label.describe('Type of the event.'),
      attempts: count.describe('How often it was tried.'),
      cause: word.describe('`delivery`, `schema`, `constitution` or `trust`: what stood against it.'),
    },
  }),
  'mesh.replayed': kind('Dead letters are to be delivered again.', {
    subject: MESH,
    payload: { events: count.describe('How many.') },
  }),
  'mesh.discarded': kind('Dead letters were given up.', {
    subject: MESH,
    payload: { events: count.describe('How many.') },
  }),
}
