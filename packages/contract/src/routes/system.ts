import { z } from 'zod'
import { backupAnswer, backupBody, configRow, finding, probeAnswer, repairAnswer, systemHealth } from '../system.ts'
import {
  BACKUP_EXAMPLE,
  CONFIG_EXAMPLE,
  DEEP_EXAMPLE,
  DEEP_UNWELL_EXAMPLE,
  DOCTOR_EXAMPLE,
  HEALTH_EXAMPLE,
  REPAIR_EXAMPLE,
} from './examples-answers.ts'
import { json, type RouteDefinition } from './route.ts'

/** The instance itself. */
export const SYSTEM = [
  {
    id: 'getSystemHealth',
    method: 'GET',
    path: '/v2/system/health',
    tag: 'System',
    summary: 'The boot report and how things are',
    access: { action: 'system.read' },
    responses: { 200: json('Health.', systemHealth, HEALTH_EXAMPLE) },
  },
  {
    id: 'healthDeep',
    method: 'GET',
    path: '/health/deep',
    tag: 'System',
    summary: 'Write, find, quote and take away',
    description:
      'Tries what the instance is for with one capsule of its own, which is archived again. What was found is kept for ten seconds, so asking more often does not write more often.',
    access: { action: 'system.probe' },
    responses: {
      200: json('All of it works.', probeAnswer, DEEP_EXAMPLE),
      503: json('Some of it does not.', probeAnswer, DEEP_UNWELL_EXAMPLE),
    },
  },
  {
    id: 'getConfig',
    method: 'GET',
    path: '/v2/system/config',
    tag: 'System',
    summary: 'Configuration with the origin of each value; secrets hidden',
    access: { action: 'system.read' },
    responses: { 200: json('Rows.', z.object({ items: z.array(configRow) }).meta({ id: 'Config' }), CONFIG_EXAMPLE) },
  },
  {
    id: 'runDoctor',
    method: 'POST',
    path: '/v2/system/doctor',
    tag: 'System',
    summary: 'Look for damage in the store',
    access: { action: 'system.read' },
    body: {
      schema: z.strictObject({ depth: z.enum(['quick', 'full']).default('quick') }),
      example: { depth: 'quick' },
    },
    responses: {
      200: json(
        'Findings.',
        z.object({ ok: z.boolean(), findings: z.array(finding) }).meta({ id: 'DoctorReport' }),
        DOCTOR_EXAMPLE,
      ),
    },
    unhurried: true,
  },
  {
    id: 'repairStore',
    method: 'POST',
    path: '/v2/system/repair',
    tag: 'System',
    summary: 'Make anew what is derived from the rows, where it is damaged',
    description:
      'That is the index of words, and the tree over the log. It looks through the whole store first; what would be made of damaged rows is left as it is, and a backup is to be restored. The tree is made anew only where the entries are those that were signed. Searches go on while the index is made, and writes wait; proofs may not be found while the tree is.',
    access: { action: 'system.repair' },
    responses: { 200: json('What was made anew, and how things are now.', repairAnswer, REPAIR_EXAMPLE) },
    errors: ['DATA_CORRUPT', 'STORAGE_FULL'],
    unhurried: true,
  },
  {
    id: 'createBackup',
    method: 'POST',
    path: '/v2/system/backup',
    tag: 'System',
    summary: 'Write a backup while the instance goes on',
    description:
      'The file is sealed with a key of its own, which is put into the folder of keys. Without it nobody can restore the backup.',
    access: { action: 'system.backup' },
    body: { schema: backupBody, example: { path: '/var/backups/cascade-2026-11-21.backup' } },
    responses: { 201: json('Written and checked.', backupAnswer, BACKUP_EXAMPLE) },
    errors: ['UNPROCESSABLE', 'STORAGE_FULL'],
    unhurried: true,
  },
  {
    id: 'handOver',
    method: 'POST',
    path: '/v2/system/handover',
    tag: 'System',
    summary: 'Ask for the data folder',
    description:
      'An instance that an agent holds open for itself finishes what is under way and gives the folder back, so that a server can open it; the agent becomes that server’s client. Any other refuses.',
    access: { action: 'system.handover' },
    responses: { 202: { description: 'It closes; the folder is free soon.' } },
    errors: ['CONFLICT'],
  },
] as const satisfies readonly RouteDefinition[]
