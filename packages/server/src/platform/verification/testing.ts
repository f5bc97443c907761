import { type ArtifactManifest, artifactManifest, MANIFEST_FILE } from '@forge-cascade/contract'
import { sha256Hex } from '#base'
import { type Artifact, createArtifact } from './artifact.ts'

type Declared = Partial<Omit<ArtifactManifest, 'tests'>> & {
  readonly tests?: readonly Partial<ArtifactManifest['tests'][number]>[]
}

/** The text of a manifest that declares these files, unless it is told to say something else. */
export function manifestText(files: Readonly<Record<string, string>>, declared: Declared = {}): string {
  const rows = Object.entries(files).map(([path, text]) => ({
    path,
    bytes: Buffer.byteLength(text),
    sha256: sha256Hex(text),
  }))
  return JSON.stringify({
    v: 1,
    name: 'probe',
    version: '1.0.0',
    capabilities: [],
    files: rows,
    tests: [],
    ...declared,
  })
}

export const manifestFor = (files: Readonly<Record<string, string>>, declared: Declared = {}): ArtifactManifest =>
  artifactManifest.parse(JSON.parse(manifestText(files, declared)))

/** An artifact of files by their paths, with a manifest that declares them. */
export const artifactOf = (files: Readonly<Record<string, string>>, declared: Declared = {}): Artifact =>
  bareArtifact({ ...files, [MANIFEST_FILE]: manifestText(files, declared) })

/** One without a manifest. */
export const bareArtifact = (files: Readonly<Record<string, string>>): Artifact =>
  createArtifact(Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.from(text) })))
