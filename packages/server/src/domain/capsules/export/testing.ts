import type { ExportManifest } from '@forge-cascade/contract'
import type { Command } from '#store'
import { writeExportFolder } from '../../../edge/cli/export-folder.ts'
import { commit, pick } from '../../../platform/store/testing.ts'
import type { CapsuleDraft } from '../capsule-draft.ts'
import type { ImportWorld } from '../import/testing.ts'
import {
  createCommand,
  draftOf,
  linkCommand,
  parentOf,
  statusCommand,
  trustCommand,
  versionCommand,
  versionOf,
} from '../testing.ts'
import { exportStore } from './export-store.ts'

/** Titles as people who mean no good would choose them, and as people who do. */
export const TITLES = [
  null,
  'Plain words',
  '../../etc/passwd',
  'CON',
  'aux.md',
  'a:b<c>|"d"?*',
  '---',
  'null',
  '1e5',
  '0x1F',
  '12:30:45',
  '{"a": [1]}',
  "it's & <b>bold</b> #1 %20",
  'naïve Zoë 😀 مرحبا',
  'ends with dots...',
  '!!js/function x',
  '*alias &anchor',
  '. . .',
] as const

const CONTENTS = [
  'A line.\n',
  'no end of line',
  'with\r\nreturns\r\n',
  '---\ntitle: not a head\n---\nand words',
  '\n\n---\n',
  '\ufeffwith a mark \u2028 and a separator \u0085',
  '```js\nconst a = `b`\n```\n<script>alert(1)</script>',
] as const

const NAMES = ['administrator', 'Zoë', "o'brien", 'Ada "L."', 'null', 'a: b'] as const

interface Member {
  draft: CapsuleDraft
  readonly versions: { name: string; validFrom: number }[]
  status: 'ACTIVE' | 'ARCHIVED' | 'QUARANTINED'
  readonly document: Member | undefined
}

/** A world of capsules that grows by random operations, each of which the store must carry out. */
export class RandomCapsules {
  readonly #world: ImportWorld
  readonly #random: () => number
  readonly #members: Member[] = []
  #time = Date.UTC(2020, 0, 1)

  constructor(world: ImportWorld, random: () => number) {
    this.#world = world
    this.#random = random
  }

  async grow(operations: number): Promise<void> {
    for (let index = 0; index < operations; index++) {
      const command = await this.#operation()
      if (command) await commit(this.#world.store, command)
    }
  }

  #operation(): Promise<Command | undefined> {
    const chance = this.#random()
    if (this.#members.length < 3 || chance < 0.35) return this.#create()
    if (chance < 0.65) return this.#addVersion()
    if (chance < 0.8) return this.#setStatus()
    return chance < 0.9 ? this.#setTrust() : this.#link()
  }

  get #one(): Member {
    return pick(this.#random, this.#members)
  }

  async #subject(): Promise<string> {
    const name = pick(this.#random, NAMES)
    return (await this.#world.context.subjects.resolveOrRegister(name, this.#world.call().grantSubject)).id
  }

  #later(): number {
    this.#time += Math.floor(this.#random() * 3) * 86_400_000
    return this.#time
  }

  #said(): Partial<CapsuleDraft> {
    const source = {
      kind: 'file',
      path: `${pick(this.#random, ['a', '../b', 'con/x'])}/${Math.floor(this.#random() * 1e9)}.md`,
    } as const
    return {
      title: pick(this.#random, TITLES),
      content: `${pick(this.#random, CONTENTS)}${Math.floor(this.#random() * 1e9)}`,
      tags: this.#random() < 0.3 ? ['tag one', 'null', "it's"] : [],
      metadata:
        this.#random() < 0.3 ? { __proto__x: 1, nested: { list: [1, null, 'a\n---\nb'] }, 'key: with': '#x' } : {},
      source: this.#random() < 0.5 ? source : null,
      lane: this.#random() < 0.2 ? 'lane: 1' : null,
      licence: pick(this.#random, ['public', 'private', 'for-sale']),
      parents: this.#parents(this.#members),
    }
  }

  #parents(among: readonly Member[]): CapsuleDraft['parents'] {
    const count = among.length === 0 ? 0 : Math.floor(this.#random() * 3)
    const chosen = new Map(
      Array.from({ length: count }, () => pick(this.#random, among)).map((one) => [one.draft.id, one]),
    )
    return [...chosen.values()].map(({ draft, versions }) => ({
      ...parentOf(draft.id, pick(this.#random, versions).name),
      reason: 'because: "so"',
      ...(this.#random() < 0.3 ? { changes: { lines: [1, 2] } } : {}),
    }))
  }

  async #create(): Promise<Command> {
    const documents = this.#members.filter(({ document, status }) => !document && status === 'ACTIVE')
    const document = documents.length > 0 && this.#random() < 0.4 ? pick(this.#random, documents) : undefined
    const validFrom = this.#later()
    const who = { owner: document?.draft.owner ?? (await this.#subject()), author: await this.#subject() }
    const index = this.#members.length
    const partOf = document ? { id: document.draft.id, place: `h › ${index}`, index } : null
    const parents = document ? { parents: [] } : {}
    const draft = draftOf({
      ...this.#said(),
      ...who,
      ...parents,
      validFrom,
      partOf,
      trust: Math.floor(this.#random() * 101),
    })
    this.#members.push({ draft, versions: [{ name: '1.0.0', validFrom }], status: 'ACTIVE', document })
    return createCommand(this.#world.store, draft)
  }

  async #addVersion(): Promise<Command | undefined> {
    const member = this.#one
    const [head] = await this.#world.store.capsules.getHeads([member.draft.id])
    if (!head || head.status === 'QUARANTINED') return undefined
    const last = member.versions.at(-1)?.name ?? ''
    const [major = 0, minor = 0, patch = 0] = last.split('.').map(Number)
    const name = this.#random() < 0.5 ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`
    // Parents among those that were there before the capsule: no circle can close.
    const older = this.#members.slice(0, this.#members.indexOf(member)).filter(({ document }) => !document)
    const validFrom = this.#later()
    const author = await this.#subject()
    const fields = { ...this.#said(), author, validFrom, parents: member.document ? [] : this.#parents(older) }
    const draft = {
      ...versionOf(member.draft, name, fields),
      versionReason: this.#random() < 0.3 ? 'why: "not"' : null,
    }
    member.draft = { ...member.draft, ...draft }
    member.versions.push({ name, validFrom })
    const command = versionCommand(this.#world.store, draft)
    if (head.status === 'ACTIVE') return command
    // As an import does it: what is archived comes back with its next version, and the time between stays a gap.
    const back = this.#world.store.capsules.setStatus(command.grant, draft.id, 'ACTIVE')
    return { ...command, changes: [...command.changes, back] }
  }

  async #setStatus(): Promise<Command> {
    const member = this.#one
    const status = pick(this.#random, ['ACTIVE', 'ARCHIVED', 'ARCHIVED', 'QUARANTINED'] as const)
    const withChunks = this.#random() < 0.5
    member.status = status
    const at = this.#random() < 0.5 ? { at: this.#later() } : {}
    return statusCommand(this.#world.store, member.draft.id, status, { withChunks, ...at })
  }

  async #setTrust(): Promise<Command> {
    return trustCommand(this.#world.store, this.#one.draft.id, Math.floor(this.#random() * 101), 'told: "so" \\ \n')
  }

  async #link(): Promise<Command | undefined> {
    const [from, to] = [this.#one.draft.id, this.#one.draft.id]
    if (from === to) return undefined
    return linkCommand(this.#world.store, from, to, pick(this.#random, ['RELATED_TO', 'SIMILAR_TO'] as const), 1)
  }
}

/** Writes what a world holds into a folder, as the command line does. */
export async function exportTo(world: ImportWorld, folder: string, vectors = false): Promise<ExportManifest['digest']> {
  const { signal } = new AbortController()
  const lines = exportStore(world.context, { instance: 'forge-cascade test', vectors, signal })
  return (await writeExportFolder(folder, lines)).end.digest
}
