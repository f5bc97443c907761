import { subjectNameKey } from '#identity'
import { toRecord } from '#store'
import { asking, byAdministrator } from '../../../domain/governance/testing.ts'
import { type HttpWorld, openHttpWorld } from '../testing.ts'

const AGENT = '01939b3e-0000-7000-8000-00000000a9e7'

/** Lets everybody do everything: what is left to keep capsules apart is who may read them. */
export const openForAll = () =>
  openHttpWorld({
    gate: (gate) => asking(gate, byAdministrator),
  })

/** The member, and an agent that is its own. */
export async function registerMember({ world, member }: HttpWorld): Promise<string> {
  const { store } = world.context
  const agent = { ...member, id: AGENT, name: 'agent of the member', owner: member.id }
  for (const subject of [member, agent]) {
    const { grant, command } = world.call('subject.create')
    const payload = { kind: 'agent', roles: ['member'], trust: 60 }
    const record = toRecord(grant, 'subject.registered', `subject/${subject.id}`, payload, {})
    const name = { id: subject.id }
    const changes = [
      store.records.put(grant, 'subjects', subject.id, subject),
      store.records.put(grant, 'subject_names', subjectNameKey(subject.name), name),
    ]
    const [outcome] = await store.append([{ ...command, grant, changes, records: [record], events: [] }])
    if (!outcome?.ok) throw outcome?.error
  }
  return AGENT
}
