import type { StoredCapsule } from '#capsules'
import type { Store } from '../../src/domain/store.ts'
import { type Ack, contentOf, pairTag, type Step, vectorOf } from './workload.ts'

const PAGE = 500
const TRUST_ENTRIES_MAX = 10_000

/**
 * What is missing or torn in a store whose writer was killed; nothing when all is well.
 *
 * @param acks what the writer was told is durable.
 * @param newest how many of the newest capsules are looked at for parts that are missing; all unless given.
 */
export async function examineStore(
  store: Store,
  acks: readonly Ack[],
  { newest = Number.POSITIVE_INFINITY } = {},
): Promise<readonly string[]> {
  const lost = await Promise.all(acks.map((ack) => findLost(store, ack)))
  return [...lost.flat(), ...(await findTorn(store, newest)), ...(await findDamage(store))]
}

/** An acknowledged command whose receipt, record or effect is gone. */
async function findLost(store: Store, { command, sequence, step }: Ack): Promise<readonly string[]> {
  const name = `${step.kind} of ${step.id} at ${sequence}`
  const receipt = await store.receipt(command)
  const entry = await store.ledger.find(sequence)
  return [
    ...(receipt?.sequence === sequence ? [] : [`${name}: its receipt is lost`]),
    ...(entry?.leaf.subject === `capsule/${step.id}` ? [] : [`${name}: its record is lost`]),
    ...((await hasEffect(store, step)) ? [] : [`${name}: its effect is lost`]),
  ]
}

async function hasEffect({ capsules }: Store, step: Step): Promise<boolean> {
  if (step.kind === 'trust') {
    const entries = await capsules.trustHistory(step.id, TRUST_ENTRIES_MAX)
    return entries.some(({ reason }) => reason === step.reason)
  }
  if (step.kind === 'link') return (await capsules.links(step.id)).some(({ to }) => to === step.to)
  const version = step.kind === 'version' ? step.version : '1.0.0'
  const found = await capsules.findVersion(step.id, version)
  return found?.content === contentOf(step.id, version)
}

/** Capsules, acknowledged or not, that are there in part. */
async function findTorn(store: Store, newest: number): Promise<readonly string[]> {
  const torn: string[] = []
  let seen = 0
  let cursor: string | undefined
  do {
    const page = await store.capsules.list({}, cursor === undefined ? { limit: PAGE } : { limit: PAGE, cursor })
    const findings = await Promise.all(page.items.map((capsule) => findTornIn(store, capsule)))
    torn.push(...findings.flat())
    seen += page.items.length
    cursor = page.next
  } while (cursor !== undefined && seen < newest)
  return torn
}

async function findTornIn(
  { capsules }: Store,
  { id, version, content, tags }: StoredCapsule,
): Promise<readonly string[]> {
  const embedding = await capsules.findEmbedding(id, version)
  const expected = vectorOf(id, version)
  const isSame = embedding?.vector.every((value, at) => value === expected[at]) ?? false
  const links = tags.length > 0 ? await capsules.links(id) : []
  const isPaired = tags.every((tag) => links.some(({ from, to }) => pairTag(from === id ? to : from) === tag))
  return [
    ...(content === contentOf(id, version) ? [] : [`${id} ${version}: another text`]),
    ...(isSame ? [] : [`${id} ${version}: another vector`]),
    ...(isPaired ? [] : [`${id}: one half of a pair`]),
  ]
}

/** What the store's own examination says, and gaps in the log. */
async function findDamage(store: Store): Promise<readonly string[]> {
  const bad = (await store.doctor('full')).filter(({ ok }) => !ok)
  const head = store.head()
  let next = 0
  for (; next <= head; ) {
    const leaves = await store.ledger.range(next, PAGE)
    if (leaves.length === 0 || leaves.some(({ leaf }, at) => leaf.index !== next + at)) break
    next += leaves.length
  }
  const gap = next === head + 1 ? [] : [`the log has a gap after ${next}, its head is ${head}`]
  return [...bad.map(({ check, detail }) => `${check}: ${detail}`), ...gap]
}
