import { capsuleUri } from '@forge-cascade/contract/agents'
import type { Tool } from '../tool-answer.ts'

/** Archives a capsule. */
export const forget: Tool<'forget'> = async ({ id }, { perform }) => {
  await perform('archiveCapsule', { params: { id } })
  const uri = capsuleUri(id)
  return {
    structured: { id, status: 'ARCHIVED', uri },
    text: [`Archived: ${uri} is out of search and answers, and can be restored. To erase it for good is a person's.`],
  }
}
