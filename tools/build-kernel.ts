// Compiles the kernels (AssemblyScript) into the WebAssembly files that are kept beside their sources.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const ADAPTERS = fileURLToPath(new URL('../packages/server/src/adapters/', import.meta.url))

interface KernelSource {
  /** Where the source and the file lie. */
  readonly folder: string
  readonly source: string
  /** WebAssembly features that it needs beyond the standard ones. */
  readonly features: readonly string[]
}

const SEARCH = { folder: 'sqlite/vector/kernel', source: 'assembly/kernel.ts' }

export const KERNELS = {
  'kernel-relaxed.wasm': { ...SEARCH, features: ['simd', 'threads', 'relaxed-simd'] },
  'kernel-simd.wasm': { ...SEARCH, features: ['simd', 'threads'] },
  'words.wasm': { folder: 'models/static/kernel', source: 'assembly/words.ts', features: ['simd', 'threads'] },
} as const satisfies Record<string, KernelSource>

export type KernelFile = keyof typeof KERNELS
export const KERNEL_FILES: readonly KernelFile[] = ['kernel-relaxed.wasm', 'kernel-simd.wasm', 'words.wasm']

// 65,536 pages are the 4 GiB that a 32-bit memory can have; the host may bring a smaller maximum.
const OPTIONS = [
  ...['--runtime', 'stub', '--optimizeLevel', '3', '--shrinkLevel', '0', '--converge', '--noAssert'],
  ...['--importMemory', '--noExportMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
  ...['--use', 'abort='],
]

/** The bytes of one kernel; equal sources and compiler give equal bytes. @throws Error with the compiler's messages. */
export async function buildKernel(file: KernelFile): Promise<Uint8Array> {
  let wasm: Uint8Array | undefined
  const { folder, source, features } = KERNELS[file]
  const enabled = features.flatMap((feature) => ['--enable', feature])
  const { error, stderr } = await asc.main([source, ...OPTIONS, ...enabled, '--outFile', file], {
    readFile: (name: string) => readSource(join(ADAPTERS, folder, name)),
    writeFile: (_name: string, contents: string | Uint8Array) => {
      if (typeof contents !== 'string') wasm = contents
    },
    listFiles: () => [],
  })
  if (error !== null || wasm === undefined) throw new Error(`${file}: ${stderr.toString()}`, { cause: error })
  return wasm
}

/** The kernel as it is kept in the repository. */
export const readKernel = (file: KernelFile): Uint8Array => readFileSync(pathOf(file))

const pathOf = (file: KernelFile): string => join(ADAPTERS, KERNELS[file].folder, file)

// The compiler asks for several spellings of each name; null means that there is no such file.
function readSource(path: string): string | null {
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
    writeFileSync(pathOf(file), bytes)
    process.stdout.write(`${file}: ${bytes.length} bytes\n`)
  }
}
