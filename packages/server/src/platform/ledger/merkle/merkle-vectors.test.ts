import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { hashLeaf, proveConsistency, proveInclusion, verifyConsistency, verifyInclusion } from './index.ts'
import { bytesOf, DefinedTree, hexesOf } from './testing.ts'

/** What others have to agree on; source and licence are named in conformance/README.md. Hashes are base64. */
interface InclusionVector {
  readonly name: string
  readonly leafIdx: number
  readonly treeSize: number
  readonly root: string
  readonly leafHash: string
  readonly proof: readonly string[] | null
  readonly wantErr: boolean
}

interface ConsistencyVector {
  readonly name: string
  readonly size1: number
  readonly size2: number
  readonly root1: string
  readonly root2: string
  readonly proof: readonly string[] | null
  readonly wantErr: boolean
}

const FOLDER = new URL('../../../../../../conformance/merkle/', import.meta.url)

const readVectors = <T>(file: string): readonly T[] => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'))

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'))
const proofOf = (proof: readonly string[] | null): readonly Uint8Array[] => (proof ?? []).map(fromBase64)

const INCLUSION = readVectors<InclusionVector>('inclusion.json')
const CONSISTENCY = readVectors<ConsistencyVector>('consistency.json')

describe('inclusion', () => {
  test('has 98 vectors', () => expect(INCLUSION).toHaveLength(98))

  test.for(INCLUSION)('$name', ({ leafIdx, treeSize, root, leafHash, proof, wantErr }) => {
    const hashes = { leafHash: fromBase64(leafHash), proof: proofOf(proof), root: fromBase64(root) }
    expect(verifyInclusion({ index: leafIdx, size: treeSize, ...hashes })).toBe(!wantErr)
  })
})

describe('consistency', () => {
  test('has 98 vectors', () => expect(CONSISTENCY).toHaveLength(98))

  test.for(CONSISTENCY)('$name', ({ size1, size2, root1, root2, proof, wantErr }) => {
    const hashes = { fromRoot: fromBase64(root1), toRoot: fromBase64(root2), proof: proofOf(proof) }
    expect(verifyConsistency({ from: size1, to: size2, ...hashes })).toBe(!wantErr)
  })
})

describe('proofs made here are those of the vectors', () => {
  const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
  const tree = new DefinedTree(leaves.map(bytesOf))
  const own = hexesOf(leaves.map((leaf) => hashLeaf(bytesOf(leaf))))
  const isSound = ({ name, wantErr }: { readonly name: string; readonly wantErr: boolean }): boolean =>
    !wantErr && /^\d/.test(name)

  test.for(INCLUSION.filter(isSound))('inclusion: $name', ({ leafIdx, treeSize, leafHash, proof }) => {
    expect(own[leafIdx]).toBe(hexesOf([fromBase64(leafHash)])[0])
    expect(hexesOf(proveInclusion(leafIdx, treeSize, tree.nodeAt))).toEqual(hexesOf(proofOf(proof)))
  })

  test.for(CONSISTENCY.filter(isSound))('consistency: $name', ({ size1, size2, proof }) => {
    expect(hexesOf(proveConsistency(size1, size2, tree.nodeAt))).toEqual(hexesOf(proofOf(proof)))
  })
})
