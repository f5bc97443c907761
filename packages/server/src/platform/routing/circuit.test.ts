import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { admit, type Circuit, CLOSED, settle, viewCircuit } from './circuit.ts'

const SETTINGS = { failures: 3, open_ms: 1000, probes: 2 }
const failed = (circuit: Circuit, times: number, now = 0): Circuit =>
  Array.from({ length: times }).reduce<Circuit>((one) => settle(one, 'failed', one.epoch, now, SETTINGS), circuit)

describe('a circuit', () => {
  test('opens at as many failures in a row as are configured, and a good answer in between starts anew', () => {
    expect(viewCircuit(failed(CLOSED, 2), 0, SETTINGS)).toBe('closed')
    expect(viewCircuit(failed(CLOSED, 3), 0, SETTINGS)).toBe('open')
    const mended = settle(failed(CLOSED, 2), 'good', 0, 0, SETTINGS)
    expect(viewCircuit(failed(mended, 2), 0, SETTINGS)).toBe('closed')
  })

  test('half open lets exactly its probes through, refuses everybody else at once, and closes when all were good', () => {
    let circuit = failed(CLOSED, 3)
    expect(admit(circuit, 999, SETTINGS)).toBeUndefined()
    const tickets: number[] = []
    for (let call = 0; call < 20; call++) {
      const next = admit(circuit, 1000, SETTINGS)
      if (next === undefined) continue
      circuit = next
      tickets.push(next.epoch)
    }
    expect(tickets).toHaveLength(SETTINGS.probes)
    circuit = settle(circuit, 'good', tickets[0]!, 1001, SETTINGS)
    // One was good and one is under way: no third.
    expect(admit(circuit, 1001, SETTINGS)).toBeUndefined()
    circuit = settle(circuit, 'good', tickets[1]!, 1002, SETTINGS)
    expect(viewCircuit(circuit, 1002, SETTINGS)).toBe('closed')
  })

  test('a probe that fails opens it again, and one that its caller gave up leaves its place to another', () => {
    const probed = admit(failed(CLOSED, 3), 1000, SETTINGS)!
    const again = settle(probed, 'failed', probed.epoch, 1500, SETTINGS)
    expect([viewCircuit(again, 2499, SETTINGS), viewCircuit(again, 2500, SETTINGS)]).toEqual(['open', 'probing'])
    const full = admit(probed, 1000, SETTINGS)!
    expect(viewCircuit(full, 1000, SETTINGS)).toBe('busy')
    expect(viewCircuit(settle(full, 'unknown', full.epoch, 1001, SETTINGS), 1001, SETTINGS)).toBe('probing')
  })

  test('what was asked before it changed says nothing after it', () => {
    const probed = admit(failed(CLOSED, 3), 1000, SETTINGS)!
    for (const outcome of ['good', 'failed', 'unknown'] as const)
      expect(settle(probed, outcome, CLOSED.epoch, 1001, SETTINGS)).toEqual(probed)
  })

  test('in any order of calls never more probes are under way than are configured, and an open one waits its time', () => {
    const step = fc.record({
      wait: fc.nat(700),
      kind: fc.constantFrom('ask', 'good', 'failed', 'unknown'),
      which: fc.nat(9),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let circuit: Circuit = CLOSED
        let [now, openedAt] = [0, 0]
        const open: { epoch: number; isProbe: boolean }[] = []
        for (const { wait, kind, which } of steps) {
          now += wait
          if (kind === 'ask') {
            const wasOpen = circuit.kind === 'open'
            const next = admit(circuit, now, SETTINGS)
            if (next && wasOpen) expect(now - openedAt).toBeGreaterThanOrEqual(SETTINGS.open_ms)
            if (next) open.push({ epoch: next.epoch, isProbe: next.kind === 'half-open' })
            circuit = next ?? circuit
          } else if (open.length > 0) {
            const [ticket] = open.splice(which % open.length, 1)
            const after = settle(circuit, kind, ticket!.epoch, now, SETTINGS)
            if (after.kind === 'open' && circuit.kind !== 'open') openedAt = now
            circuit = after
          }
          const { epoch } = circuit
          const probes = open.filter((one) => one.isProbe && one.epoch === epoch)
          expect(probes.length).toBeLessThanOrEqual(SETTINGS.probes)
          if (circuit.kind === 'half-open') expect(circuit.asking).toBe(probes.length)
        }
      }),
      { numRuns: 500 },
    )
  })
})
