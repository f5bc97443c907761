import { bulkLine } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import type { CommandContext } from './command-context.ts'
import type { ExitName } from './exit-code.ts'
import { isErrorCode } from './http-client.ts'
import { type BulkSummary, bulkEndLines } from './render/bulk-lines.ts'
import { number } from './render/words.ts'
import { parseSentLine } from './sent-line.ts'

/** Lines between two words about progress. */
const LINES_PER_REPORT = 200
/** Capsules that were left as they are and are named one by one. */
const NAMED_MAX = 20

/**
 * Carries out what was previewed, and tells of it: each line as it comes with `--json`, else the numbers and what was left
 * as it is.
 *
 * @throws CascadeError with the code of what broke it off; the same token goes on.
 */
export async function carryOutBulk(context: CommandContext, token: string): Promise<ExitName> {
  const { screen, settings } = context
  const again = screen.view.command(`bulk run ${token}`)
  const lines = (await context.openSession()).lines('runBulk', { params: { token } })
  const named: BulkSummary['named'][number][] = []
  let end: Omit<BulkSummary, 'named'> | undefined
  let read = 0
  for await (const text of lines) {
    const line = parseSentLine('The bulk change', bulkLine, text)
    if (settings.json) await screen.print([text])
    if ('end' in line) end = line.end
    else if (!('line' in line)) throw brokenOff(line.problem, again)
    else if ('problem' in line && named.length < NAMED_MAX) named.push({ id: line.id, ...line.problem })
    if (++read % LINES_PER_REPORT === 0) screen.progress(`Done: ${number(read)}`)
  }
  if (end === undefined) throw brokenOff({ code: 'NO_SERVER', detail: 'The answer was cut off.' }, again)
  if (!settings.json) await screen.print(bulkEndLines({ ...end, named }, screen.view))
  return end.failed > 0 ? 'conflict' : 'ok'
}

const brokenOff = ({ code, detail }: { readonly code: string; readonly detail: string }, again: string) =>
  new CascadeError(isErrorCode(code) ? code : 'NO_SERVER', `${detail} What was not done yet goes on with: ${again}`)
