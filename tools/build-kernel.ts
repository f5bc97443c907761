// Compiles the vector search kernel (AssemblyScript) into the two WebAssembly files that are kept beside its source.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const FOLDER = fileURLToPath(new URL('../packages/server/src/adapters/sqlite/vector/kernel/', import.meta.url))

/** File → the WebAssembly features it needs beyond the standard ones. */
export const KERNELS = {
  'kernel-relaxed.wasm': ['simd', 'threads', 'relaxed-simd'],
  'kernel-simd.wasm': ['simd', 'threads'],
} as const satisfies Record<string, readonly string[]>

export type KernelFile = keyof typeof KERNELS
export const KERNEL_FILES: readonly KernelFile[] = ['kernel-relaxed.wasm', 'kernel-simd.wasm']

// 65,536 pages are the 4 GiB that a 32-bit memory can have; the host may bring a smaller maximum.
const OPTIONS = [
  ...['--runtime', 'stub', '--optimizeLevel', '3', '--shrinkLevel', '0', '--converge', '--noAssert'],
  ...['--importMemory', '--noExportMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
  ...['--use', 'abort='],
]

/** The bytes of one kernel; equal sources and compiler give equal bytes. @throws Error with the compiler's messages. */
export async function buildKernel(file: KernelFile): Promise<Uint8Array> {
  let wasm: Uint8Array | undefined
  const features = KERNELS[file].flatMap((feature) => ['--enable', feature])
  const { error, stderr } = await asc.main(['assembly/kernel.ts', ...OPTIONS, ...features, '--outFile', file], {
    readFile: readSource,
    writeFile: (_name: string, contents: string | Uint8Array) => {
      if (typeof contents !== 'string') wasm = contents
    },
    listFiles: () => [],
  })
  if (error !== null || wasm === undefined) throw new Error(`${file}: ${stderr.toString()}`, { cause: error })
  return wasm
}

/** The kernel as it is kept in the repository. */
export const readKernel = (file: KernelFile): Uint8Array => readFileSync(join(FOLDER, file))

// The compiler asks for several spellings of each name; null means that there is no such file.
function readSource(name: string): string | null {
  const path = join(FOLDER, name)
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

if (import.meta.main) {
  for (const file of KERNEL_FILES) {
    const bytes = await buildKernel(file)
    writeFileSync(join(FOLDER, file), bytes)
    process.stdout.write(`${file}: ${bytes.length} bytes\n`)
  }
}
