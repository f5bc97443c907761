import { createRequire } from 'node:module'
import { join } from 'node:path'
import { CascadeError } from '#base'

/** Packages that run ONNX models, by preference: machine code where it is installed, else WebAssembly. */
const RUNTIMES = [
  { name: 'onnxruntime-node', entry: 'onnxruntime-node', provider: 'cpu' },
  { name: 'onnxruntime-web', entry: 'onnxruntime-web/wasm', provider: 'wasm' },
] as const

export type RuntimeName = (typeof RUNTIMES)[number]['name']

export interface OnnxRuntime {
  readonly name: RuntimeName
  /** The module to load. */
  readonly path: string
  readonly provider: (typeof RUNTIMES)[number]['provider']
}

/**
 * The runtime that is installed: in the model's folder or above it, or beside this program. None of them is a part of it.
 *
 * @throws CascadeError CONFIG_INVALID with what to install where.
 */
export function findOnnxRuntime(folder: string, wanted?: RuntimeName): OnnxRuntime {
  const places = [createRequire(join(folder, 'package.json')), createRequire(import.meta.url)]
  for (const { name, entry, provider } of RUNTIMES) {
    if (wanted !== undefined && wanted !== name) continue
    for (const place of places) {
      const path = resolveFrom(place, entry)
      if (path !== undefined) return { name, path, provider }
    }
  }
  throw new CascadeError(
    'CONFIG_INVALID',
    `embedding.provider: onnx needs ${wanted ?? 'onnxruntime-web or onnxruntime-node'}, which is not a part of this program. Install it with the model: npm install --prefix ${folder} --ignore-scripts ${wanted ?? 'onnxruntime-web'}`,
  )
}

function resolveFrom(place: NodeJS.Require, entry: string): string | undefined {
  try {
    return place.resolve(entry)
  } catch {
    // Not installed there; the next place is asked.
    return undefined
  }
}
