import { appendFileSync } from 'node:fs'

/** What one part of a campaign did. */
export interface CampaignNote {
  /** Repetitions of the hard thing. */
  readonly runs: number
  /** Facts that were compared with what they must be. */
  readonly checks: number
  readonly ms: number
}

/** Tells `npm run campaign`, when it is what runs the tests, what was done: a line of JSON in the file it names. */
export function noteCampaign(name: string, note: CampaignNote): void {
  const file = process.env.CAMPAIGN_NOTES
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ name, ...note })}\n`)
}
