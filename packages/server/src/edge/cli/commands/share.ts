import { namespaceShareBody, SHARE_RIGHTS, shareBody } from '@forge-cascade/contract'
import { parseCapsuleId } from '../capsule-ref.ts'
import { type CommandInput, checkInput, readTime, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { shareLines } from '../render/share-lines.ts'
import { oneLine } from '../render/text.ts'
import { printAnswer } from './answer.ts'

const SCOPE = ['identity', 'lane', 'fold'] as const
/** Shares listed at once. */
const LISTED = 100

export const SHARE: CommandSpec = {
  name: 'share',
  summary: 'Share a capsule, or what is in a scope, with somebody',
  description:
    'In force at once, until it is revoked or ends by itself. A document is shared with its chunks; a scope with what comes into it later.',
  arguments: [{ flags: '[id]', description: 'Whole id of a capsule; leave it out to share a scope' }],
  options: [
    { flags: '--with <subject>', description: 'With whom: a person, an agent or a service, by name or id' },
    { flags: '--right <right>', description: 'To read, to add versions (write), or to fork', choices: SHARE_RIGHTS },
    { flags: '--until <time>', description: 'When it ends by itself: a day, or a time with its zone' },
    { flags: '--identity <identity>', description: 'What has this identity' },
    { flags: '--lane <lane>', description: 'What is in this lane' },
    { flags: '--fold <fold>', description: 'What is in this fold' },
  ],
  examples: [
    { line: 'share 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10 --with grace', does: 'lets grace read a capsule' },
    { line: 'share --lane contracts --with grace --until 2027-01-01', does: 'lets grace read a lane for a time' },
  ],
  run: async (context, input) => {
    const subject = input.text('with')
    if (subject === undefined) throw usage('Sharing needs with whom: --with and the name or id of a subject.')
    const given = { with: subject, right: input.text('right'), until: readTime(input, 'until') }
    const [id, namespace] = [input.argument(0), scopeOf(input)]
    if ((id === undefined) === (namespace === undefined))
      throw usage('A share is of one thing: the id of a capsule, or a scope (--identity, --lane, --fold).')
    const session = await context.openSession()
    const { answer, raw } =
      id === undefined
        ? await session.call('shareNamespace', { body: checkInput(namespaceShareBody, { namespace, ...given }) })
        : await session.call('shareCapsule', {
            params: { id: parseCapsuleId(id) },
            body: checkInput(shareBody, given),
          })
    await printAnswer(context, raw, () => shareLines(answer, context.screen.view))
    return 'ok'
  },
}

export const SHARES: CommandSpec = {
  name: 'shares',
  summary: 'List with whom a capsule, or a scope, is shared',
  description: 'Without an id: the scopes that you shared. What has ended is not listed.',
  arguments: [{ flags: '[id]', description: 'Whole id of a capsule' }],
  examples: [{ line: 'shares 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10', does: 'lists with whom a capsule is shared' }],
  reads: true,
  run: async (context, input) => {
    const id = input.argument(0)
    const session = await context.openSession()
    const query = { limit: LISTED }
    const { answer, raw } =
      id === undefined
        ? await session.call('listShares', { query })
        : await session.call('listCapsuleShares', { params: { id: parseCapsuleId(id) }, query })
    await printAnswer(context, raw, () =>
      answer.items.length === 0
        ? [
            id === undefined
              ? 'No scope is shared. Name a capsule to see with whom that is: shares <id>.'
              : 'It is shared with nobody.',
          ]
        : answer.items.flatMap((share) => shareLines(share, context.screen.view)),
    )
    return 'ok'
  },
}

export const UNSHARE: CommandSpec = {
  name: 'unshare',
  summary: 'Revoke a share',
  description: 'Over at once.',
  arguments: [{ flags: '<share>', description: 'Id of the share, as shares shows it' }],
  examples: [{ line: 'unshare 01939b3e-7a12-7b01-9d44-0a4f5b6c7d8e', does: 'ends a share' }],
  run: async (context, input) => {
    const id = parseCapsuleId(input.argument(0))
    const { answer, raw } = await (await context.openSession()).call('revokeShare', { params: { id } })
    await printAnswer(context, raw, () => [
      `Revoked: ${oneLine(answer.with_name ?? answer.with)} has no ${answer.right} by it any more.`,
    ])
    return 'ok'
  },
}

function scopeOf(input: CommandInput): Readonly<Record<string, string>> | undefined {
  const named = SCOPE.flatMap((name) => {
    const value = input.text(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return named.length === 0 ? undefined : Object.fromEntries(named)
}
