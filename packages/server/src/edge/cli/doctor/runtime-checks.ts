import { NODE_MAJOR_MIN, SQLITE_MIN } from '../../../runtime.ts'
import type { CliIo } from '../cli-io.ts'
import { type DoctorFinding, fine, problem } from './finding.ts'

/**
 * A module whose one function makes a 128-bit vector: valid where WebAssembly has SIMD.
 * Bytes: magic, version; type () → v128; one function; its body `i32.const 0; i8x16.splat; end`.
 *
 * @see https://webassembly.github.io/spec/core/binary/modules.html
 */
const SIMD_MODULE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11,
])

/** The runtime: does it have what the store needs. */
export function checkRuntime({ runtime }: Pick<CliIo, 'runtime'>): DoctorFinding[] {
  const { node, sqlite = 'unknown', platform } = runtime
  return [
    atLeast(node, [NODE_MAJOR_MIN])
      ? fine('Node', `version ${node} on ${platform}`)
      : problem('Node', `version ${node} on ${platform}`, {
          means: `Version ${NODE_MAJOR_MIN} is the least that has what the store needs; this one does not start it.`,
          fix: `Install Node ${NODE_MAJOR_MIN} or newer; in a clone, \`npm ci\` brings it.`,
        }),
    atLeast(sqlite, SQLITE_MIN)
      ? fine('SQLite', `version ${sqlite}, in Node`)
      : problem('SQLite', `version ${sqlite}, in Node`, {
          means: 'Older ones can damage a database when two things happen at the same moment.',
          fix: `Use a Node that brings SQLite ${SQLITE_MIN.join('.')} or newer.`,
        }),
    WebAssembly.validate(SIMD_MODULE)
      ? fine('SIMD', 'vector instructions in WebAssembly, for search by meaning')
      : problem('SIMD', 'no vector instructions in WebAssembly', {
          means: 'Search by meaning cannot run.',
          fix: 'This processor or its emulation has none; use a 64-bit Intel, AMD or ARM machine.',
        }),
  ]
}

function atLeast(version: string, least: readonly number[]): boolean {
  const parts = version.split('.').map(Number)
  const at = least.findIndex((wanted, index) => (parts[index] ?? 0) !== wanted)
  return at < 0 || (parts[at] ?? 0) > (least[at] ?? 0)
}
