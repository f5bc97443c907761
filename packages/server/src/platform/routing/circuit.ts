import type { CircuitSettings } from './routing-rules.ts'

/**
 * Whether a provider is asked. `closed`: everybody asks it, and failures in a row are counted. `open`: nobody does. `half-open`:
 * so many probes and nobody else. `epoch` counts the changes: what was asked before one says nothing after it.
 */
export type Circuit =
  | { readonly kind: 'closed'; readonly epoch: number; readonly failures: number }
  | { readonly kind: 'open'; readonly epoch: number; readonly until: number }
  | { readonly kind: 'half-open'; readonly epoch: number; readonly asking: number; readonly good: number }

export const CLOSED: Circuit = { kind: 'closed', epoch: 0, failures: 0 }

/** `probing` lets one more probe through; `busy` is half open with all probes under way. */
export type CircuitView = 'closed' | 'open' | 'probing' | 'busy'

/** What became of a call: `unknown` where its caller gave it up, or it was the text's fault. */
export type CallOutcome = 'good' | 'failed' | 'unknown'

/** How it stands at a time: an open circuit whose wait is over lets probes through. */
export function viewCircuit(circuit: Circuit, now: number, { probes }: CircuitSettings): CircuitView {
  if (circuit.kind === 'closed') return 'closed'
  if (circuit.kind === 'open') return now >= circuit.until ? 'probing' : 'open'
  return circuit.asking + circuit.good < probes ? 'probing' : 'busy'
}

/** The circuit with one more call under way; undefined where it lets none through. */
export function admit(circuit: Circuit, now: number, settings: CircuitSettings): Circuit | undefined {
  const view = viewCircuit(circuit, now, settings)
  if (view === 'closed') return circuit
  if (view !== 'probing') return undefined
  if (circuit.kind === 'half-open') return { ...circuit, asking: circuit.asking + 1 }
  return { kind: 'half-open', epoch: circuit.epoch + 1, asking: 1, good: 0 }
}

/** The circuit once a call is over that was let through in `epoch`. As many good probes as are let through close it. */
export function settle(
  circuit: Circuit,
  outcome: CallOutcome,
  epoch: number,
  now: number,
  { failures, open_ms, probes }: CircuitSettings,
): Circuit {
  if (circuit.kind === 'open' || circuit.epoch !== epoch) return circuit
  if (outcome === 'failed') {
    if (circuit.kind === 'closed' && circuit.failures + 1 < failures)
      return { ...circuit, failures: circuit.failures + 1 }
    return { kind: 'open', epoch: circuit.epoch + 1, until: now + open_ms }
  }
  if (circuit.kind === 'closed')
    return outcome === 'good' && circuit.failures > 0 ? { ...circuit, failures: 0 } : circuit
  const asking = circuit.asking - 1
  if (outcome === 'unknown') return { ...circuit, asking }
  const good = circuit.good + 1
  return good >= probes ? { kind: 'closed', epoch: circuit.epoch + 1, failures: 0 } : { ...circuit, asking, good }
}
