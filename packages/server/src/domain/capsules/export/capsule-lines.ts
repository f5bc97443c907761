import { EXPORT_LIMITS, type ExportedCapsule, type ExportedMore } from '@forge-cascade/contract'

/** The line of a capsule, and further ones for the links and the trust history that it does not hold: nothing is left out. */
export function* capsuleLines(capsule: ExportedCapsule): Generator<ExportedCapsule | ExportedMore, void, undefined> {
  const { linksMax, trustEntriesMax } = EXPORT_LIMITS
  const { id, links, trust_history } = capsule
  yield { ...capsule, links: links.slice(0, linksMax), trust_history: trust_history.slice(0, trustEntriesMax) }
  for (let at = linksMax; at < links.length; at += linksMax)
    yield { kind: 'more', id, links: links.slice(at, at + linksMax), trust_history: [] }
  for (let at = trustEntriesMax; at < trust_history.length; at += trustEntriesMax)
    yield { kind: 'more', id, links: [], trust_history: trust_history.slice(at, at + trustEntriesMax) }
}
