import { sha256Hex } from '#base'
import type { ErasureFiles, KnownErasure } from './erasure-files.ts'

/** What of erasures lies in files, in memory. */
export function createErasureFiles(): ErasureFiles & { readonly certificates: Map<string, string> } {
  const entries: KnownErasure[] = []
  const certificates = new Map<string, string>()
  const keyOf = ({ erasure, ids }: KnownErasure): string => `${erasure} ${ids[0] ?? ''}`
  return {
    certificates,
    known: async () => [...entries],
    remember: async (more) => {
      const there = new Set(entries.map(keyOf))
      entries.push(...more.filter((entry) => !there.has(keyOf(entry))))
    },
    certify: async (receipt) => {
      const text = JSON.stringify(receipt)
      certificates.set(receipt.id ?? '', text)
      return { path: `/certificates/${receipt.id}.json`, sha256: sha256Hex(text) }
    },
  }
}
