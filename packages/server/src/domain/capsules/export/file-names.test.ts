import fc from 'fast-check'
import { expect, test } from 'vitest'
import { campaign } from '../../../platform/store/testing.ts'
import { exportPathKind, FileNames, toFileName } from './file-names.ts'

test.for([
  { title: 'CON', name: '_CON' },
  { title: 'aux.txt', name: '_aux.txt' },
  { title: '../../etc/passwd', name: 'etc-passwd' },
  { title: '...', name: '' },
  { title: 'ends with a dot.', name: 'ends-with-a-dot' },
  { title: 'a/b\\c:d*e?f"g<h>i|j', name: 'a-b-c-d-e-f-g-h-i-j' },
  { title: 'Über Größe 数据', name: 'Über-Größe-数据' },
  { title: 'bell \u0007 and \u202e turned', name: 'bell-and-turned' },
])('$title is a file called $name', ({ title, name }) => {
  expect(toFileName(title, 60)).toBe(name)
})

test('whatever a title and a path say, the file lies in the folder, and a reader takes its path', () => {
  const names = new FileNames()
  const seen = new Set<string>()
  fc.assert(
    fc.property(fc.uuid(), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (id, title, path) => {
      const file = names.ofCapsule({ id, title, source: { kind: 'file', path } })
      expect(exportPathKind(file)).toBe('capsule')
      expect(file.normalize('NFC')).toBe(file)
      expect(Buffer.byteLength(file)).toBeLessThan(1000)
      for (const part of file.split('/')) expect(Buffer.byteLength(part)).toBeLessThanOrEqual(255)
      expect(seen.has(file.toLowerCase())).toBe(false)
      seen.add(file.toLowerCase())
    }),
    { numRuns: campaign(2000, 20_000) },
  )
})

test('titles that differ in case alone have files of their own', () => {
  const names = new FileNames()
  const ids = ['01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10', '11939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10']
  const [a, b] = [
    { id: ids[0]!, title: 'readme' },
    { id: ids[1]!, title: 'README' },
  ].map((one) => names.ofCapsule({ ...one, source: null }))
  expect(a?.toLowerCase()).not.toBe(b?.toLowerCase())
})
