import { ARTIFACT_LIMITS, type ArtifactManifest, artifactManifest, MANIFEST_FILE } from '@forge-cascade/contract'
import { messageOf } from '#base'
import { type Artifact, findFile } from './artifact.ts'
import type { UnreadableManifest } from './verification-check.ts'

/** What an artifact says of itself; undefined where it holds no manifest. */
export function readManifest({ files }: Artifact): ArtifactManifest | UnreadableManifest | undefined {
  const file = findFile(files, MANIFEST_FILE)
  return file && parseManifest(file.bytes)
}

function parseManifest(bytes: Uint8Array): ArtifactManifest | UnreadableManifest {
  if (bytes.length > ARTIFACT_LIMITS.manifestBytesMax)
    return { unreadable: `it is larger than ${ARTIFACT_LIMITS.manifestBytesMax} bytes` }
  const value = parseJson(bytes)
  if ('unreadable' in value) return value
  const parsed = artifactManifest.safeParse(value.json)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]! // a schema that refuses says where
  return { unreadable: `/${path.join('/')}: ${message}` }
}

function parseJson(bytes: Uint8Array): { readonly json: unknown } | UnreadableManifest {
  try {
    return { json: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) }
  } catch (error) {
    return { unreadable: `it is not JSON: ${messageOf(error).replaceAll(/\s+/g, ' ')}` }
  }
}
