import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AllowedTargets, TargetRefused } from './allowed-targets.ts'
import { isPublicAddress } from './public-address.ts'

const NOT_PUBLIC = [
  ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.127.255.255', '127.0.0.1', '127.9.9.9'],
  ...['169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.8', '192.0.2.1', '192.88.99.1', '192.168.0.1'],
  ...[
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.9',
    '224.0.0.1',
    '239.1.1.1',
    '240.0.0.1',
    '255.255.255.255',
  ],
  ...[
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::10.0.0.1',
    '64:ff9b:1::1',
  ],
  ...['100::1', '2001::1', '2001:db8::1', '2002:7f00:1::', '3fff::1', '5f00::1', 'fc00::1', 'fd12:3456::1', 'fe80::1'],
  ...['fe80::1%eth0', 'fec0::1', 'ff02::1', 'localhost', '', '1.2.3', '0x7f000001', '2130706433'],
]
const PUBLIC = [
  ...['1.1.1.1', '8.8.8.8', '100.63.255.255', '100.128.0.1', '172.15.0.1', '172.32.0.1', '192.0.1.1', '198.17.0.1'],
  ...['223.255.255.255', '2606:4700:4700::1111', '2a00:1450::1', '::ffff:8.8.8.8', '64:ff9b::808:808'],
]

test.each(NOT_PUBLIC)('%j is no address of the public internet', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})

test.each(PUBLIC)('%s is one', (address) => {
  expect(isPublicAddress(address)).toBe(true)
})

test('an address of IPv4 is judged the same in each way that IPv6 writes it', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const [a, b, c, d] = address.split('.').map(Number) as [number, number, number, number]
      const hex = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
      const expected = isPublicAddress(address)
      for (const written of [`::ffff:${address}`, `::ffff:${hex}`, `64:ff9b::${hex}`, `64:ff9b::${address}`])
        expect(isPublicAddress(written)).toBe(expected)
    }),
  )
})

describe('targets', () => {
  const at = (address: string) => ({ address, family: 4 as const })

  test('are the public addresses of a name alone, where it has others too', async () => {
    const targets = new AllowedTargets([], async () => [at('127.0.0.1'), at('8.8.8.8')])
    expect(await targets.of('mixed.example')).toEqual([at('8.8.8.8')])
  })

  test('in private networks are refused, with what would allow them', async () => {
    const targets = new AllowedTargets([], async () => [at('10.0.0.1')])
    await expect(targets.of('intern.example')).rejects.toThrow(TargetRefused)
    await expect(targets.of('intern.example')).rejects.toThrow('mesh.private_targets')
    for (const host of ['127.0.0.1', '[::1]', '[::ffff:7f00:1]', '169.254.169.254'])
      await expect(targets.of(host)).rejects.toThrow(TargetRefused)
  })

  test('are also what the operator names: a host, an address, a network', async () => {
    const targets = new AllowedTargets(['Hooks.Intern', '10.1.0.0/16', '::1'], async () => [at('10.0.0.1')])
    expect(await targets.of('hooks.intern')).toEqual([at('10.0.0.1')])
    expect(await targets.of('hooks.intern.')).toEqual([at('10.0.0.1')])
    await expect(targets.of('other.intern')).rejects.toThrow(TargetRefused)
    expect(await targets.of('10.1.2.3')).toEqual([at('10.1.2.3')])
    await expect(targets.of('10.2.0.1')).rejects.toThrow(TargetRefused)
    expect(await targets.of('[::1]')).toEqual([{ address: '::1', family: 6 }])
  })

  test('cannot be named by what is no host, address or network', () => {
    for (const wrong of ['http://intern', '10.0.0.0/33', 'a b', '*'])
      expect(() => new AllowedTargets([wrong])).toThrow(TypeError)
  })
})
