export const SUBJECT_EXAMPLE = {
  id: '01939b3e-7b20-7c01-8e44-1b5f6c7d8e9f',
  kind: 'agent' as const,
  name: 'reader',
  roles: ['member' as const],
  trust: 60,
  owner: '01939b3e-0000-7000-8000-000000000002',
  owner_name: 'ada',
  active: true,
  created_at: '2026-03-01T09:00:00.000Z',
  revision: 1,
}

export const TOKEN_EXAMPLE = {
  id: '01939b3e-7b21-7c01-8e44-1b5f6c7d8e9f',
  name: 'reader on the build machine',
  subject: SUBJECT_EXAMPLE.id,
  subject_name: 'reader',
  scopes: ['capsule.read', 'capsule.search'],
  state: 'active' as const,
  created_by: '01939b3e-0000-7000-8000-000000000001',
  created_at: '2026-03-01T09:00:00.000Z',
  expires_at: '2026-05-30T09:00:00.000Z',
  revoked_at: null,
}
