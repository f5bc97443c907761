import { expect, test } from 'vitest'
import { buildKernel, KERNEL_FILES, readKernel } from './build-kernel.ts'

test.for(KERNEL_FILES)('%s in the repository is what its source compiles to', async (file) => {
  expect(Buffer.from(await buildKernel(file)).equals(readKernel(file))).toBe(true)
})
